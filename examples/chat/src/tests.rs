//! Tests in the process: no socket is opened.

use crate::api;
use lambda_api_testing::TestClient;
use serde_json::json;

async fn client() -> TestClient {
    TestClient::new(api()).await
}

#[tokio::test]
async fn a_message_reaches_the_others() {
    let client = client().await;
    let mut alice = client.websocket().query("name", "alice").connect().await;
    let mut bob = client.websocket().query("name", "bob").connect().await;
    let mut carol = client.websocket().query("name", "carol").connect().await;

    alice
        .send_json(&json!({"action": "send", "text": "hi"}))
        .await;
    alice.assert_json(&json!({"sent": 2})).await;
    for other in [&mut bob, &mut carol] {
        other
            .assert_json(&json!({"from": "alice", "text": "hi"}))
            .await;
    }
    alice.assert_silent();
}

#[tokio::test]
async fn any_other_message_is_explained() {
    let client = client().await;
    let mut alice = client.websocket().query("name", "alice").connect().await;
    let usage = json!({"usage": r#"{"action": "send", "text": ".."}"#});
    for message in [json!({"action": "shout"}), json!("hi")] {
        alice.send_json(&message).await;
        alice.assert_json(&usage).await;
    }
}

#[tokio::test]
async fn members_that_left_or_vanished_get_nothing() {
    let client = client().await;
    let mut alice = client.websocket().query("name", "alice").connect().await;
    let bob = client.websocket().query("name", "bob").connect().await;
    let carol = client.websocket().query("name", "carol").connect().await;
    bob.close().await;
    drop(carol);
    alice
        .send_json(&json!({"action": "send", "text": "hi"}))
        .await;
    alice.assert_json(&json!({"sent": 0})).await;
}

#[tokio::test]
async fn an_announcement_reaches_all() {
    let client = client().await;
    let mut alice = client.websocket().query("name", "alice").connect().await;
    let announced = client
        .post("/announcements")
        .json(&json!({"text": "we close"}))
        .await;
    announced.assert_json(&json!({"sent": 1}));
    alice
        .assert_json(&json!({"from": "the house", "text": "we close"}))
        .await;
}

#[tokio::test]
async fn a_member_needs_a_name() {
    let client = client().await;
    client.websocket().assert_rejected(400).await;
    client
        .websocket()
        .query("name", "")
        .assert_rejected(400)
        .await;
}
