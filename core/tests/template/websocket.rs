//! The WebSocket API of a template.

use super::{assert_contains, errors, resource, yaml};
use lambda_api::{
    Api, authorizer,
    authorizer::Allow,
    env, events,
    template::{Gateway, Options},
    websocket::WebSocketApi,
    ws_handler,
};

#[ws_handler(connect)]
async fn connect() {}

#[ws_handler(disconnect)]
async fn disconnect() {}

#[ws_handler(message)]
async fn other() {}

#[ws_handler(route = "sendAll")]
async fn send() {}

#[authorizer(websocket)]
async fn authorize() -> Allow {
    Allow::all_routes("alice")
}

#[authorizer(token)]
async fn of_another_api() -> Allow {
    Allow::all_routes("alice")
}

fn settings() -> WebSocketApi {
    WebSocketApi::new().endpoint(env("WS_ENDPOINT"))
}

#[test]
fn all_routes_are_one_api() {
    let api = Api::new()
        .websocket(settings())
        .events(events![connect, disconnect, other, send]);
    let yaml = yaml(&api, Gateway::HttpApi);
    let sockets = resource(&yaml, "WebSocketApi");
    assert_contains(
        &sockets,
        &[
            "Type: AWS::Serverless::WebSocketApi",
            "StageName: prod",
            "RouteSelectionExpression: $request.body.action",
            "$connect: {FunctionArn: !GetAtt Function.Arn}",
            "$disconnect: {FunctionArn: !GetAtt Function.Arn}",
            "$default: {FunctionArn: !GetAtt Function.Arn, RouteResponseSelectionExpression: $default}",
            "sendAll: {FunctionArn: !GetAtt Function.Arn, RouteResponseSelectionExpression: $default}",
        ],
    );
    assert!(!sockets.contains("Auth:"), "{sockets}");
    assert_contains(
        &resource(&yaml, "Function"),
        &[
            "WS_ENDPOINT: !Sub \"https://${WebSocketApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod\"",
            "execute-api:ManageConnections",
            "${WebSocketApi}/prod/*/@connections/*",
        ],
    );
    assert_contains(
        &yaml,
        &["WebSocketUrl: {Value: !Sub \"wss://${WebSocketApi}"],
    );
}

#[test]
fn what_a_handler_returns_needs_a_route_response() {
    let api = Api::new().events(events![connect, disconnect, other, send]);
    let yaml = yaml(&api, Gateway::HttpApi);
    for (id, route) in [
        (
            "WebSocketApiDefaultRouteResponse",
            "WebSocketApiDefaultRoute",
        ),
        (
            "WebSocketApiSendallRouteResponse",
            "WebSocketApiSendallRoute",
        ),
    ] {
        assert_contains(
            &resource(&yaml, id),
            &[
                "Type: AWS::ApiGatewayV2::RouteResponse",
                &format!("RouteId: !Ref {route}"),
                "RouteResponseKey: $default",
            ],
        );
    }
    assert!(!yaml.contains("ConnectRouteResponse"), "{yaml}");
}

#[test]
fn an_authorizer_is_asked_at_the_handshake() {
    let api = Api::new().events(events![send, authorize, of_another_api]);
    let yaml = yaml(&api, Gateway::HttpApi);
    assert_contains(
        &resource(&yaml, "WebSocketApi"),
        &[
            "Auth: {AuthType: CUSTOM, AuthArn: !GetAtt Function.Arn}",
            "$connect: {FunctionArn: !GetAtt Function.Arn}",
        ],
    );
}

#[test]
fn an_authorizer_of_another_api_is_not_asked() {
    let api = Api::new().events(events![send, of_another_api]);
    let sockets = resource(&yaml(&api, Gateway::HttpApi), "WebSocketApi");
    assert!(!sockets.contains("Auth:"), "{sockets}");
}

#[test]
fn the_expression_of_the_program_selects_routes() {
    let api = Api::new()
        .websocket(WebSocketApi::new().route_selection("${request.body.kind}"))
        .events(events![send]);
    assert_contains(
        &resource(&yaml(&api, Gateway::HttpApi), "WebSocketApi"),
        &["${request.body.kind}"],
    );
}

#[ws_handler(route = "send-all")]
async fn dash() {}

#[ws_handler(route = "sendall")]
async fn lower_case() {}

#[test]
fn keys_that_sam_does_not_take_are_errors() {
    for (events, expected) in [
        (
            events![dash],
            "AWS SAM takes keys of letters and digits only",
        ),
        (
            events![send, lower_case],
            "the routes `sendAll` and `sendall` of the WebSocket API",
        ),
    ] {
        let errors = errors(&Api::new().events(events), &Options::new(Gateway::HttpApi));
        assert_contains(&errors, &[expected]);
    }
}
