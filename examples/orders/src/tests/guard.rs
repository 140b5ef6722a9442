//! Who is let in, and what each caller gets to see.

use super::Callers;
use lambda_api::event::Source;
use lambda_api_testing::{TestClient, TestRequest, on_every_source};
use serde_json::json;

/// A request of every route, each of them in order but for the key.
fn every_route(client: &TestClient) -> [TestRequest; 6] {
    let tea = json!({"sku": "tea", "quantity": 1});
    [
        client.get("/orders"),
        client.post("/orders").json(&tea),
        client.get("/orders/last").cookie("last-order", 1),
        client.get("/orders/1"),
        client.put("/orders/1").json(&tea),
        client.delete("/orders/1"),
    ]
}

/// The name under which the challenge of a 401 arrives: a REST API renames it.
fn challenge(source: Source) -> &'static str {
    match source {
        Source::RestApi => "x-amzn-remapped-www-authenticate",
        _ => "www-authenticate",
    }
}

#[tokio::test]
async fn nobody_gets_in_without_a_key() {
    on_every_source(async |source| {
        let Callers { nobody, .. } = Callers::via(source).await;
        for request in every_route(&nobody) {
            let refused = request.await;
            refused
                .assert_problem(401, "api_key_missing")
                .assert_header(challenge(source), "Bearer");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_gets_in_with_a_key_that_is_not_known() {
    on_every_source(async |source| {
        let Callers { nobody, .. } = Callers::via(source).await;
        for request in every_route(&nobody) {
            let refused = request.bearer("guess").await;
            refused
                .assert_problem(401, "api_key_unknown")
                .assert_header(challenge(source), "Bearer error=\"invalid_token\"");
        }
    })
    .await;
}

#[tokio::test]
async fn the_orders_of_others_look_as_if_they_did_not_exist() {
    on_every_source(async |source| {
        let Callers { alice, bob, .. } = Callers::via(source).await;
        let tea = json!({"sku": "tea", "quantity": 1});
        let placed = alice.post("/orders").json(&tea).await;

        for request in [
            bob.get(placed.location()),
            bob.put(placed.location()).json(&tea),
            bob.delete(placed.location()),
        ] {
            let refused = request.await;
            refused.assert_problem(404, "order_not_found");
        }
        let list = bob.get("/orders").await;
        list.assert_json(&json!({"orders": []}));

        let read = alice.get(placed.location()).await;
        read.assert_json_matches(&json!({"version": 1}));
    })
    .await;
}
