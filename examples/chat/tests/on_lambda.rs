//! The compiled program behind a Lambda Runtime API on loopback.

use lambda_api_testing::FakeLambda;
use serde_json::{Value, json};

async fn chat() -> FakeLambda {
    let endpoint = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod";
    FakeLambda::start(env!("CARGO_BIN_EXE_chat"))
        .env("WS_ENDPOINT", endpoint)
        .await
}

fn event(event_type: &str, route: &str) -> Value {
    json!({
        "requestContext": {
            "routeKey": route, "eventType": event_type, "connectionId": "R1kmxc2VNjMCFIA=",
            "stage": "prod", "domainName": "abc123.execute-api.eu-west-1.amazonaws.com",
            "messageDirection": "IN", "connectedAt": 1_705_751_697_419_u64,
            "identity": {"sourceIp": "192.0.2.1"}, "apiId": "abc123", "requestId": "R1koeHsUtjMFbRw=",
        },
        "isBase64Encoded": false,
    })
}

#[tokio::test]
async fn the_events_of_a_connection_have_their_responses() {
    let lambda = chat().await;
    let mut connect = event("CONNECT", "$connect");
    connect["queryStringParameters"] = json!({"name": "alice"});
    let accepted = lambda.invoke(connect).await;
    assert_eq!(accepted.response().json()["statusCode"], 200);

    let mut message = event("MESSAGE", "send");
    message["body"] = json!({"action": "send", "text": "alone"})
        .to_string()
        .into();
    let sent = lambda.invoke(message).await;
    let sent = sent.response().json();
    assert_eq!(sent, json!({"statusCode": 200, "body": "{\"sent\":0}"}));

    let end = lambda.invoke(event("DISCONNECT", "$disconnect")).await;
    assert_eq!(end.response().json(), json!({"statusCode": 200}));
    assert_eq!(lambda.starts(), 1);
}
