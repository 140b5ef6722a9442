//! Events as API Gateway sends them.

use lambda_api::{
    Api, Json, LambdaContext, events,
    websocket::{Connection, Disconnected, Handshake},
    ws_handler,
};
use serde_json::{Value, json};
use std::time::{Duration, UNIX_EPOCH};

#[ws_handler(connect)]
async fn connect(handshake: Handshake, connection: Connection) -> Result<(), lambda_api::Problem> {
    assert_eq!(connection.id(), "BFHPhfCWIAMCKlQ=");
    assert_eq!(connection.source_ip(), Some("192.0.2.1"));
    let arn = "arn:aws:iam::123456789012:user/alice";
    assert_eq!(connection.user_arn(), Some(arn));
    let at = UNIX_EPOCH + Duration::from_millis(1_731_324_924_553);
    assert_eq!(connection.connected_at(), Some(at));
    assert_eq!(handshake.header("host"), Some("a.example"));
    assert_eq!(handshake.query("a"), Some("1"));
    assert_eq!(
        (handshake.query("b"), handshake.header("x-tag")),
        (None, None)
    );
    assert_eq!(handshake.headers().get_all("x-tag").iter().count(), 2);
    assert_eq!(handshake.origin(), None);
    Ok(())
}

#[ws_handler(disconnect)]
async fn disconnect(closed: Disconnected) {
    assert_eq!(closed.code, Some(1005));
    assert_eq!(closed.reason, "Client-side close frame status not set");
}

#[ws_handler(message)]
async fn message(Json(message): Json<Value>, connection: Connection) -> Json<Value> {
    assert_eq!(connection.user_agent(), None);
    Json(message)
}

async fn handled(event: Value) -> Value {
    let api = Api::new().events(events![connect, disconnect, message]);
    let app = api.build().await.unwrap();
    let event = event.to_string().into();
    let response = app.handle_event(event, LambdaContext::for_test()).await;
    serde_json::from_slice(&response.unwrap()).unwrap()
}

fn context(event_type: &str, route: &str) -> Value {
    json!({
        "routeKey": route, "eventType": event_type, "extendedRequestId": "BFHPhFe3IAMF95g=",
        "requestTime": "11/Nov/2024:11:35:24 +0000", "messageDirection": "IN", "stage": "prod",
        "connectedAt": 1_731_324_924_553_u64, "requestTimeEpoch": 1_731_324_924_561_u64,
        "identity": {"sourceIp": "192.0.2.1"}, "requestId": "BFHPhFe3IAMF95g=",
        "domainName": "abc123.execute-api.us-east-1.amazonaws.com",
        "connectionId": "BFHPhfCWIAMCKlQ=", "apiId": "abc123",
    })
}

#[tokio::test]
async fn a_connection_is_accepted() {
    let mut context = context("CONNECT", "$connect");
    context["identity"]["userArn"] = "arn:aws:iam::123456789012:user/alice".into();
    let accepted = handled(json!({
        "headers": {"Host": "a.example", "X-Tag": "1", "x-tag": "2"},
        "multiValueHeaders": {"Host": ["a.example"], "X-Tag": ["1"], "x-tag": ["2"]},
        "queryStringParameters": {"a": "1", "b": "2"},
        "multiValueQueryStringParameters": {"a": ["1"], "b": ["1", "2"]},
        "requestContext": context, "isBase64Encoded": false,
    }))
    .await;
    assert_eq!(accepted, json!({"statusCode": 200}));
}

#[ws_handler(connect)]
async fn reject() -> Result<(), lambda_api::Problem> {
    Err(lambda_api::Problem::new(http::StatusCode::FORBIDDEN, "no"))
}

#[tokio::test]
async fn a_handshake_that_no_handler_was_asked_about_is_rejected() {
    let app = Api::new().events(events![reject]).build().await.unwrap();
    for (event_type, route, status) in [
        (json!("CONNECT"), json!("$connect"), 403),
        (json!("CONNECT"), Value::Null, 403),
        (json!("CONNECT"), json!("other"), 403),
        (json!("CONNECT"), json!(7), 400),
        (json!("connect"), json!("$connect"), 400),
        (json!("DISCONNECT"), Value::Null, 200),
    ] {
        let mut context = context("", "");
        context["eventType"] = event_type.clone();
        context["routeKey"] = route.clone();
        let event = json!({"requestContext": context}).to_string().into();
        let response = app.handle_event(event, LambdaContext::for_test()).await;
        let response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
        assert_eq!(response["statusCode"], status, "{event_type} {route}");
    }
}

#[tokio::test]
async fn a_message_is_read_as_text_or_base64() {
    for (body, is_base64, expected) in [
        ("{\r\n\t\"a\": 1\r\n}", false, r#"{"a":1}"#),
        ("eyJhIjoxfQ==", true, r#"{"a":1}"#),
    ] {
        let response = handled(json!({
            "requestContext": context("MESSAGE", "$default"), "body": body, "isBase64Encoded": is_base64,
        }))
        .await;
        assert_eq!(response, json!({"statusCode": 200, "body": expected}));
    }
}

#[tokio::test]
async fn the_end_of_a_connection_is_acknowledged() {
    let mut context = context("DISCONNECT", "$disconnect");
    context["disconnectStatusCode"] = 1005.into();
    context["disconnectReason"] = "Client-side close frame status not set".into();
    let event = json!({"headers": {}, "requestContext": context, "isBase64Encoded": false});
    assert_eq!(handled(event).await, json!({"statusCode": 200}));
}

#[tokio::test]
async fn a_client_cannot_reach_a_connection_route_with_a_message() {
    for route in ["$connect", "$disconnect"] {
        let response = handled(json!({
            "requestContext": context("MESSAGE", route), "body": "7", "isBase64Encoded": false,
        }))
        .await;
        assert_eq!(response, json!({"statusCode": 200, "body": "7"}));
    }
}
