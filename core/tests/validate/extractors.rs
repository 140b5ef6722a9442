//! `Valid`, plain arguments with rules, and their problems.

use lambda_api::{
    Api, Body, Json, Patch, Path, Query, Valid, Validate, api_handler,
    extract::{Form, JsonRejection, ValidRejection},
    routes,
    validate::Violation,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use tower::ServiceExt;

#[derive(Deserialize, Validate)]
#[serde(rename_all = "camelCase")]
struct NewOrder<'r> {
    #[serde(borrow)]
    #[garde(length(min = 1, max = 5))]
    sku: Cow<'r, str>,
    #[garde(range(min = 1, max = 100))]
    how_many: u32,
    #[serde(default)]
    #[garde(length(max = 3))]
    note: Patch<String>,
}

#[derive(Deserialize, Validate)]
struct Limit(#[garde(range(max = 100))] u32);

#[derive(Deserialize, Validate)]
struct Page<'r> {
    #[garde(dive)]
    limit: Option<Limit>,
    #[serde(borrow, default)]
    #[garde(length(max = 3))]
    q: Cow<'r, str>,
}

#[derive(Deserialize, Validate)]
struct Line {
    #[garde(range(min = 1))]
    order: u64,
    #[garde(range(max = 9))]
    line: u8,
}

#[api_handler(POST "/orders")]
async fn place(Valid(Json(order)): Valid<Json<NewOrder<'_>>>) -> String {
    format!(
        "{} of {}, {}",
        order.how_many,
        order.sku,
        order.note.value().unwrap_or_default()
    )
}

#[api_handler(POST "/optional")]
async fn optional(order: Option<Valid<Json<NewOrder<'_>>>>) -> String {
    order.is_some().to_string()
}

#[api_handler(POST "/results")]
async fn results(
    order: Result<Valid<Json<NewOrder<'_>>>, ValidRejection<JsonRejection>>,
) -> String {
    match order {
        Err(ValidRejection::Invalid(invalid)) => {
            invalid.violations().iter().map(Violation::code).collect()
        }
        other => other.is_ok().to_string(),
    }
}

#[api_handler(POST "/form")]
async fn form(Valid(Form(order)): Valid<Form<NewOrder<'_>>>) -> String {
    order.sku.into_owned()
}

#[api_handler(GET "/orders")]
async fn list(Valid(Query(page)): Valid<Query<Page<'_>>>) -> String {
    format!("{} {}", page.q, page.limit.map_or(0, |limit| limit.0))
}

#[api_handler(GET "/orders/{order}/lines/{line}")]
async fn line(Valid(Path(at)): Valid<Path<Line>>) -> String {
    format!("{} {}", at.order, at.line)
}

#[api_handler(POST "/plain/{id}")]
async fn plain(
    #[validate(range(min = 1))] id: u64,
    #[query] limit: Option<Limit>,
    #[query]
    #[validate(length(max = 2), inner(length(max = 3)))]
    tag: Vec<String>,
    #[header("x-tenant")]
    #[validate(length(max = 3), ascii)]
    tenant: Option<&str>,
    #[cookie]
    #[validate(pattern("^[0-9]+$"))]
    session: Option<&str>,
    body: Option<Valid<Json<NewOrder<'_>>>>,
) -> String {
    let limit = limit.map_or(0, |limit| limit.0);
    format!(
        "{id} {limit} {tag:?} {tenant:?} {session:?} {}",
        body.is_some()
    )
}

async fn send(method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let routes = routes![place, optional, results, form, list, line, plain];
    let app = Api::new().routes(routes).build().await.unwrap();
    let mut request = http::Request::builder().method(method).uri(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let Ok(response) = app.oneshot(request).await;
    let status = response.status().as_u16();
    let bytes = response.body().bytes();
    let text = || Value::from(String::from_utf8_lossy(bytes));
    (
        status,
        serde_json::from_slice(bytes).unwrap_or_else(|_| text()),
    )
}

async fn post(uri: &str, body: &Value) -> (u16, Value) {
    send(
        "POST",
        uri,
        &[("content-type", "application/json")],
        &body.to_string(),
    )
    .await
}

#[tokio::test]
async fn an_invalid_body_is_one_422_with_all_violations() {
    let good = json!({"sku": "tea", "howMany": 2, "note": "hm"});
    assert_eq!(post("/orders", &good).await, (200, json!("2 of tea, hm")));

    let bad = json!({"sku": "", "howMany": 101, "note": "long"});
    let (status, problem) = post("/orders", &bad).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_body")));
    assert_eq!(
        problem["detail"],
        "3 values of the request are missing or invalid"
    );
    assert_eq!(
        problem["errors"],
        json!([
            {"in": "body", "name": "sku", "pointer": "/sku", "code": "length", "detail": "length is lower than 1"},
            {"in": "body", "name": "howMany", "pointer": "/howMany", "code": "range", "detail": "greater than 100"},
            {"in": "body", "name": "note", "pointer": "/note", "code": "length", "detail": "length is greater than 3"},
        ])
    );

    let one = json!({"sku": "tea", "howMany": 0, "note": null});
    let (_, problem) = post("/orders", &one).await;
    assert_eq!(problem["detail"], "field `howMany`: lower than 1");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_rejected_as_without_rules() {
    let missing = json!({"sku": "tea"});
    let (status, problem) = post("/orders", &missing).await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_body")));
    let error = json!({"in": "body", "pointer": "/howMany", "code": "missing", "detail": "missing field `howMany`"});
    assert_eq!(problem["errors"], json!([error]));
    let (status, problem) = send("POST", "/orders", &[], "").await;
    assert_eq!((status, &problem["code"]), (400, &json!("missing_body")));
}

#[tokio::test]
async fn options_and_results_contain_valid_values() {
    let good = json!({"sku": "tea", "howMany": 2});
    let bad = json!({"sku": "tea", "howMany": 0});
    assert_eq!(post("/optional", &good).await, (200, json!(true)));
    assert_eq!(
        send("POST", "/optional", &[], "").await,
        (200, json!(false))
    );
    assert_eq!(post("/optional", &bad).await.0, 422);
    assert_eq!(post("/results", &good).await, (200, json!(true)));
    assert_eq!(post("/results", &bad).await, (200, json!("range")));
}

#[tokio::test]
async fn forms_queries_and_paths_have_rules() {
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let (status, problem) = send("POST", "/form", &form, "sku=&howMany=1").await;
    assert_eq!((status, &problem["code"]), (422, &json!("invalid_body")));
    assert_eq!(problem["errors"][0]["pointer"], "/sku");

    assert_eq!(
        send("GET", "/orders?q=tea&limit=7", &[], "").await,
        (200, json!("tea 7"))
    );
    let (status, problem) = send("GET", "/orders?q=milk&limit=101", &[], "").await;
    assert_eq!(
        (status, &problem["code"]),
        (422, &json!("invalid_parameters"))
    );
    assert_eq!(problem["detail"], "2 parameters are missing or invalid");
    assert_eq!(
        problem["errors"],
        json!([
            {"in": "query", "name": "limit", "pointer": "/limit", "code": "range", "detail": "greater than 100"},
            {"in": "query", "name": "q", "pointer": "/q", "code": "length", "detail": "length is greater than 3"},
        ])
    );

    assert_eq!(
        send("GET", "/orders/1/lines/9", &[], "").await,
        (200, json!("1 9"))
    );
    let (status, problem) = send("GET", "/orders/0/lines/9", &[], "").await;
    assert_eq!(
        (status, &problem["code"]),
        (422, &json!("invalid_parameters"))
    );
    assert_eq!(problem["detail"], "path parameter `order`: lower than 1");
}

#[tokio::test]
async fn arguments_have_rules_and_are_reported_with_the_body() {
    let json = ("content-type", "application/json");
    let uri = "/plain/1?limit=100&tag=a&tag=b";
    let headers = [("x-tenant", "me"), ("cookie", "session=7")];
    assert_eq!(
        send("POST", uri, &headers, "").await,
        (200, json!(r#"1 100 ["a", "b"] Some("me") Some("7") false"#))
    );

    let uri = "/plain/0?limit=101&tag=long&tag=b&tag=c";
    let headers = [json, ("x-tenant", "s3cret"), ("cookie", "session=s3cret")];
    let body = r#"{"sku": "tea", "howMany": 0}"#;
    let (status, problem) = send("POST", uri, &headers, body).await;
    assert_eq!(
        (status, &problem["code"]),
        (422, &json!("invalid_parameters"))
    );
    assert_eq!(
        problem["errors"],
        json!([
            {"in": "path", "name": "id", "pointer": "/id", "code": "range", "detail": "lower than 1"},
            {"in": "query", "name": "limit", "pointer": "/limit", "code": "range", "detail": "greater than 100"},
            {"in": "query", "name": "tag", "pointer": "/tag", "code": "length", "detail": "length is greater than 2"},
            {"in": "query", "name": "tag", "pointer": "/tag/0", "code": "length", "detail": "length is greater than 3"},
            {"in": "header", "name": "x-tenant", "pointer": "/x-tenant", "code": "length", "detail": "length is greater than 3"},
            {"in": "cookie", "name": "session", "pointer": "/session", "code": "pattern", "detail": "does not match pattern /^[0-9]+$/"},
            {"in": "body", "name": "howMany", "pointer": "/howMany", "code": "range", "detail": "lower than 1"},
        ])
    );
}

#[tokio::test]
async fn the_response_to_a_large_invalid_body_is_small() {
    #[derive(Deserialize, Validate)]
    struct Prices(
        #[garde(inner(inner(range(max = 0))))] std::collections::BTreeMap<String, Vec<u32>>,
    );

    #[api_handler(POST "/prices")]
    async fn prices(Valid(Json(prices)): Valid<Json<Prices>>) -> String {
        prices.0.len().to_string()
    }

    let app = Api::new().routes(routes![prices]).build().await.unwrap();
    let body = json!({"x".repeat(1_000_000): vec![1; 100_000]}).to_string();
    let request = http::Request::post("/prices").header("content-type", "application/json");
    let Ok(response) = app.oneshot(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(response.status(), 422);
    let body = response.body().bytes();
    assert!(body.len() < 20_000, "{}", body.len());
    let problem: Value = serde_json::from_slice(body).unwrap();
    assert_eq!(
        problem["detail"],
        "at least 100 values of the request are missing or invalid"
    );
}
