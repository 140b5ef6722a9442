//! The compiled program behind a Lambda Runtime API on loopback.

use lambda_api_testing::{FakeLambda, WebSocketEvent};
use serde_json::{Value, json};

#[tokio::test]
async fn the_events_of_a_connection_have_their_responses() {
    let endpoint = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod";
    let lambda = FakeLambda::start(env!("CARGO_BIN_EXE_chat"))
        .env("WS_ENDPOINT", endpoint)
        .await;
    let message = json!({"action": "send", "text": "alone"});
    for (event, body) in [
        (WebSocketEvent::connect().query("name", "alice"), None),
        (
            WebSocketEvent::message("send").json(&message),
            Some(r#"{"sent":0}"#),
        ),
        (WebSocketEvent::disconnect(1000, ""), None),
    ] {
        let response: Value = lambda.invoke(event).await.response().json();
        assert_eq!(response["statusCode"], 200);
        assert_eq!(response.get("body").and_then(Value::as_str), body);
    }
    assert_eq!(lambda.starts(), 1);
}
