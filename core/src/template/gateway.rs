//! The OpenAPI document that API Gateway imports.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html>

use super::{
    Gateway, GatewayDocument, Routing, TemplateErrors, check,
    described::Described,
    document, json, models,
    plan::{API_KEY, Authorizer, IAM, OwnAuthorizer, Plan, Preflights, Security, Verifies},
    quotas::Quotas,
    sam::function_id,
    tree::{Map, Node},
    values::Values,
};
use crate::{environment::STREAM, middleware::CorsRules};
use serde_json::Value;

/// What a document has besides what the gateway knows of each route.
#[derive(Default)]
pub(crate) struct Additions {
    /// Title and version.
    pub(crate) info: Option<(String, String)>,
    /// The OpenAPI 3.0 document of the API, with the schemas of its operations.
    pub(crate) schemas: Option<Value>,
}

/// Writes the document.
pub(crate) fn write(
    api: &Described<'_>,
    additions: Additions,
) -> Result<GatewayDocument, TemplateErrors> {
    let gateway = api.options.gateway;
    let is_rest = gateway == Gateway::RestApi;
    if !is_rest && gateway != Gateway::HttpApi {
        return Err(TemplateErrors(vec![
            "only an HTTP API and a REST API import a document".to_owned(),
        ]));
    }
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    if api.options.models && !is_rest {
        errors.push("only a REST API has models".to_owned());
    }
    if api.options.models && api.options.routing == Routing::Proxy {
        errors.push("one route for everything has no models".to_owned());
    }
    check::functions(api, &mut errors, &mut warnings);
    check::readers(api, &mut errors);
    check::streams(api, &mut errors);
    let mut values = Values::new(api, &mut errors);
    let plan = Plan::new(api, &mut values, &mut errors);
    warnings.extend(plan.warnings.iter().cloned());
    let mut quotas = Quotas {
        errors: &mut errors,
        warnings: &mut warnings,
    };
    quotas.count_gateway(api, &plan);
    check_functions(api, &values, &mut errors);
    if api.stream_variable().is_some() {
        warnings.push(format!(
            "responses are streams: the functions need `rest` in the variable `{STREAM}`"
        ));
    }
    let (title, version) = additions
        .info
        .unwrap_or_else(|| (api.binary().to_owned(), "1".to_owned()));
    let mut body = document::document(title, &version, paths(api, &plan));
    body.extend(if is_rest {
        rest(api, &plan)
    } else {
        http(api, &plan)
    });
    let mut body = json::value(&Node::Map(body));
    if let Some(schemas) = &additions.schemas {
        models::add(&mut body, schemas, &mut warnings);
    }
    if !errors.is_empty() {
        return Err(TemplateErrors(errors));
    }
    // Otherwise the order would depend on features of serde_json that other crates turn on.
    body.sort_all_objects();
    // Every key is a string, so this does not fail.
    let mut json = serde_json::to_string_pretty(&body).unwrap_or_default();
    json.push('\n');
    Ok(GatewayDocument { json, warnings })
}

/// The name of the ARN of a function.
fn arn_name(function: Option<&str>) -> String {
    format!("{}Arn", function_id(function))
}

fn arn(function: Option<&str>) -> String {
    format!("${{{}}}", arn_name(function))
}

/// Reports functions whose ARNs have the same name, or that of a parameter.
fn check_functions(api: &Described<'_>, values: &Values, errors: &mut Vec<String>) {
    errors.extend(values.clashes.iter().cloned());
    let mut known: Vec<_> = values.names().map(str::to_owned).collect();
    for (function, _) in api.functions() {
        let name = arn_name(function);
        if known.contains(&name) {
            errors.push(format!(
                "`${{{name}}}` has two meanings: rename the variable, the authenticator or the function \
                 with this name"
            ));
        }
        known.push(name);
    }
}

fn http(api: &Described<'_>, plan: &Plan) -> Map {
    let functions = api.functions();
    let functions = functions.map(|(name, _)| (function_id(name), arn(name)));
    let mut components = document::integrations(functions);
    components.extend(schemes(plan, http_scheme));
    let cors = preflights(api, plan).map(|(rules, methods)| document::cors(rules, methods));
    Map::new()
        .with("components", components)
        .with_some("x-amazon-apigateway-cors", cors)
}

fn rest(api: &Described<'_>, plan: &Plan) -> Map {
    let schemes = schemes(plan, rest_scheme);
    let responses = preflights(api, plan).map(|(rules, _)| gateway_responses(rules));
    Map::new()
        .with_some("components", Some(schemes).filter(|all| !all.is_empty()))
        // Every type: the function says which responses are binary.
        .with("x-amazon-apigateway-binary-media-types", Node::texts(["*/*"]))
        .with_some("x-amazon-apigateway-gateway-responses", responses)
}

fn paths(api: &Described<'_>, plan: &Plan) -> Map {
    let is_rest = api.options.gateway == Gateway::RestApi;
    let mut paths = Map::new();
    for item in &plan.paths {
        let mut operations = Map::new();
        for operation in &item.operations {
            let integration = if is_rest {
                let function = operation.function.as_deref();
                document::integration(&arn(function), api.stream_timeout(function))
            } else {
                document::reference(operation, function_id)
            };
            // Without security an operation is open: the document has no default.
            let security = plan.requirement(operation);
            operations.push(
                operation.method,
                document::operation(api.options.gateway, item, security, integration),
            );
        }
        if let Some((rules, methods)) = preflights(api, plan).filter(|_| is_rest)
            && !item.has("options")
        {
            operations.push("options", preflight(rules, methods));
        }
        paths.push(item.path.as_str(), operations);
    }
    paths
}

/// The security schemes that operations refer to.
fn schemes(plan: &Plan, scheme: fn(&Authorizer) -> Map) -> Map {
    let mut schemes = Map::new();
    for authorizer in &plan.authorizers {
        schemes.push(authorizer.name.as_str(), scheme(authorizer));
    }
    let mut operations = plan.paths.iter().flat_map(|item| &item.operations);
    if operations.any(|one| one.security == Security::Iam) {
        let signed = document::in_header("Authorization");
        schemes.push(IAM, signed.with("x-amazon-apigateway-authtype", "awsSigv4"));
    }
    if plan.needs_key {
        schemes.push(API_KEY, document::in_header("x-api-key"));
    }
    let schemes = Some(schemes).filter(|all| !all.is_empty());
    Map::new().with_some("securitySchemes", schemes)
}

fn http_scheme(authorizer: &Authorizer) -> Map {
    match &authorizer.verifies {
        Verifies::Jwt { issuer, audiences } => {
            let source = format!("$request.header.{}", authorizer.header);
            let jwt = Map::new()
                .with("issuer", issuer.clone())
                .with("audience", audiences.clone());
            let own = Map::new()
                .with("type", "jwt")
                .with("identitySource", source)
                .with("jwtConfiguration", jwt);
            Map::new()
                .with("type", "oauth2")
                .with("x-amazon-apigateway-authorizer", own)
        }
        Verifies::Lambda(arn) => {
            let own = request_authorizer(arn)
                .with("authorizerPayloadFormatVersion", "2.0")
                .with("enableSimpleResponses", true);
            document::in_header("Unused").with("x-amazon-apigateway-authorizer", own)
        }
        Verifies::Own(own) => {
            let authorizer = own_authorizer(own, "$request.header.")
                .with("authorizerPayloadFormatVersion", "2.0")
                .with("enableSimpleResponses", own.simple);
            document::in_header("Unused").with("x-amazon-apigateway-authorizer", authorizer)
        }
        Verifies::UserPool(_) => Map::new(),
    }
}

fn rest_scheme(authorizer: &Authorizer) -> Map {
    let (scheme, authtype, own) = match &authorizer.verifies {
        Verifies::UserPool(arn) => {
            let own = Map::new()
                .with("type", "cognito_user_pools")
                .with("providerARNs", vec![arn.clone()]);
            let scheme = document::in_header(&authorizer.header);
            (scheme, "cognito_user_pools", own)
        }
        Verifies::Lambda(arn) => (
            document::in_header("Unused"),
            "custom",
            request_authorizer(arn),
        ),
        Verifies::Own(own) => {
            let header = if own.is_token { &own.header } else { "Unused" };
            let authorizer = own_authorizer(own, "method.request.header.");
            (document::in_header(header), "custom", authorizer)
        }
        Verifies::Jwt { .. } => return Map::new(),
    };
    scheme
        .with("x-amazon-apigateway-authtype", authtype)
        .with("x-amazon-apigateway-authorizer", own)
}

/// The authorizer that calls a function for each request, whatever credential the request has.
fn request_authorizer(arn: &Node) -> Map {
    let uri = match arn {
        Node::Ref(name) => document::uri(&format!("${{{name}}}")),
        other => other.clone(),
    };
    Map::new()
        .with("type", "request")
        .with("authorizerUri", uri)
        .with("authorizerResultTtlInSeconds", 0_u32)
}

/// The authorizer that is the function of the whole API.
fn own_authorizer(own: &OwnAuthorizer, prefix: &str) -> Map {
    let read = match own.is_token {
        true => Some(&own.header),
        false => own.cached_by.as_ref().ok(),
    };
    Map::new()
        .with("type", if own.is_token { "token" } else { "request" })
        .with("authorizerUri", document::uri(&arn(None)))
        .with("authorizerResultTtlInSeconds", own.seconds())
        .with_some("identitySource", read.map(|name| format!("{prefix}{name}")))
}

/// The CORS rules, if the gateway responds to preflight requests.
fn preflights<'a>(api: &'a Described<'_>, plan: &'a Plan) -> Option<(&'a CorsRules, &'a [String])> {
    match (&api.cors, &plan.preflights) {
        (Some(rules), Preflights::Gateway { methods }) => Some((rules, methods)),
        _ => None,
    }
}

/// The operation of a REST API that responds to preflight requests without the function.
fn preflight(rules: &CorsRules, methods: &[String]) -> Map {
    const PREFIX: &str = "Access-Control-";
    let age = document::max_age(rules).map(|age| format!("'{age}'"));
    let allowed = Some(&rules.headers).filter(|headers| !headers.is_empty());
    let fields = [
        ("Allow-Origin", Some(document::literal(&rules.origins))),
        ("Allow-Methods", Some(document::literal(methods))),
        ("Allow-Headers", allowed.map(|all| document::literal(all))),
        ("Allow-Credentials", credentials(rules)),
        ("Max-Age", age),
    ];
    let (mut declared, mut values) = (Map::new(), Map::new());
    for (name, value) in fields {
        if let Some(value) = value {
            let schema = Map::new().with("type", "string");
            declared.push(format!("{PREFIX}{name}"), Map::new().with("schema", schema));
            values.push(format!("method.response.header.{PREFIX}{name}"), value);
        }
    }
    let response = Map::new()
        .with("description", "The response to a preflight request")
        .with("headers", declared);
    let default = Map::new()
        .with("statusCode", "200")
        .with("responseParameters", values)
        .with("responseTemplates", template("{}"));
    let integration = Map::new()
        .with("type", "mock")
        .with("requestTemplates", template("{\"statusCode\": 200}"))
        .with("responses", Map::new().with("default", default));
    Map::new()
        .with("responses", Map::new().with("200", response))
        .with("x-amazon-apigateway-integration", integration)
}

/// The headers of the gateway's own errors, which a browser hides without them.
fn gateway_responses(rules: &CorsRules) -> Map {
    const PREFIX: &str = "gatewayresponse.header.Access-Control-Allow-";
    let mut headers = Map::new();
    headers.push(format!("{PREFIX}Origin"), document::literal(&rules.origins));
    if let Some(value) = credentials(rules) {
        headers.push(format!("{PREFIX}Credentials"), value);
    }
    let response = Map::new().with("responseParameters", headers);
    Map::new()
        .with("DEFAULT_4XX", response.clone())
        .with("DEFAULT_5XX", response)
}

fn credentials(rules: &CorsRules) -> Option<String> {
    rules.credentials.then(|| "'true'".to_owned())
}

fn template(text: &str) -> Map {
    Map::new().with("application/json", text)
}

#[cfg(test)]
mod tests;
