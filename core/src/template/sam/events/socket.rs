//! The WebSocket API of a program.

use super::wiring::{Wiring, attribute};
use crate::{
    events::{SocketRoute, Trigger},
    template::{
        described::Described,
        plan::of_socket,
        tree::{Map, Node},
    },
};
use std::collections::BTreeSet;

const ID: &str = "WebSocketApi";
/// The parameter with the id of an API that is not of the template.
const OTHER_ID: &str = "WebSocketApiId";
const STAGE: &str = "prod";
/// What names the route of a message, unless the program says otherwise.
const SELECTION: &str = "$request.body.action";

/// Adds the API, if the program has handlers of one.
///
/// A client gets the response of a handler of messages only if the route has a route response, which AWS SAM does not
/// create. <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-route-response.html>
pub(super) fn add(wiring: &mut Wiring<'_>, api: &Described<'_>) {
    let mut keys = Vec::new();
    for listed in api.handlers {
        if let Trigger::WebSocket(route) = &listed.trigger {
            keys.push(*route);
        }
    }
    if keys.is_empty() {
        send_elsewhere(wiring, api);
        return;
    }
    let authorizer = of_socket(api, wiring.values).map(|(_, own)| own);
    // An authorizer is one of this route. The function accepts a handshake without a handler.
    if authorizer.is_some() && !keys.contains(&SocketRoute::Connect) {
        keys.insert(0, SocketRoute::Connect);
    }
    check(wiring, &keys);
    let mut routes = Map::new();
    for key in &keys {
        let is_message = matches!(key, SocketRoute::Named(_) | SocketRoute::Default);
        let route = Map::new()
            .with("FunctionArn", attribute("Function", "Arn"))
            .with_some(
                "RouteResponseSelectionExpression",
                is_message.then_some("$default"),
            );
        routes.push(key.key(), route);
    }
    let selection = api.route_selection.unwrap_or(SELECTION);
    let auth = authorizer.map(|_| {
        Map::new()
            .with("AuthType", "CUSTOM")
            .with("AuthArn", attribute("Function", "Arn"))
    });
    let mut properties = Map::new();
    if auth.is_none() {
        let comment =
            "No authorizer of the program: everyone may connect whom the function does not reject.";
        properties.push_with(vec![comment.to_owned()], "StageName", STAGE);
    } else {
        properties.push("StageName", STAGE);
    }
    let properties = properties
        .with("RouteSelectionExpression", selection)
        .with_some("Auth", auth)
        .with("Routes", Node::Long(routes));
    wiring.resource(ID, "AWS::Serverless::WebSocketApi", Map::new(), properties);
    for key in &keys {
        if matches!(key, SocketRoute::Named(_) | SocketRoute::Default) {
            let route = format!("{ID}{}", capitalized(key.key()));
            let response = Map::new()
                .with("ApiId", Node::reference(ID))
                .with("RouteId", Node::Ref(format!("{route}Route")))
                .with("RouteResponseKey", "$default");
            let kind = "AWS::ApiGatewayV2::RouteResponse";
            wiring.resource(&format!("{route}Response"), kind, Map::new(), response);
        }
    }
    let connections = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{ID}}}/{STAGE}/*/@connections/*"
    );
    wiring.allow(&["execute-api:ManageConnections"], Node::sub(connections));
    let url = |scheme: &str| {
        let host = format!("${{{ID}}}.execute-api.${{AWS::Region}}.${{AWS::URLSuffix}}");
        Node::sub(format!("{scheme}://{host}/{STAGE}"))
    };
    if api
        .socket_endpoint
        .is_some_and(|own| wiring.values.known(own).is_none())
    {
        wiring.set(api.socket_endpoint, url("https"));
    }
    wiring.set(
        authorizer.and_then(|own| own.api.as_ref()),
        Node::reference(ID),
    );
    wiring.output_of("WebSocketUrl", url("wss"));
}

/// Lets a program without routes of a WebSocket API send to the connections of another one: its URL, which may have
/// a custom domain, does not say its id.
fn send_elsewhere(wiring: &mut Wiring<'_>, api: &Described<'_>) {
    let Some(endpoint) = api.socket_endpoint else {
        return;
    };
    wiring.value_of(endpoint);
    let description = "Id of the WebSocket API whose clients get messages of the function";
    wiring.values.parameter(OTHER_ID, description, false, None);
    let connections = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{OTHER_ID}}}/*/*/@connections/*"
    );
    wiring.allow(&["execute-api:ManageConnections"], Node::sub(connections));
}

/// Reports keys of routes for which AWS SAM has no names.
fn check(wiring: &mut Wiring<'_>, keys: &[SocketRoute]) {
    let mut known = BTreeSet::new();
    for key in keys {
        let SocketRoute::Named(name) = key else {
            continue;
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            wiring.errors.push(format!(
                "the route `{name}` of the WebSocket API: AWS SAM accepts letters and digits only"
            ));
        } else if !known.insert(capitalized(name)) {
            wiring.errors.push(format!(
                "the route `{name}` of the WebSocket API: AWS SAM does not tell it from one that differs in case \
                 only"
            ));
        }
    }
}

/// The key of a route in the logical ids of AWS SAM: `Default` for `$default`, `Sendall` for `sendAll`.
fn capitalized(key: &str) -> String {
    let key = key.trim_start_matches('$');
    let mut letters = key.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let rest = letters.map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(rest).collect()
}
