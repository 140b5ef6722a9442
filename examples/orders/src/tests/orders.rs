//! What callers can do with orders, through every source.

use super::Callers;
use lambda_api_testing::on_every_source;
use serde_json::json;

#[tokio::test]
async fn an_order_can_be_placed_and_read_back() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;

        let tea = json!({"sku": "tea", "quantity": 2});
        let placed = alice.post("/orders").json(&tea).await;
        placed
            .assert_status(201)
            .assert_json(&json!({"id": 1, "sku": "tea", "quantity": 2, "version": 1}));
        assert_eq!(placed.location(), "/orders/1");

        let read = alice.get(placed.location()).await;
        read.assert_status(200)
            .assert_header("etag", "\"1\"")
            .assert_json(&json!({"id": 1, "sku": "tea", "quantity": 2, "version": 1}));
    })
    .await;
}

#[tokio::test]
async fn any_text_passes_through_the_source() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let sku = "thé \"vert\"\\\n🍵";
        let placed = alice
            .post("/orders")
            .json(&json!({"sku": sku, "quantity": 1}))
            .await;
        placed.assert_json_matches(&json!({"sku": sku}));
        let read = alice.get(placed.location()).await;
        read.assert_json_matches(&json!({"sku": sku}));
    })
    .await;
}

#[tokio::test]
async fn an_order_can_be_changed() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let tea = json!({"sku": "tea", "quantity": 2});
        let placed = alice.post("/orders").json(&tea).await;

        let milk = json!({"sku": "milk", "quantity": 1});
        let changed = alice.put(placed.location()).json(&milk).await;
        changed
            .assert_status(200)
            .assert_header("etag", "\"2\"")
            .assert_json(&json!({"id": 1, "sku": "milk", "quantity": 1, "version": 2}));
    })
    .await;
}

#[tokio::test]
async fn a_conflicting_order_change_is_rejected() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let order = |quantity: u32| json!({"sku": "tea", "quantity": quantity});
        let placed = alice.post("/orders").json(&order(1)).await;
        let read = alice.get(placed.location()).await;
        let seen = read.header("etag").unwrap();

        let change = |quantity| {
            let put = alice.put(placed.location()).json(&order(quantity));
            put.header("if-match", seen)
        };
        let first = change(2).await;
        first.assert_status(200);

        let second = change(3).await;
        second.assert_problem(412, "order_changed");
        for unknown in ["", "1", "W/\"2\""] {
            let put = alice.put(placed.location()).json(&order(3));
            let rejected = put.header("if-match", unknown).await;
            rejected.assert_problem(412, "order_changed");
        }
        let problem = second.problem();
        assert_eq!(problem.detail(), Some("order 1 was changed meanwhile"));
        assert_eq!(problem.extension("version"), Some(&json!(2)));

        let read = alice.get(placed.location()).await;
        read.assert_json_matches(&json!({"quantity": 2}));
    })
    .await;
}

#[tokio::test]
async fn an_order_can_be_deleted() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let tea = json!({"sku": "tea", "quantity": 2});
        let placed = alice.post("/orders").json(&tea).await;

        let deleted = alice.delete(placed.location()).await;
        deleted
            .assert_status(204)
            .assert_no_header("content-type")
            .assert_text("");

        let gone = alice.get(placed.location()).await;
        gone.assert_problem(404, "order_not_found");
        assert_eq!(gone.problem().detail(), Some("order 1 does not exist"));
        let again = alice.delete(placed.location()).await;
        again.assert_problem(404, "order_not_found");
    })
    .await;
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    on_every_source(async |source| {
        let Callers { alice, bob, .. } = Callers::via(source).await;
        for client in [&alice, &bob, &alice, &alice] {
            let tea = json!({"sku": "tea", "quantity": 1});
            client.post("/orders").json(&tea).await.assert_status(201);
        }

        let first = alice.get("/orders").query("page-size", 2).await;
        let expected = json!({"orders": [{"id": 1}, {"id": 3}], "next": 3});
        first.assert_json_matches(&expected);

        let second = alice.get("/orders?page-size=2").query("after", 3).await;
        second.assert_json(&json!({
            "orders": [{"id": 4, "sku": "tea", "quantity": 1, "version": 1}],
        }));

        let all = alice.get("/orders").await;
        all.assert_json_matches(&json!({"orders": [{"id": 1}, {"id": 3}, {"id": 4}]}));
    })
    .await;
}

#[tokio::test]
async fn a_cookie_leads_to_the_order_that_was_placed_last() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let none = alice.get("/last-order").await;
        none.assert_problem(404, "no_last_order");

        let tea = json!({"sku": "tea", "quantity": 1});
        let first = alice.post("/orders").json(&tea).await;
        first.assert_cookie("last-order", "1");
        let second = alice.post("/orders").json(&tea).await;
        second.assert_cookie("last-order", "2");
        let cookie = second.cookie("last-order").unwrap();
        assert_eq!(cookie.attribute("path"), Some("/"));
        assert!(cookie.attribute("secure").is_some());
        assert!(cookie.attribute("httponly").is_some());

        let last = alice.get("/last-order").await;
        last.assert_status(303);
        assert_eq!(last.location(), "/orders/2");
        let order = last.follow().await;
        order.assert_json_matches(&json!({"id": 2}));

        // Among others, and without the jar.
        let request = alice.get("/last-order").cookie("theme", "dark");
        let last = request.cookie("last-order", 1).await;
        assert_eq!(last.location(), "/orders/1");
    })
    .await;
}

#[tokio::test]
async fn head_requests_return_the_version_without_a_body() {
    on_every_source(async |source| {
        let Callers { alice, .. } = Callers::via(source).await;
        let tea = json!({"sku": "tea", "quantity": 1});
        let placed = alice.post("/orders").json(&tea).await;
        let head = alice.request("HEAD", placed.location()).await;
        head.assert_status(200)
            .assert_header("etag", "\"1\"")
            .assert_header("content-type", "application/json")
            .assert_text("");
    })
    .await;
}
