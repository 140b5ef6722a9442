//! The API Gateway, with the document that it imports.

use super::resource::{function_id, resource};
use crate::{
    middleware::CorsRules,
    template::{
        Gateway,
        block::Block,
        described::Described,
        document,
        plan::{API_KEY, Authorizer, Operation, OwnAuthorizer, Plan, Preflights, Verifies},
        resource::{Period, UsagePlan},
        tree::{Entry, Map, Node},
        values::pascal,
    },
};

pub(super) fn block(api: &Described<'_>, plan: &Plan) -> Block {
    let kind = match api.options.gateway {
        Gateway::RestApi => "AWS::Serverless::Api",
        _ => "AWS::Serverless::HttpApi",
    };
    resource("Api", kind, Map::new(), properties(api, plan))
}

/// The properties of the API.
pub(in crate::template) fn properties(api: &Described<'_>, plan: &Plan) -> Map {
    match api.options.gateway {
        Gateway::RestApi => rest(api, plan),
        _ => http(api, plan),
    }
}

fn http(api: &Described<'_>, plan: &Plan) -> Map {
    let mut properties = Map::new()
        .with("StageName", "$default")
        .with("FailOnWarnings", true);
    if let (Some(cors), Preflights::Gateway { methods }) = (&api.cors, &plan.preflights) {
        properties.push("CorsConfiguration", cors_configuration(cors, methods));
    }
    if let Some(default) = &plan.default {
        let mut authorizers = Map::new();
        for authorizer in &plan.authorizers {
            authorizers.push(authorizer.name.as_str(), http_authorizer(api, authorizer));
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
    let functions = api
        .functions()
        .map(|(name, _)| (function_id(name), arn(api, name)));
    let components = document::integrations(functions);
    let paths = paths(api, plan, &|operation| {
        document::reference(operation, function_id)
    });
    let body = body(paths).with("components", components);
    properties.with("DefinitionBody", Node::Long(body))
}

fn rest(api: &Described<'_>, plan: &Plan) -> Map {
    let mut properties = Map::new()
        .with("StageName", "prod")
        .with("OpenApiVersion", "3.0.1")
        .with("EndpointConfiguration", Map::new().with("Type", "REGIONAL"))
        // Every type: the function says which responses are binary.
        .with("BinaryMediaTypes", Node::texts(["*~1*"]));
    if let (Some(cors), Preflights::Gateway { methods }) = (&api.cors, &plan.preflights) {
        let origin = document::literal(&cors.origins);
        let rules = Map::new()
            .with("AllowOrigin", origin.as_str())
            .with("AllowMethods", document::literal(methods))
            .with("AllowHeaders", document::literal(&cors.headers))
            .with_some("AllowCredentials", cors.credentials.then_some(true))
            .with_some(
                "MaxAge",
                document::max_age(cors).map(|age| format!("'{age}'")),
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
            authorizers.push(authorizer.name.as_str(), rest_authorizer(api, authorizer));
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
    let paths = paths(api, plan, &|operation| {
        let function = operation.function.as_deref();
        document::integration(&arn(api, function), api.stream_timeout(function))
    });
    let mut body = body(paths);
    if usage_plan.is_some() {
        let key = document::in_header("x-api-key");
        // SAM drops schemes that are in `components`.
        body.push("securityDefinitions", Map::new().with(API_KEY, key));
    }
    properties.with("DefinitionBody", Node::Long(body))
}

/// The CORS configuration of an HTTP API, or of a function URL.
pub(super) fn cors_configuration(cors: &CorsRules, methods: &[String]) -> Map {
    let entries = document::cors(cors, methods).0.into_iter();
    let entries = entries.map(|entry| Entry {
        key: pascal(&entry.key),
        ..entry
    });
    Map(entries.collect())
}

fn http_authorizer(api: &Described<'_>, authorizer: &Authorizer) -> Map {
    match &authorizer.verifies {
        Verifies::Lambda(arn) => Map::new()
            .with("FunctionArn", arn.clone())
            .with("AuthorizerPayloadFormatVersion", "2.0")
            .with("EnableSimpleResponses", true)
            .with("EnableFunctionDefaultPermissions", true)
            .with("Identity", every_request()),
        // The permission of the function holds for its API's authorizers.
        Verifies::Own(own) => Map::new()
            .with("FunctionArn", Node::sub(arn(api, None)))
            .with("AuthorizerPayloadFormatVersion", "2.0")
            .with("EnableSimpleResponses", own.simple)
            .with("Identity", identity(own)),
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

fn rest_authorizer(api: &Described<'_>, authorizer: &Authorizer) -> Map {
    let header = authorizer.header.as_str();
    match &authorizer.verifies {
        Verifies::Lambda(arn) => Map::new()
            .with("FunctionArn", arn.clone())
            .with("FunctionPayloadType", "REQUEST")
            .with("Identity", every_request()),
        Verifies::Own(own) => {
            let identity = match own.is_token {
                false => identity(own),
                true => with_seconds(Map::new().with("Header", own.header.as_str()), own),
            };
            Map::new()
                .with("FunctionArn", Node::sub(arn(api, None)))
                .with(
                    "FunctionPayloadType",
                    if own.is_token { "TOKEN" } else { "REQUEST" },
                )
                .with("DisableFunctionDefaultPermissions", true)
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

/// A Lambda authorizer is called for each request: it alone knows where the credential is.
fn every_request() -> Map {
    Map::new().with("ReauthorizeEvery", 0_u32)
}

/// The identity of a request, for which a decision may be cached.
fn identity(own: &OwnAuthorizer) -> Map {
    let header = own.cached_by.as_ref().ok();
    let headers = header.map(|header| Node::texts([header.as_str()]));
    with_seconds(Map::new().with_some("Headers", headers), own)
}

/// How long a decision is cached, and why it is not.
fn with_seconds(mut identity: Map, own: &OwnAuthorizer) -> Map {
    let comment = own.cached_by.as_ref().err();
    let comments = comment.map(|reason| format!("not cached: {reason}"));
    identity.push_with(
        comments.into_iter().collect(),
        "ReauthorizeEvery",
        own.seconds(),
    );
    identity
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

/// The ARN of a function: by name, since the function has the id of this API in its environment.
fn arn(api: &Described<'_>, name: Option<&str>) -> String {
    let name = api.function_name(name);
    format!("arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}")
}

fn body(paths: Map) -> Map {
    document::document(Node::reference("AWS::StackName"), "1", paths)
}

fn paths(api: &Described<'_>, plan: &Plan, integration: &dyn Fn(&Operation) -> Map) -> Map {
    let mut paths = Map::new();
    for item in &plan.paths {
        let mut operations = Map::new();
        for operation in &item.operations {
            let security = plan.security(operation);
            let own =
                document::operation(api.options.gateway, item, security, integration(operation));
            operations.push_with(operation.comments.clone(), operation.method, own);
        }
        paths.push(item.path.as_str(), Node::Long(operations));
    }
    paths
}
