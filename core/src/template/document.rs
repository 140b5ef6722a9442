//! The parts of the document for API Gateway that a template and a file have in common.

use super::{
    Gateway,
    plan::{DEFAULT_ROUTE, Operation, PathItem},
    tree::{Map, Node},
};
use crate::middleware::CorsRules;
use std::time::Duration;

/// The document with these paths.
pub(super) fn document(title: impl Into<Node>, version: &str, paths: Map) -> Map {
    let info = Map::new().with("title", title).with("version", version);
    Map::new()
        .with("openapi", "3.0.1")
        .with("info", info)
        .with("paths", Node::Long(paths))
}

/// An operation of a path, as SAM writes those of its events: API Gateway warns of an operation without
/// `responses`, and at an HTTP API of a path without its parameters.
pub(super) fn operation(
    gateway: Gateway,
    item: &PathItem,
    security: Option<Node>,
    integration: Map,
) -> Map {
    let parameters = match gateway {
        Gateway::HttpApi => parameters(&item.path),
        _ => Vec::new(),
    };
    Map::new()
        .with_some("parameters", Some(parameters).filter(|all| !all.is_empty()))
        .with("responses", Map::new())
        .with_some(
            "isDefaultRoute",
            (item.path == DEFAULT_ROUTE).then_some(true),
        )
        .with_some("security", security)
        .with("x-amazon-apigateway-integration", integration)
}

fn parameters(path: &str) -> Vec<Node> {
    let names = path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?;
        name.strip_suffix('}')
    });
    let parameter = |name| {
        Node::Map(
            Map::new()
                .with("name", name)
                .with("in", "path")
                .with("required", true),
        )
    };
    names.map(parameter).collect()
}

/// The integration that calls the function with this ARN. `stream` is the timeout of the function, if it
/// streams its responses.
pub(super) fn integration(function: &str, stream: Option<Duration>) -> Map {
    let integration = Map::new()
        .with("type", "aws_proxy")
        .with("httpMethod", "POST");
    let Some(timeout) = stream else {
        return integration.with("uri", uri(function));
    };
    integration
        .with("uri", path_uri("2021-11-15", function, "response-streaming-invocations"))
        .with("responseTransferMode", "STREAM")
        // The default is 29 seconds, for a stream too.
        .with("timeoutInMillis", timeout.as_secs().saturating_mul(1000))
}

/// The URI of the function with this ARN, for an integration or an authorizer.
pub(super) fn uri(function: &str) -> Node {
    path_uri("2015-03-31", function, "invocations")
}

fn path_uri(version: &str, function: &str, action: &str) -> Node {
    Node::sub(format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/{version}/functions/\
         {function}/{action}"
    ))
}

/// The components of an HTTP API: the integration of each function, by the id of the function.
///
/// Each operation refers to one, because an API can have 300 integrations.
pub(super) fn integrations(functions: impl Iterator<Item = (String, String)>) -> Map {
    let mut integrations = Map::new();
    for (id, arn) in functions {
        let integration = integration(&arn, None).with("payloadFormatVersion", "2.0");
        integrations.push(id, integration);
    }
    Map::new().with("x-amazon-apigateway-integrations", integrations)
}

/// A reference to one of [`integrations`].
pub(super) fn reference(operation: &Operation, id: impl Fn(Option<&str>) -> String) -> Map {
    let id = id(operation.function.as_deref());
    Map::new().with(
        "$ref",
        format!("#/components/x-amazon-apigateway-integrations/{id}"),
    )
}

/// A security scheme whose credential is in a header.
pub(super) fn in_header(name: &str) -> Map {
    Map::new()
        .with("type", "apiKey")
        .with("name", name)
        .with("in", "header")
}

/// The CORS configuration of an HTTP API.
pub(super) fn cors(rules: &CorsRules, methods: &[String]) -> Map {
    let some = |names: &[String]| Some(Node::texts(names)).filter(|_| !names.is_empty());
    Map::new()
        .with("allowOrigins", Node::texts(&rules.origins))
        .with("allowMethods", Node::texts(methods))
        .with("allowHeaders", Node::texts(&rules.headers))
        .with_some("exposeHeaders", some(&rules.expose))
        .with_some("allowCredentials", rules.credentials.then_some(true))
        .with_some("maxAge", max_age(rules))
}

/// The seconds for which a browser keeps the response to a preflight request: API Gateway and function
/// URLs accept a day at most.
pub(super) fn max_age(rules: &CorsRules) -> Option<u64> {
    const DAY: u64 = 86_400;
    Some(rules.max_age?.as_secs().min(DAY))
}

/// A list as a literal of a mapping of a REST API.
pub(super) fn literal(names: &[String]) -> String {
    format!("'{}'", names.join(","))
}
