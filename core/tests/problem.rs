//! The problem documents that errors are converted to.

use http::StatusCode;
use lambda_api::{ApiError, Error, IntoResponse, Problem, Response};
use std::{borrow::Cow, error::Error as StdError, num::ParseIntError};

#[derive(Debug, thiserror::Error)]
enum OrderError {
    #[error("only {left} of {sku} left")]
    OutOfStock { left: u32, sku: &'static str },
    #[error("slow down")]
    TooMany,
    #[error("storage failed at db.internal")]
    Storage(#[source] ParseIntError),
    #[error(transparent)]
    Other(Problem),
    #[error("a success that is none")]
    Wrong,
}

impl ApiError for OrderError {
    fn status(&self) -> StatusCode {
        match self {
            Self::OutOfStock { .. } => StatusCode::CONFLICT,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Other(problem) => problem.status(),
            Self::Wrong => StatusCode::OK,
        }
    }

    fn code(&self) -> Cow<'static, str> {
        match self {
            Self::OutOfStock { .. } => "out_of_stock".into(),
            Self::TooMany => "too_many_orders".into(),
            Self::Storage(_) => "storage_unavailable".into(),
            Self::Other(problem) => ApiError::code(problem),
            Self::Wrong => "wrong".into(),
        }
    }

    fn decorate(&self, problem: Problem) -> Problem {
        match self {
            Self::OutOfStock { left, .. } => problem.with_extension("left", left),
            Self::TooMany => problem.with_header("retry-after", 30),
            Self::Other(other) => other.decorate(problem),
            Self::Storage(_) | Self::Wrong => problem,
        }
    }

    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        StdError::source(self)
    }
}

fn storage() -> OrderError {
    OrderError::Storage("tea".parse::<u8>().expect_err("no number"))
}

fn response(error: OrderError) -> Response {
    Err::<(), _>(error).into_response()
}

fn body(response: &Response) -> &str {
    std::str::from_utf8(response.body().bytes()).expect("JSON is UTF-8")
}

#[test]
fn the_text_of_a_4xx_is_its_detail_and_extensions_follow() {
    let response = response(OrderError::OutOfStock {
        left: 2,
        sku: "tea",
    });
    assert_eq!(response.status(), 409);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(
        body(&response),
        r#"{"type":"about:blank","title":"Conflict","status":409,"detail":"only 2 of tea left","code":"out_of_stock","left":2}"#,
    );
}

#[test]
fn the_text_of_a_5xx_and_its_causes_are_not_sent() {
    let response = response(storage());
    assert_eq!(
        body(&response),
        r#"{"type":"about:blank","title":"Service Unavailable","status":503,"code":"storage_unavailable"}"#,
    );
}

#[test]
fn any_error_is_a_500_that_hides_it() {
    let response = Err::<(), _>(Error::new(storage())).into_response();
    assert_eq!(
        body(&response),
        r#"{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal_error"}"#,
    );
}

#[test]
fn members_are_ordered_however_they_are_set() {
    let response = Problem::new(StatusCode::FORBIDDEN, "out_of_credit")
        .with_extension("balance", &30)
        .with_extension("accounts", &["/account/1", "/account/2"])
        .with_extension("balance", &31)
        .with_instance("/account/12345/msgs/abc")
        .with_detail("your balance is 31, and that costs 50")
        .with_title("You do not have enough credit")
        .with_type("https://example.com/probs/out-of-credit")
        .into_response();
    assert_eq!(
        body(&response),
        concat!(
            r#"{"type":"https://example.com/probs/out-of-credit","#,
            r#""title":"You do not have enough credit","status":403,"#,
            r#""detail":"your balance is 31, and that costs 50","#,
            r#""instance":"/account/12345/msgs/abc","code":"out_of_credit","#,
            r#""balance":31,"accounts":["/account/1","/account/2"]}"#,
        ),
    );
}

#[test]
fn an_extension_cannot_take_the_place_of_a_standard_member() {
    let plain = Problem::new(StatusCode::NOT_FOUND, "no_order");
    let mut tried = plain.clone();
    for name in [
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "code",
        "request_id",
    ] {
        tried = tried.with_extension(name, "forged");
        assert_eq!(tried.extension(name), None);
    }
    assert_eq!(body(&tried.into_response()), body(&plain.into_response()));
}

#[test]
fn an_extension_that_cannot_be_serialised_is_left_out() {
    let no_json = std::collections::HashMap::from([([1_u8], 1)]);
    let problem = Problem::new(StatusCode::NOT_FOUND, "no_order").with_extension("map", &no_json);
    assert_eq!(problem.extension("map"), None);
}

#[test]
fn headers_are_kept_and_invalid_ones_left_out() {
    let response = response(OrderError::TooMany);
    assert_eq!(response.headers()["retry-after"], "30");

    let problem = Problem::new(StatusCode::UNAUTHORIZED, "who")
        .with_header("www-authenticate", "Bearer")
        .with_header("bad name", "a")
        .with_header("x-a", "b\r\nc: d")
        .with_header("content-type", "text/html");
    let response = problem.into_response();
    assert_eq!(response.headers().len(), 2);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
}

#[test]
fn a_detail_of_a_5xx_is_sent_only_when_it_is_set() {
    let problem = Problem::from_error(&storage()).with_detail("try again in a minute");
    assert_eq!(problem.detail(), Some("try again in a minute"));
    assert!(!body(&problem.into_response()).contains("db.internal"));
}

#[test]
fn a_problem_inside_an_error_is_copied_whole() {
    let problem = Problem::new(StatusCode::GONE, "gone")
        .with_title("No longer here")
        .with_header("x-a", "b");
    let expected = body(&problem.clone().into_response()).to_owned();
    let response = response(OrderError::Other(problem));
    assert_eq!(body(&response), expected);
    assert_eq!(response.headers()["x-a"], "b");
}

#[test]
fn a_non_error_status_becomes_500() {
    let problem = Problem::from_error(&OrderError::Wrong);
    assert_eq!(problem.status(), 500);
    assert_eq!(problem.detail(), None);
}

#[test]
fn a_status_without_a_phrase_of_its_own_still_has_a_title() {
    let status = StatusCode::from_u16(499).expect("a status");
    assert_eq!(Problem::new(status, "closed").title(), "Client Error");
}

#[test]
fn debug_and_display_show_what_the_client_may_see() {
    let problem = Problem::from_error(&storage()).with_header("set-cookie", "session=s3cret");
    for text in [format!("{problem:?}"), problem.to_string()] {
        assert!(text.contains("storage_unavailable"), "{text}");
        assert!(!text.contains("db.internal"), "{text}");
        assert!(!text.contains("s3cret"), "{text}");
    }
}

#[test]
fn a_status_is_an_error_alone_and_with_a_text() {
    type Returned<E> = Result<&'static str, E>;
    let alone: Returned<StatusCode> = Err(StatusCode::NOT_FOUND);
    let owned: Returned<(StatusCode, String)> = Err((StatusCode::CONFLICT, "taken".to_owned()));
    let fixed: Returned<(StatusCode, &'static str)> = Err((StatusCode::GONE, "sold out"));
    let hidden: Returned<(StatusCode, Cow<'static, str>)> =
        Err((StatusCode::BAD_GATEWAY, "db.internal is down".into()));
    for (response, status, code, detail) in [
        (alone.into_response(), 404, "not_found", None),
        (owned.into_response(), 409, "conflict", Some("taken")),
        (fixed.into_response(), 410, "gone", Some("sold out")),
        (hidden.into_response(), 502, "bad_gateway", None),
    ] {
        assert_eq!(response.status(), status);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let problem: serde_json::Value = serde_json::from_str(body(&response)).expect("JSON");
        assert_eq!(problem["code"], code);
        assert_eq!(
            problem.get("detail").and_then(|detail| detail.as_str()),
            detail
        );
    }
    let fine: Returned<(StatusCode, String)> = Ok("tea");
    assert_eq!(fine.into_response().body().bytes(), b"tea");
}
