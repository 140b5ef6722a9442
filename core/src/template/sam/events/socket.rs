//! The WebSocket API.

use super::wiring::{Wiring, attribute};
use crate::{
    events::{AuthorizerKind, SocketRoute, Trigger},
    template::{
        described::Described,
        sam::resource::function_id,
        tree::{Map, Node},
        values::name_of,
    },
};

const ID: &str = "WebSocketApi";
const STAGE: &str = "prod";

/// Adds the WebSocket API with its routes, and the permission to send to its connections.
pub(super) fn add(wiring: &mut Wiring<'_>, api: &Described<'_>) {
    let mut routes: Vec<SocketRoute> = Vec::new();
    let mut authorizes = false;
    for listed in &api.handlers {
        match &listed.trigger {
            Trigger::WebSocket(route) => routes.push(*route),
            Trigger::Authorizer(trigger) => {
                authorizes |= trigger.takes_any(&[AuthorizerKind::WebSocket]);
            }
            _ => {}
        }
    }
    if routes.is_empty() {
        return send_elsewhere(wiring, api);
    }
    // The authorizer is one of this route, which the library accepts without a handler.
    if authorizes && !routes.contains(&SocketRoute::Connect) {
        routes.insert(0, SocketRoute::Connect);
    }
    check(&routes, &mut wiring.errors);
    let arn = || attribute(&function_id(None), "Arn");
    let mut all = Map::new();
    for route in &routes {
        let properties = Map::new().with("FunctionArn", arn()).with_some(
            "RouteResponseSelectionExpression",
            responds(*route).then_some("$default"),
        );
        all.push(route.key(), properties);
    }
    let auth = Map::new().with("AuthType", "CUSTOM").with("AuthArn", arn());
    let selection = api.socket_settings.route_selection;
    let properties = Map::new()
        .with("StageName", STAGE)
        .with("RouteSelectionExpression", selection)
        .with_some("Auth", authorizes.then_some(auth))
        .with("Routes", all);
    wiring.resource(ID, "AWS::Serverless::WebSocketApi", Map::new(), properties);
    for route in routes.into_iter().filter(|route| responds(*route)) {
        let name = part_of_id(route);
        let response = Map::new()
            .with("ApiId", Node::reference(ID))
            .with("RouteId", Node::reference(format!("{ID}{name}Route")))
            .with("RouteResponseKey", "$default");
        let id = format!("{ID}{name}RouteResponse");
        wiring.resource(
            &id,
            "AWS::ApiGatewayV2::RouteResponse",
            Map::new(),
            response,
        );
    }
    let host = format!("${{{ID}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}/{STAGE}");
    wiring.output_of("WebSocketUrl", Node::sub(format!("wss://{host}")));
    wiring.set(
        api.socket_settings.endpoint,
        Node::sub(format!("https://{host}")),
    );
    allow(wiring, &format!("${{{ID}}}/{STAGE}"));
}

/// Lets a program without handlers send to the connections of another WebSocket API.
fn send_elsewhere(wiring: &mut Wiring<'_>, api: &Described<'_>) {
    let Some(endpoint) = api.socket_settings.endpoint else {
        return;
    };
    if let Some(variable) = endpoint.variable() {
        let description = "URL of the stage of the WebSocket API";
        let parameter = wiring
            .values
            .parameter(&name_of(variable), description, false, None);
        wiring.values.set(variable, parameter);
    }
    allow(wiring, "*/*");
}

fn allow(wiring: &mut Wiring<'_>, stage: &str) {
    let prefix = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:";
    let connections = Node::sub(format!("{prefix}{stage}/*/@connections/*"));
    wiring.allow(&["execute-api:ManageConnections"], connections);
}

/// The part of logical ids that AWS SAM makes of the key of a route.
fn part_of_id(route: SocketRoute) -> String {
    let key = route.key().trim_start_matches('$');
    let (first, rest) = key.split_at_checked(1).unwrap_or((key, ""));
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

/// Adds an error for each key that AWS SAM does not take.
fn check(routes: &[SocketRoute], errors: &mut Vec<String>) {
    let mut ids: Vec<(String, &str)> = Vec::new();
    for route in routes {
        let key = route.key();
        let is_named = matches!(route, SocketRoute::Named(_));
        if is_named && !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            errors.push(format!(
                "the route `{key}` of the WebSocket API: AWS SAM takes keys of letters and digits only"
            ));
        }
        let id = part_of_id(*route);
        if let Some((_, other)) = ids.iter().find(|(known, _)| *known == id) {
            errors.push(format!(
                "the routes `{other}` and `{key}` of the WebSocket API: AWS SAM gives both the same logical id"
            ));
        }
        ids.push((id, key));
    }
}

/// Whether the client gets what the handler returns.
fn responds(route: SocketRoute) -> bool {
    matches!(route, SocketRoute::Default | SocketRoute::Named(_))
}
