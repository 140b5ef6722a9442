//! The moved routes respond as the document says.

use lambda_api::event::{Source, emulate::Caller};
use lambda_api_testing::TestClient;
use moving_over::new::{after, mixed};
use serde_json::json;

const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

#[tokio::test]
async fn responses_are_those_of_the_document() {
    let client = TestClient::new(after()).conforming().await;
    let tea = json!({"text": "buy tea", "tag": "shop"});
    client.post("/notes").json(&tea).await.assert_status(201);
    let untagged = json!({"text": "sleep"});
    let placed = client.post("/notes").json(&untagged).await;
    placed.assert_header("location", "/notes/2");
    let note = client.get("/notes/2").await;
    note.assert_json(&json!({"id": 2, "text": "sleep", "tag": null}));
    let listed = client.get("/notes").query("tag", "shop").await;
    listed.assert_json_matches(&json!([{"id": 1}]));

    let missing = client.get("/notes/9").await;
    missing.assert_problem(404, "no_such_note");
    let invalid = client.get("/notes/x").await;
    invalid.assert_problem(400, "invalid_parameters");
    let empty = client.post("/notes").await;
    empty.assert_problem(400, "missing_body");

    client.get("/whoami").await.assert_status(200);
    client.get("/uri").await.assert_text("/uri");
    client.delete("/notes").await.assert_status(401);
    let client = client.via(Source::RestApi);
    let signed = client.delete("/notes").gateway(|gateway| {
        let caller = Caller::iam(ALICE);
        gateway.caller(caller).api_id("a1b2c3d4e5")
    });
    signed.await.assert_status(204);
}

#[tokio::test]
async fn the_old_router_promises_nothing() {
    let client = TestClient::new(mixed()).conforming().await;
    client.get("/notes").await.assert_status(200);
    client.get("/nothing").await.assert_status(404);
    client
        .get("/notes/1")
        .await
        .assert_problem(404, "no_such_note");
}
