//! Rejected requests, and their problems.

use super::Callers;
use crate::{order::NewOrder, store::Store};
use lambda_api_testing::on_every_source;
use serde_json::json;
use std::num::NonZeroU32;

#[tokio::test]
async fn invalid_orders_are_rejected_with_their_fields() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        for (order, error) in [
            (
                json!({"sku": "tea"}),
                json!({"in": "body", "detail": "missing field `quantity`"}),
            ),
            (
                json!({"sku": "tea", "quantity": 0}),
                json!({"in": "body", "name": "quantity"}),
            ),
            (
                json!({"sku": "", "quantity": 1}),
                json!({"in": "body", "pointer": "/sku", "code": "length"}),
            ),
            (
                json!({"sku": 7, "quantity": 1}),
                json!({"in": "body", "name": "sku"}),
            ),
            (
                json!({"sku": "tea", "quantity": 1, "price": 0}),
                json!({"in": "body", "name": "price"}),
            ),
        ] {
            let rejected = alice.post("/orders").json(&order).await;
            rejected
                .assert_problem(422, "invalid_body")
                .assert_json_matches(&json!({"errors": [error]}));
        }
        alice
            .get("/orders")
            .await
            .assert_json(&json!({"orders": []}));
    })
    .await;
}

#[tokio::test]
async fn an_invalid_json_body_is_rejected() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let post = || alice.post("/orders");
        let json = "application/json";
        for (request, status, code) in [
            (post(), 400, "missing_body"),
            (
                post().header("content-type", json).body("{"),
                400,
                "invalid_json",
            ),
            (post().text("tea"), 415, "unsupported_media_type"),
            (
                post().form(&[("sku", "tea")]),
                415,
                "unsupported_media_type",
            ),
        ] {
            let rejected = request.await;
            rejected.assert_problem(status, code);
        }
    })
    .await;
}

#[tokio::test]
async fn all_parameter_errors_are_reported_together() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let rejected = alice.get("/orders?page-size=101&after=x").await;
        rejected
            .assert_problem(400, "invalid_parameters")
            .assert_json_matches(&json!({"errors": [{"name": "after"}, {"name": "page-size"}]}));

        let tea = json!({"sku": "tea", "quantity": 1});
        let rejected = alice.put("/orders/x").json(&tea).await;
        rejected
            .assert_problem(400, "invalid_parameters")
            .assert_json_matches(&json!({"errors": [{"name": "id"}]}));

        let request = alice.get("/last-order").cookie("last-order", "x");
        let rejected = request.await;
        rejected
            .assert_problem(400, "invalid_parameters")
            .assert_json_matches(&json!({"errors": [{"name": "last-order"}]}));
    })
    .await;
}

#[tokio::test]
async fn one_caller_cannot_fill_the_store() {
    on_every_source(async |source| {
        let Callers {
            alice, bob, store, ..
        } = Callers::via(source).await;
        for _ in 0..Store::LIMIT {
            let order = NewOrder {
                sku: "tea".into(),
                quantity: NonZeroU32::MIN,
            };
            store.place("alice", order).unwrap();
        }
        let tea = json!({"sku": "tea", "quantity": 1});
        let rejected = alice.post("/orders").json(&tea).await;
        rejected
            .assert_problem(429, "too_many_orders")
            .assert_header("retry-after", "60")
            .assert_json_matches(&json!({"limit": 1000}));
        bob.post("/orders").json(&tea).await.assert_status(201);
    })
    .await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_rejected() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        for path in ["/", "/order", "/orders/", "/orders/1/items"] {
            let rejected = alice.get(path).await;
            rejected.assert_problem(404, "route_not_found");
        }
        let rejected = alice.patch("/orders/1").await;
        rejected
            .assert_problem(405, "method_not_allowed")
            .assert_header("allow", "GET, HEAD, PUT, DELETE, OPTIONS");
    })
    .await;
}
