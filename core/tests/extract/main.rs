//! Extractors through the public interface, as used by other crates.

mod encoding;
mod together;
mod typing;

use http::{HeaderMap, StatusCode};
use lambda_api::{
    ApiError, Body, FromRequest, IntoResponse, Json, Path, Problem, Query, Request, State,
    extract::{Cookies, Deadline, Extension, Form, JsonRejection, MatchedPath, Text, extract},
};
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Debug, Deserialize, PartialEq)]
struct NewOrder<'r> {
    #[serde(borrow)]
    sku: Cow<'r, str>,
    quantity: u32,
}

fn get(uri: &str) -> Request {
    http::Request::get(uri).body(Body::empty()).unwrap()
}

fn post(content_type: &str, body: &'static str) -> Request {
    let request = http::Request::post("/").header("content-type", content_type);
    request.body(Body::from(body)).unwrap()
}

/// Returns the status, the media type and the members of the problem of an error.
fn response(error: &impl ApiError) -> (StatusCode, String, serde_json::Value) {
    let response = Problem::from_error(error).into_response();
    let media_type = response.headers()["content-type"].to_str().unwrap();
    let body = serde_json::from_slice(response.body().bytes()).unwrap();
    (response.status(), media_type.to_owned(), body)
}

/// An order of the tenant in a header: an extractor composed of others.
struct TenantOrder<'r> {
    tenant: &'r str,
    order: NewOrder<'r>,
}

impl<'r> FromRequest<'r> for TenantOrder<'r> {
    type Rejection = JsonRejection;

    async fn from_request(request: &'r Request) -> Result<Self, JsonRejection> {
        let Json(order) = extract::<Json<NewOrder<'_>>>(request).await?;
        let Ok(headers) = extract::<&HeaderMap>(request).await;
        let tenant = headers
            .get("x-tenant")
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            tenant: tenant.unwrap_or("none"),
            order,
        })
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_a_json_body_is_skipped() {
    let request = post(
        "application/json",
        "\u{feff}{\"sku\": \"tea\", \"quantity\": 2}",
    );
    let Json(order) = extract::<Json<NewOrder<'_>>>(&request).await.unwrap();
    assert_eq!(order.quantity, 2);
    let request = post("application/json", "\u{feff}");
    let order = extract::<Option<Json<NewOrder<'_>>>>(&request).await;
    assert_eq!(order.unwrap(), None);
}

#[tokio::test]
async fn an_extractor_of_extractors_borrows_from_the_request() {
    let mut request = post("application/json", r#"{"sku": "tea", "quantity": 2}"#);
    request
        .headers_mut()
        .insert("x-tenant", "acme".parse().unwrap());
    let order = extract::<TenantOrder<'_>>(&request).await.unwrap();
    assert_eq!(order.tenant, "acme");
    assert!(matches!(order.order.sku, Cow::Borrowed("tea")));
    let absent = post("application/json", "");
    assert!(matches!(
        extract::<Option<TenantOrder<'_>>>(&absent).await,
        Ok(None)
    ));
}

#[tokio::test]
async fn a_future_of_an_extractor_can_be_spawned() {
    let task = tokio::spawn(async {
        let request = post("application/json", r#"{"sku": "tea", "quantity": 2}"#);
        let order = extract::<Result<Json<NewOrder<'_>>, JsonRejection>>(&request).await;
        order.map(|order| order.map(|Json(order)| order.quantity))
    });
    assert_eq!(task.await.unwrap(), Ok(Ok(2)));
}

#[tokio::test]
async fn a_rejection_is_a_problem() {
    let request = post("application/json", r#"{"sku": "tea", "quantity": "2"}"#);
    let rejection = extract::<Json<NewOrder<'_>>>(&request).await.unwrap_err();
    let (status, media_type, body) = response(&rejection);
    assert_eq!(status, 422);
    assert_eq!(media_type, "application/problem+json");
    assert_eq!(body["code"], "invalid_body");
    assert_eq!(body["errors"][0]["name"], "quantity");
    assert_eq!(
        body["detail"],
        "field `quantity`: invalid type: string \"2\", expected u32 at line 1 column 30"
    );
}

#[tokio::test]
async fn a_missing_state_is_not_shown_to_the_client() {
    let request = get("/");
    let state = extract::<State<String>>(&request).await.unwrap_err();
    let extension = extract::<Extension<String>>(&request).await.unwrap_err();
    let path = extract::<Path<String>>(&request).await.unwrap_err();
    let pattern = extract::<MatchedPath>(&request).await.unwrap_err();
    for (status, _, body) in [
        response(&state),
        response(&extension),
        response(&path),
        response(&pattern),
    ] {
        assert_eq!(status, 500);
        assert_eq!(body["code"], "internal_error");
        let text = body.to_string();
        assert!(
            !text.contains("String") && !text.contains("route"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn one_request_serves_many_extractors() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Page {
        page: u32,
    }
    let mut request = post("application/x-www-form-urlencoded", "page=3");
    *request.uri_mut() = "/orders?page=2".parse().unwrap();
    let headers = request.headers_mut();
    headers.insert("cookie", "theme=dark".parse().unwrap());
    assert_eq!(
        extract::<Query<Page>>(&request).await,
        Ok(Query(Page { page: 2 }))
    );
    assert_eq!(
        extract::<Form<Page>>(&request).await,
        Ok(Form(Page { page: 3 }))
    );
    assert_eq!(
        extract::<Text>(&request).await,
        Ok(Text("page=3".to_owned()))
    );
    let Ok(cookies) = extract::<Cookies<'_>>(&request).await;
    assert_eq!(cookies.get("theme"), Some("dark"));
    assert_eq!(extract::<Deadline>(&request).await, Ok(Deadline::none()));
}
