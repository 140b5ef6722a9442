//! The compiled program as Lambda runs it: from its environment to its log.

use lambda_api::{auth::KeyHash, event::Source};
use lambda_api_testing::{EventBuilder, FakeLambda};
use serde_json::{Value, json};

const ALICE: &str = "4f7c1b0e5a2d49d88b1f6e3c7a905d21";
const BOB: &str = "9d3e8a417c6b4052a1f0c5d2e7b86f34";

/// `ORDERS_API_KEYS` for the two.
fn keys() -> String {
    format!("alice={},bob={}", KeyHash::of(ALICE), KeyHash::of(BOB))
}

async fn orders() -> FakeLambda {
    FakeLambda::start(env!("CARGO_BIN_EXE_orders"))
        .env("ORDERS_API_KEYS", keys())
        .await
}

fn request(source: Source, method: &str, path: &str) -> EventBuilder {
    EventBuilder::new(source)
        .method(method)
        .path(path)
        .bearer(ALICE)
}

fn json_of(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

#[tokio::test]
async fn orders_are_shared_between_all_sources() {
    let lambda = orders().await;
    let order = json!({"sku": "tea", "quantity": 2});
    let placed = lambda
        .send(&request(Source::RestApi, "POST", "/orders").json(&order))
        .await;
    assert_eq!(placed.status(), 201);
    // The URL of a REST API has its stage before the path.
    assert_eq!(placed.headers()["location"], "/prod/orders/1");

    // The state of a process lives from one invocation to the next.
    for source in Source::ALL {
        let read = lambda.send(&request(source, "GET", "/orders/1")).await;
        assert_eq!(read.status(), 200, "{source}");
        assert_eq!(
            json_of(read.body()),
            json!({"id": 1, "sku": "tea", "quantity": 2, "version": 1}),
            "{source}"
        );
    }
}

#[tokio::test]
async fn a_new_process_knows_nothing_of_the_last_one() {
    let lambda = orders().await;
    let order = json!({"sku": "tea", "quantity": 2});
    let place = request(Source::HttpApi, "POST", "/orders").json(&order);
    assert_eq!(lambda.send(&place).await.status(), 201);
    lambda.restart().await;
    let read = lambda
        .send(&request(Source::HttpApi, "GET", "/orders/1"))
        .await;
    assert_eq!(read.status(), 404);
}

#[tokio::test]
async fn a_typed_error_is_a_problem_and_not_an_error_of_the_function() {
    let lambda = orders().await;
    let response = lambda
        .send(&request(Source::HttpApi, "GET", "/orders/7"))
        .await;
    assert_eq!(response.status(), 404);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let problem = json_of(response.body());
    assert_eq!(problem["code"], "order_not_found");
    assert_eq!(problem["detail"], "order 7 does not exist");
}

#[tokio::test]
async fn requests_without_a_key_are_rejected() {
    let lambda = orders().await;
    let stranger = EventBuilder::new(Source::HttpApi).path("/orders");
    let rejected = lambda.send(&stranger).await;
    assert_eq!(rejected.status(), 401);
    assert_eq!(json_of(rejected.body())["code"], "unauthorized");
}

#[tokio::test]
async fn without_keys_the_start_fails_with_a_reason() {
    let start = FakeLambda::start(env!("CARGO_BIN_EXE_orders")).try_start();
    let exit = start.await.unwrap_err();
    assert_eq!(exit.code(), Some(1));
    let error = exit.init_error().unwrap();
    assert_eq!(error.error_type, "ApiNotBuilt");
    assert!(error.error_message.contains("ORDERS_API_KEYS"), "{error}");
}

#[tokio::test]
async fn a_key_in_place_of_its_hash_is_never_in_the_log() {
    let exit = FakeLambda::start(env!("CARGO_BIN_EXE_orders"))
        .env("ORDERS_API_KEYS", format!("{},carol={BOB}", keys()))
        .try_start()
        .await
        .unwrap_err();
    let error = exit.init_error().unwrap();
    assert!(error.error_message.contains("at position 3"), "{error}");
    let told = format!("{error} {:?}", exit.logs());
    assert!(!told.contains(BOB), "{told}");
}

#[tokio::test]
async fn many_callers_at_once_keep_their_own_orders() {
    let lambda = FakeLambda::start(env!("CARGO_BIN_EXE_orders"))
        .env("ORDERS_API_KEYS", keys())
        .concurrency(8)
        .await;
    let place = |n: u32, key: &str| {
        let event = EventBuilder::new(Source::HttpApi)
            .method("POST")
            .path("/orders")
            .bearer(key)
            .json(&json!({"sku": format!("{key}-{n}"), "quantity": n + 1}));
        lambda.invoke(event)
    };
    let pending: Vec<_> = (0..40)
        .flat_map(|n| [ALICE, BOB].map(|key| (n, key, place(n, key))))
        .collect();
    for (n, key, pending) in pending {
        let placed = pending.await.response().http(Source::HttpApi);
        assert_eq!(placed.status(), 201);
        let order = json_of(placed.body());
        assert_eq!(order["sku"], format!("{key}-{n}"));
        assert_eq!(order["quantity"], n + 1);
    }
    for key in [ALICE, BOB] {
        let list = EventBuilder::new(Source::HttpApi)
            .path("/orders?page-size=100")
            .bearer(key);
        let page = json_of(lambda.send(&list).await.body());
        let orders = page["orders"].as_array().unwrap();
        assert_eq!(orders.len(), 40);
        assert!(
            orders
                .iter()
                .all(|order| order["sku"].as_str().unwrap().starts_with(key))
        );
    }
}
