//! Access of callers, and the orders that they see.

use super::Callers;
use lambda_api_testing::{TestClient, TestRequest, on_every_source};
use serde_json::json;

/// A request of every route, each of them in order but for the key, and one of no route.
fn every_route(client: &TestClient) -> [TestRequest; 7] {
    let tea = json!({"sku": "tea", "quantity": 1});
    [
        client.get("/orders"),
        client.post("/orders").json(&tea),
        client.get("/last-order").cookie("last-order", 1),
        client.get("/orders/1"),
        client.put("/orders/1").json(&tea),
        client.delete("/orders/1"),
        client.get("/nothing"),
    ]
}

#[tokio::test]
async fn unknown_keys_are_rejected() {
    let guess = "0123456789abcdef0123456789abcdef";
    on_every_source(async |source| {
        let Callers { anonymous, .. } = Callers::via(source).await;
        for request in every_route(&anonymous) {
            request.await.assert_problem(401, "unauthorized");
        }
        for request in every_route(&anonymous) {
            let rejected = request.bearer(guess).await;
            rejected.assert_problem(401, "invalid_token");
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
            let rejected = request.await;
            rejected.assert_problem(404, "order_not_found");
        }
        let list = bob.get("/orders").await;
        list.assert_json(&json!({"orders": []}));

        let read = alice.get(placed.location()).await;
        read.assert_json_matches(&json!({"version": 1}));
    })
    .await;
}
