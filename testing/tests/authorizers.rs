//! Events of authorizers, and what their builder makes of them.

use lambda_api::{
    Api, authorizer,
    authorizer::{Allow, AuthorizerKind, AuthorizerRequest},
    events,
};
use lambda_api_testing::{AuthorizerEvent, TestClient};

/// The same request in every kind of event, with its method and path.
fn all() -> [AuthorizerEvent; 5] {
    [
        AuthorizerEvent::token("Bearer abc"),
        AuthorizerEvent::request(),
        AuthorizerEvent::http(),
        AuthorizerEvent::http_v1(),
        AuthorizerEvent::websocket(),
    ]
    .map(|event| {
        event
            .method("PUT")
            .path("/orders/7")
            .route("/orders/{id}")
            .stage("test")
            .api_id("x1")
            .header("X-Tenant", "north")
            .header("X-Tenant", "south")
            .cookie("a", "1")
            .cookie("b", "2")
            .query("q", "1 & 2")
            .path_parameter("id", "7")
            .stage_variable("color", "blue")
            .source_ip("2001:db8::1")
    })
}

#[test]
fn a_request_has_what_the_event_was_made_of() {
    for event in all() {
        let request = event.to_request();
        let kind = request.kind();
        let arn = request.arn();
        assert_eq!((arn.api_id(), arn.stage()), ("x1", "test"), "{kind:?}");
        let is_websocket = kind == AuthorizerKind::WebSocket;
        let (method, path) = if is_websocket {
            ("GET", "/")
        } else {
            ("PUT", "/orders/7")
        };
        assert_eq!(
            (request.method().as_str(), request.path()),
            (method, path),
            "{kind:?}"
        );
        if kind == AuthorizerKind::Token {
            assert_eq!(request.token(), Some("Bearer abc"));
            continue;
        }
        let tenants: Vec<_> = request.headers().get_all("x-tenant").iter().collect();
        match kind {
            AuthorizerKind::Http => assert_eq!(tenants, ["north,south"]),
            _ => assert_eq!(tenants, ["north", "south"], "{kind:?}"),
        }
        assert_eq!(request.header("cookie"), Some("a=1; b=2"), "{kind:?}");
        assert_eq!(request.query_parameter("q"), Some("1 & 2"), "{kind:?}");
        assert_eq!(request.stage_variable("color"), Some("blue"), "{kind:?}");
        assert_eq!(request.source_ip(), "2001:db8::1".parse().ok(), "{kind:?}");
        let (route, id) = match kind {
            AuthorizerKind::WebSocket => ("$connect", None),
            AuthorizerKind::Http => ("PUT /orders/{id}", Some("7")),
            _ => ("/orders/{id}", Some("7")),
        };
        assert_eq!(request.matched_route(), Some(route), "{kind:?}");
        assert_eq!(request.path_parameter("id"), id, "{kind:?}");
    }
}

#[authorizer]
async fn authorize(request: AuthorizerRequest) -> Allow {
    Allow::all_routes("alice").context("api", request.arn().api_id())
}

#[tokio::test]
async fn a_client_takes_events_of_authorizers() {
    let client = TestClient::new(Api::new().events(events![authorize])).await;
    for event in all() {
        let response = client.authorize(&event).await;
        assert_eq!(response.status(), 200);
        assert!(response.is_allowed("DELETE", "/"));
        assert_eq!(response.context("api").unwrap(), "x1");
        assert_eq!(response.usage_identifier_key(), None);
        response.outcome().assert_ok().assert_taken_by("authorize");
    }
}
