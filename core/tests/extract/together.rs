//! Rejections of several extractors and arguments in one response.

use http::StatusCode;
use lambda_api::{
    Api, ApiError, Body, FromRequest, Json, Operation, Query, Request, api_handler,
    extract::{Form, QueryRejection, Text},
    routes,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    sync::atomic::{AtomicUsize, Ordering},
};
use tower::ServiceExt;

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its errors are looked at")]
struct Filter {
    sort: u8,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "only its errors are looked at")]
struct NewOrder<'r> {
    #[serde(borrow)]
    sku: Cow<'r, str>,
    quantity: u32,
}

type Order<'r> = Json<NewOrder<'r>>;

/// Rejects with the status in the header with its number.
struct Rejecting<const NUMBER: usize>;

#[derive(Debug, thiserror::Error)]
#[error("rejected with {0}")]
struct Rejected(StatusCode);

impl ApiError for Rejected {
    fn status(&self) -> StatusCode {
        self.0
    }

    fn code(&self) -> Cow<'static, str> {
        format!("rejected_{}", self.0.as_u16()).into()
    }
}

impl<'r, const NUMBER: usize> FromRequest<'r> for Rejecting<NUMBER> {
    type Rejection = Rejected;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Rejected>> =
        Some(
            |request| match request.headers().get(format!("x-reject-{NUMBER}")) {
                Some(status) => Err(Rejected(StatusCode::from_bytes(status.as_bytes()).unwrap())),
                None => Ok(Self),
            },
        );
}

static WAITED: AtomicUsize = AtomicUsize::new(0);

struct Waiting;

impl<'r> FromRequest<'r> for Waiting {
    type Rejection = Rejected;

    async fn from_request(request: &'r Request) -> Result<Self, Rejected> {
        WAITED.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        match request.headers().contains_key("x-reject-waiting") {
            true => Err(Rejected(StatusCode::BAD_REQUEST)),
            false => Ok(Self),
        }
    }

    // Without this, the default would run the extractor while the Api is built.
    fn describe(_: &mut Operation) {}
}

#[api_handler(POST "/all")]
async fn all(
    #[query] page: u8,
    #[header] x_tenant: &str,
    filter: Query<Filter>,
    order: Order<'_>,
    _first: Rejecting<1>,
    _second: Rejecting<2>,
) -> String {
    let _ = (filter, order);
    format!("{page} {x_tenant}")
}

#[api_handler(POST "/extractors")]
async fn extractors(order: Order<'_>, filter: Query<Filter>) {
    let _ = (filter, order);
}

#[api_handler(POST "/waiting")]
async fn waiting(
    #[query] page: Option<u8>,
    _first: Rejecting<1>,
    _waiting: Waiting,
    filter: Query<Filter>,
) {
    let _ = (page, filter);
}

#[api_handler(POST "/own")]
async fn own(
    #[query] page: u8,
    filter: Result<Query<Filter>, QueryRejection>,
    form: Option<Form<Filter>>,
) -> String {
    format!("{page} {} {}", filter.is_ok(), form.is_some())
}

#[api_handler(POST "/many")]
#[allow(clippy::too_many_arguments)]
async fn many(
    _: Rejecting<1>,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Text,
    _: Rejecting<2>,
    _: Query<Filter>,
) {
}

async fn send(uri: &str, headers: &[(&str, &str)], body: &'static str) -> (u16, Value) {
    let routes = routes![all, extractors, waiting, own, many];
    let app = Api::new().routes(routes).build().await.unwrap();
    let mut request = http::Request::post(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let Ok(response) = app.oneshot(request.body(Body::from(body)).unwrap()).await;
    let body = serde_json::from_slice(response.body().bytes()).unwrap_or_default();
    (response.status().as_u16(), body)
}

/// Returns the place and the name, or the code, of each error.
fn errors(body: &Value) -> Vec<String> {
    let errors = body["errors"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    errors
        .map(|error| match error.get("pointer") {
            Some(_) => format!("{} {}", text(&error["in"]), text(&error["name"])),
            None => format!("{} {}", text(&error["in"]), text(&error["code"])),
        })
        .collect()
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn arguments_query_and_body_are_reported_together() {
    let body = r#"{"sku": "tea", "quantity": "x"}"#;
    let (status, problem) = send("/all?page=x&sort=300", &[JSON], body).await;
    assert_eq!(status, 400);
    assert_eq!(problem["code"], "invalid_parameters");
    assert_eq!(
        problem["detail"],
        "4 values of the request are missing or invalid"
    );
    assert_eq!(
        problem["errors"],
        json!([
            {"in": "query", "name": "page", "pointer": "/page", "code": "type", "detail": "expected a whole number from 0 to 255, found \"x\""},
            {"in": "header", "name": "x-tenant", "pointer": "/x-tenant", "code": "missing", "detail": "missing, expected a string"},
            {"in": "query", "name": "sort", "pointer": "/sort", "code": "type", "detail": "expected a whole number from 0 to 255, found \"300\""},
            {"in": "body", "name": "quantity", "pointer": "/quantity", "code": "type", "detail": "invalid type: string \"x\", expected u32"},
        ])
    );
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&json!(1), &json!(30))
    );
}

#[tokio::test]
async fn the_first_400_names_what_several_rejections_are() {
    let good = r#"{"sku": "tea", "quantity": 1}"#;
    let bad = r#"{"sku": "tea"}"#;
    for (uri, body, status, code, expected) in [
        (
            "/extractors?sort=1",
            bad,
            422,
            "invalid_body",
            &["body -"][..],
        ),
        (
            "/extractors?sort=x",
            good,
            400,
            "invalid_parameters",
            &["query sort"],
        ),
        (
            "/extractors?sort=x",
            bad,
            400,
            "invalid_parameters",
            &["body -", "query sort"],
        ),
        (
            "/extractors",
            "",
            400,
            "missing_body",
            &["body missing_body", "query sort"],
        ),
        (
            "/extractors",
            "{",
            400,
            "invalid_json",
            &["body invalid_json", "query sort"],
        ),
    ] {
        let (found, problem) = send(uri, &[JSON], body).await;
        assert_eq!(found, status, "{uri} {body}: {problem}");
        assert_eq!(problem["code"], code, "{uri} {body}");
        assert_eq!(errors(&problem), expected, "{uri} {body}");
    }
}

#[tokio::test]
async fn other_statuses_than_400_and_422_stand_alone() {
    let bad = r#"{"sku": "tea"}"#;
    for (headers, status, code) in [
        (&[JSON, ("x-reject-1", "401")][..], 401, "rejected_401"),
        (
            &[JSON, ("x-reject-2", "403"), ("x-reject-1", "400")],
            403,
            "rejected_403",
        ),
        (&[JSON, ("x-reject-1", "500")], 500, "rejected_500"),
        (
            &[("content-type", "text/plain")],
            415,
            "unsupported_media_type",
        ),
        (&[("x-reject-1", "401")], 415, "unsupported_media_type"),
    ] {
        let (found, problem) = send("/all?page=x", headers, bad).await;
        assert_eq!(
            (found, &problem["code"]),
            (status, &json!(code)),
            "{headers:?}"
        );
        assert_eq!(problem.get("errors"), None, "{headers:?}");
    }
    let headers = [JSON, ("x-reject-1", "422"), ("x-reject-2", "400")];
    let (status, problem) = send("/all?page=1&sort=1", &headers, bad).await;
    assert_eq!(
        (status, &problem["code"]),
        (400, &json!("invalid_parameters"))
    );
    let expected = [
        "header x-tenant",
        "body -",
        "- rejected_422",
        "- rejected_400",
    ];
    assert_eq!(errors(&problem), expected);
}

#[tokio::test]
async fn extractors_that_wait_are_not_run_for_a_rejected_request() {
    let waited = || WAITED.swap(0, Ordering::SeqCst);
    for (uri, headers, expected, runs) in [
        (
            "/waiting?page=x",
            &[][..],
            &["query page", "query sort"][..],
            0,
        ),
        (
            "/waiting",
            &[("x-reject-1", "400")],
            &["- rejected_400", "query sort"],
            0,
        ),
        ("/waiting?sort=1", &[("x-reject-waiting", "")], &[], 1),
        (
            "/waiting",
            &[("x-reject-waiting", "")],
            &["- rejected_400", "query sort"],
            1,
        ),
        ("/waiting?sort=x", &[], &["query sort"], 1),
    ] {
        let (status, problem) = send(uri, headers, "").await;
        assert_eq!(status, 400, "{uri} {headers:?}");
        assert_eq!(errors(&problem), expected, "{uri} {headers:?}");
        assert_eq!(waited(), runs, "{uri} {headers:?}");
    }
}

#[tokio::test]
async fn errors_that_a_handler_takes_are_not_reported() {
    let (status, problem) = send("/own?page=x&sort=x", &[], "").await;
    assert_eq!(status, 400);
    assert_eq!(errors(&problem), ["query page"]);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let (_, problem) = send("/own?page=x&sort=x", &form, "sort=y").await;
    assert_eq!(errors(&problem), ["query page", "body sort"]);
}

#[tokio::test]
async fn more_than_twelve_extractors_are_reported_together() {
    for (headers, expected) in [
        (&[][..], &["query sort"][..]),
        (&[("x-reject-2", "400")], &["- rejected_400", "query sort"]),
        (
            &[("x-reject-1", "422"), ("x-reject-2", "400")],
            &["- rejected_422", "- rejected_400", "query sort"],
        ),
    ] {
        let (status, problem) = send("/many?sort=x", headers, "").await;
        assert_eq!(status, 400, "{headers:?}");
        assert_eq!(errors(&problem), expected, "{headers:?}");
    }
}
