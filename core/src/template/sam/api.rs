//! The API Gateway, with the document that it imports.

use super::resource::{function_id, resource};
use crate::{
    middleware::CorsRules,
    template::{
        Gateway,
        block::Block,
        described::Described,
        plan::{API_KEY, Authorizer, DEFAULT_ROUTE, Operation, Plan, Preflights, Verifies},
        resource::{Period, UsagePlan},
        tree::{Map, Node},
    },
};

pub(super) fn block(api: &Described<'_>, plan: &Plan) -> Block {
    match api.options.gateway {
        Gateway::RestApi => rest(api, plan),
        _ => http(api, plan),
    }
}

fn http(api: &Described<'_>, plan: &Plan) -> Block {
    let mut properties = Map::new()
        .with("StageName", "$default")
        .with("FailOnWarnings", true);
    if let (Some(cors), Preflights::Gateway { methods }) = (&api.cors, &plan.preflights) {
        properties.push("CorsConfiguration", cors_configuration(cors, methods));
    }
    if let Some(default) = &plan.default {
        let mut authorizers = Map::new();
        for authorizer in &plan.authorizers {
            authorizers.push(authorizer.name.as_str(), http_authorizer(authorizer));
        }
        let auth = Map::new()
            .with_some("EnableIamAuthorizer", plan.uses_iam.then_some(true))
            .with("DefaultAuthorizer", default.as_str())
            .with_some(
                "Authorizers",
                Some(authorizers).filter(|all| !all.is_empty()),
            );
        properties.push("Auth", auth);
    }
    // Each operation refers to the integration: an API can have 300 of them.
    let mut integrations = Map::new();
    for (name, _) in api.functions() {
        let integration = integration(api, name).with("payloadFormatVersion", "2.0");
        integrations.push(function_id(name), integration);
    }
    let components = Map::new().with("x-amazon-apigateway-integrations", integrations);
    let paths = paths(plan, &|operation| {
        let id = function_id(operation.function.as_deref());
        Map::new().with(
            "$ref",
            format!("#/components/x-amazon-apigateway-integrations/{id}"),
        )
    });
    let body = body(paths).with("components", components);
    properties.push("DefinitionBody", Node::Long(body));
    resource("Api", "AWS::Serverless::HttpApi", Map::new(), properties)
}

fn rest(api: &Described<'_>, plan: &Plan) -> Block {
    let mut properties = Map::new()
        .with("StageName", "prod")
        .with("OpenApiVersion", "3.0.1")
        .with("EndpointConfiguration", Map::new().with("Type", "REGIONAL"))
        // Every type: the function says which responses are binary.
        .with("BinaryMediaTypes", Node::texts(["*~1*"]));
    if let (Some(cors), Preflights::Gateway { methods }) = (&api.cors, &plan.preflights) {
        let list = |names: &[String]| format!("'{}'", names.join(","));
        let origin = list(&cors.origins);
        let rules = Map::new()
            .with("AllowOrigin", origin.as_str())
            .with("AllowMethods", list(methods))
            .with("AllowHeaders", list(&cors.headers))
            .with_some("AllowCredentials", cors.credentials.then_some(true))
            .with_some(
                "MaxAge",
                cors.max_age.map(|age| format!("'{}'", age.as_secs())),
            );
        properties.push("Cors", rules);
        // The gateway's own errors.
        let headers = Map::new()
            .with("Access-Control-Allow-Origin", origin)
            .with_some(
                "Access-Control-Allow-Credentials",
                cors.credentials.then_some("'true'"),
            );
        let headers = Map::new().with("ResponseParameters", Map::new().with("Headers", headers));
        let responses = Map::new()
            .with("DEFAULT_4XX", headers.clone())
            .with("DEFAULT_5XX", headers);
        properties.push("GatewayResponses", responses);
    }
    let usage_plan = api.usage_plan();
    if plan.default.is_some() || usage_plan.is_some() {
        let mut authorizers = Map::new();
        for authorizer in &plan.authorizers {
            authorizers.push(authorizer.name.as_str(), rest_authorizer(authorizer));
        }
        let auth = Map::new()
            .with_some("DefaultAuthorizer", plan.default.as_deref())
            .with("AddDefaultAuthorizerToCorsPreflight", false)
            .with_some(
                "Authorizers",
                Some(authorizers).filter(|all| !all.is_empty()),
            )
            .with_some("UsagePlan", usage_plan.map(usage));
        properties.push("Auth", auth);
    }
    let paths = paths(plan, &|operation| {
        integration(api, operation.function.as_deref())
    });
    let mut body = body(paths);
    if usage_plan.is_some() {
        let key = Map::new()
            .with("type", "apiKey")
            .with("name", "x-api-key")
            .with("in", "header");
        // SAM drops schemes that are in `components`.
        body.push("securityDefinitions", Map::new().with(API_KEY, key));
    }
    properties.push("DefinitionBody", Node::Long(body));
    resource("Api", "AWS::Serverless::Api", Map::new(), properties)
}

/// The CORS configuration of an HTTP API, or of a function URL.
pub(super) fn cors_configuration(cors: &CorsRules, methods: &[String]) -> Map {
    let some = |names: &[String]| Some(Node::texts(names)).filter(|_| !names.is_empty());
    Map::new()
        .with("AllowOrigins", Node::texts(&cors.origins))
        .with("AllowMethods", Node::texts(methods))
        .with("AllowHeaders", Node::texts(&cors.headers))
        .with_some("ExposeHeaders", some(&cors.expose))
        .with_some("AllowCredentials", cors.credentials.then_some(true))
        .with_some("MaxAge", cors.max_age.map(|age| age.as_secs()))
}

fn http_authorizer(authorizer: &Authorizer) -> Map {
    match &authorizer.verifies {
        Verifies::Lambda(arn) => {
            let identity = Map::new()
                .with("Headers", Node::texts([&authorizer.header]))
                .with("ReauthorizeEvery", 0_u32);
            Map::new()
                .with("FunctionArn", arn.clone())
                .with("AuthorizerPayloadFormatVersion", "2.0")
                .with("EnableSimpleResponses", true)
                .with("EnableFunctionDefaultPermissions", true)
                .with("Identity", identity)
        }
        Verifies::Jwt { issuer, audiences } => {
            let jwt = Map::new()
                .with("issuer", issuer.clone())
                .with("audience", audiences.clone());
            Map::new()
                .with(
                    "IdentitySource",
                    format!("$request.header.{}", authorizer.header),
                )
                .with("JwtConfiguration", jwt)
        }
        Verifies::UserPool(_) => Map::new(),
    }
}

fn rest_authorizer(authorizer: &Authorizer) -> Map {
    let header = authorizer.header.as_str();
    match &authorizer.verifies {
        Verifies::Lambda(arn) => {
            let identity = Map::new()
                .with("Headers", Node::texts([header]))
                .with("ReauthorizeEvery", 0_u32);
            Map::new()
                .with("FunctionArn", arn.clone())
                .with("FunctionPayloadType", "REQUEST")
                .with("Identity", identity)
        }
        Verifies::UserPool(arn) => {
            let identity = Map::new().with("Header", header);
            Map::new().with("UserPoolArn", arn.clone()).with_some(
                "Identity",
                Some(identity).filter(|_| header != "Authorization"),
            )
        }
        Verifies::Jwt { .. } => Map::new(),
    }
}

fn usage(plan: &UsagePlan) -> Map {
    let throttle = plan
        .throttle
        .map(|(rate, burst)| Map::new().with("RateLimit", rate).with("BurstLimit", burst));
    let quota = plan.quota.map(|(requests, period)| {
        let period = match period {
            Period::Day => "DAY",
            Period::Week => "WEEK",
            Period::Month => "MONTH",
        };
        Map::new().with("Limit", requests).with("Period", period)
    });
    Map::new()
        .with("CreateUsagePlan", "PER_API")
        .with_some("Throttle", throttle)
        .with_some("Quota", quota)
}

fn integration(api: &Described<'_>, name: Option<&str>) -> Map {
    const URI: &str = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/\
        arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:{name}/invocations";
    Map::new()
        .with("type", "aws_proxy")
        .with("httpMethod", "POST")
        // By name, since the function has the id of this API in its environment.
        .with("uri", Node::sub(URI.replace("{name}", &api.function_name(name))))
}

fn body(paths: Map) -> Map {
    let info = Map::new()
        .with("title", Node::Ref("AWS::StackName".to_owned()))
        .with("version", "1");
    Map::new()
        .with("openapi", "3.0.1")
        .with("info", info)
        .with("paths", Node::Long(paths))
}

fn paths(plan: &Plan, integration: &dyn Fn(&Operation) -> Map) -> Map {
    let mut paths = Map::new();
    for item in &plan.paths {
        let mut operations = Map::new();
        for operation in &item.operations {
            let own = Map::new()
                .with_some(
                    "isDefaultRoute",
                    (item.path == DEFAULT_ROUTE).then_some(true),
                )
                .with_some("security", plan.security(operation))
                .with("x-amazon-apigateway-integration", integration(operation));
            operations.push_with(operation.comments.clone(), operation.method, own);
        }
        paths.push(item.path.as_str(), Node::Long(operations));
    }
    paths
}
