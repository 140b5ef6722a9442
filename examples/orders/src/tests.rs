//! The handlers as functions, and the whole API as a service.

use crate::{
    api,
    caller::{ApiKeys, Caller},
    error::OrderError,
    handlers::{get_order, place_order},
    order::{NewOrder, OrderId},
    store::Store,
};
use http::{Method, Request, StatusCode, header::COOKIE};
use lambda_api::{App, Body, Json, Response, State};
use serde_json::{Value, json};
use std::num::NonZeroU32;
use tower::ServiceExt;

#[tokio::test]
async fn a_handler_is_a_function_that_a_test_can_call() {
    let store = Store::default();
    let alice = Caller("alice".into());
    let order = NewOrder {
        sku: "tea".into(),
        quantity: NonZeroU32::MIN,
    };
    let (_cookie, created) = place_order(alice.clone(), State(store.clone()), Json(order))
        .await
        .unwrap();
    assert_eq!(created.body.0.id, OrderId(1));
    let (_, Json(found)) = get_order(OrderId(1), alice.clone(), State(store.clone()))
        .await
        .unwrap();
    assert_eq!(found.sku, "tea");
    let missing = get_order(OrderId(2), alice, State(store)).await;
    assert!(matches!(missing, Err(OrderError::NotFound(OrderId(2)))));
}

/// The API with keys of its own in place of those of the environment.
async fn app() -> App {
    let keys = ApiKeys::parse("alice=open-sesame,bob=let-me-in").unwrap();
    api().state(keys).build().await.unwrap()
}

fn request(method: Method, uri: &str, key: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("authorization", format!("Bearer {key}"))
        .header("content-type", "application/json")
}

async fn send(app: &App, request: http::request::Builder, body: &Value) -> Response {
    let body = if body.is_null() {
        Body::empty()
    } else {
        Body::from(body.to_string())
    };
    app.clone()
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap()
}

fn json_of(response: &Response) -> Value {
    serde_json::from_slice(response.body().bytes()).unwrap()
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers()[name].to_str().unwrap()
}

#[tokio::test]
async fn an_order_lives_from_its_place_to_its_deletion() {
    let app = app().await;
    let call = |method, uri: &str| request(method, uri, "open-sesame");

    let placed = send(
        &app,
        call(Method::POST, "/orders"),
        &json!({"sku": "tea", "quantity": 2}),
    )
    .await;
    assert_eq!(placed.status(), StatusCode::CREATED);
    let location = header(&placed, "location").to_owned();
    assert_eq!(location, "/orders/1");

    let read = send(&app, call(Method::GET, &location), &Value::Null).await;
    assert_eq!(read.status(), StatusCode::OK);
    assert_eq!(
        json_of(&read),
        json!({"id": 1, "sku": "tea", "quantity": 2, "version": 1})
    );
    let tag = header(&read, "etag").to_owned();

    let put = call(Method::PUT, &location).header("if-match", &tag);
    let changed = send(&app, put, &json!({"sku": "tea", "quantity": 3})).await;
    assert_eq!(json_of(&changed)["version"], 2);

    let put = call(Method::PUT, &location).header("if-match", &tag);
    let late = send(&app, put, &json!({"sku": "tea", "quantity": 4})).await;
    assert_eq!(late.status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(header(&late, "content-type"), "application/problem+json");
    assert_eq!(json_of(&late)["code"], "order_changed");
    assert_eq!(json_of(&late)["version"], 2);

    let deleted = send(&app, call(Method::DELETE, &location), &Value::Null).await;
    assert_eq!(deleted.status(), StatusCode::NO_CONTENT);
    let gone = send(&app, call(Method::GET, &location), &Value::Null).await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    assert_eq!(json_of(&gone)["code"], "order_not_found");
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let app = app().await;
    for _ in 0..3 {
        let post = request(Method::POST, "/orders", "open-sesame");
        send(&app, post, &json!({"sku": "tea", "quantity": 1})).await;
    }
    let list = |uri: &str| request(Method::GET, uri, "open-sesame");

    let first = json_of(&send(&app, list("/orders?page-size=2"), &Value::Null).await);
    assert_eq!(first["orders"].as_array().unwrap().len(), 2);
    assert_eq!(first["next"], 2);
    let second = json_of(&send(&app, list("/orders?page-size=2&after=2"), &Value::Null).await);
    assert_eq!(second["orders"].as_array().unwrap().len(), 1);
    assert_eq!(second.get("next"), None);

    let refused = send(&app, list("/orders?page-size=101"), &Value::Null).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_cookie_leads_to_the_last_order() {
    let app = app().await;
    let call = |method, uri: &str| request(method, uri, "open-sesame");

    let none = send(&app, call(Method::GET, "/orders/last"), &Value::Null).await;
    assert_eq!(json_of(&none)["code"], "no_last_order");

    let placed = send(
        &app,
        call(Method::POST, "/orders"),
        &json!({"sku": "tea", "quantity": 2}),
    )
    .await;
    let cookie = header(&placed, "set-cookie");
    assert!(cookie.starts_with("last-order=1;"), "{cookie}");

    let get = call(Method::GET, "/orders/last").header(COOKIE, "theme=dark; last-order=1");
    let last = send(&app, get, &Value::Null).await;
    assert_eq!(last.status(), StatusCode::SEE_OTHER);
    assert_eq!(header(&last, "location"), "/orders/1");
}

#[tokio::test]
async fn nobody_gets_in_without_a_known_key() {
    let app = app().await;
    for (key, code, challenge) in [
        ("", "api_key_missing", "Bearer"),
        ("guess", "api_key_unknown", "Bearer error=\"invalid_token\""),
    ] {
        for (method, uri) in [
            (Method::GET, "/orders"),
            (Method::POST, "/orders"),
            (Method::GET, "/orders/last"),
            (Method::GET, "/orders/1"),
            (Method::PUT, "/orders/1"),
            (Method::DELETE, "/orders/1"),
        ] {
            let order = json!({"sku": "tea", "quantity": 1});
            let refused = send(&app, request(method.clone(), uri, key), &order).await;
            assert_eq!(refused.status(), StatusCode::UNAUTHORIZED, "{method} {uri}");
            assert_eq!(json_of(&refused)["code"], code, "{method} {uri}");
            assert_eq!(header(&refused, "www-authenticate"), challenge);
        }
    }
}

#[tokio::test]
async fn the_orders_of_others_look_as_if_they_did_not_exist() {
    let app = app().await;
    let post = request(Method::POST, "/orders", "open-sesame");
    send(&app, post, &json!({"sku": "tea", "quantity": 2})).await;
    let other = send(
        &app,
        request(Method::GET, "/orders/1", "let-me-in"),
        &Value::Null,
    )
    .await;
    assert_eq!(other.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_order_that_is_no_order_is_refused() {
    let app = app().await;
    for order in [
        json!({"sku": "tea"}),
        json!({"sku": "tea", "quantity": 0}),
        json!({"sku": "tea", "quantity": 1, "price": 0}),
    ] {
        let post = request(Method::POST, "/orders", "open-sesame");
        let refused = send(&app, post, &order).await;
        assert_eq!(
            refused.status(),
            StatusCode::UNPROCESSABLE_ENTITY,
            "{order}"
        );
    }
}
