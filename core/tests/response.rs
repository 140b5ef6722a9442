//! The responses that return values of handlers are converted to.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::Full;
use lambda_api::{
    Body, Created, Error, IntoResponse, Json, NoContent, Problem, Response,
    response::{Accepted, Html, Redirect, SameSite, SetCookie},
};
use serde::{Serialize, Serializer, ser::Error as _};
use std::borrow::Cow;

fn headers<'r>(response: &'r Response, name: &str) -> Vec<&'r str> {
    let values = response.headers().get_all(name).iter();
    values.map(|value| value.to_str().expect("text")).collect()
}

fn conflict() -> Problem {
    Problem::new(StatusCode::CONFLICT, "taken")
}

struct Unserialisable;

impl Serialize for Unserialisable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("secret"))
    }
}

#[test]
fn every_value_has_its_status_content_type_and_content() {
    const TEXT: Option<&str> = Some("text/plain; charset=utf-8");
    const BYTES: Option<&str> = Some("application/octet-stream");
    const JSON: Option<&str> = Some("application/json");
    const HTML: Option<&str> = Some("text/html; charset=utf-8");
    let table: [(&str, Response, u16, Option<&str>, &str); 19] = [
        ("unit", ().into_response(), 204, None, ""),
        ("&str", "a".into_response(), 200, TEXT, "a"),
        ("String", "a".to_owned().into_response(), 200, TEXT, "a"),
        ("Cow", Cow::Borrowed("a").into_response(), 200, TEXT, "a"),
        ("Bytes", Bytes::from("a").into_response(), 200, BYTES, "a"),
        ("Vec<u8>", vec![b'a'].into_response(), 200, BYTES, "a"),
        ("&[u8]", b"a".as_slice().into_response(), 200, BYTES, "a"),
        ("&[u8; N]", b"a".into_response(), 200, BYTES, "a"),
        ("Body", Body::from("a").into_response(), 200, None, "a"),
        ("status", StatusCode::GONE.into_response(), 410, None, ""),
        ("Json", Json([1, 2]).into_response(), 200, JSON, "[1,2]"),
        ("Html", Html("<p>").into_response(), 200, HTML, "<p>"),
        ("Created", Created("a").into_response(), 201, TEXT, "a"),
        ("Created(())", Created(()).into_response(), 201, None, ""),
        (
            "Accepted",
            Accepted(Json(1)).into_response(),
            202,
            JSON,
            "1",
        ),
        ("NoContent", NoContent.into_response(), 204, None, ""),
        ("Ok", Ok::<_, Problem>("a").into_response(), 200, TEXT, "a"),
        (
            "(status, unit)",
            (StatusCode::OK, ()).into_response(),
            200,
            None,
            "",
        ),
        (
            "(status, text)",
            (StatusCode::CREATED, "a").into_response(),
            201,
            TEXT,
            "a",
        ),
    ];
    for (name, response, status, content_type, body) in table {
        assert_eq!(response.status(), status, "{name}");
        let found = headers(&response, "content-type");
        assert_eq!(found, Vec::from_iter(content_type), "{name}");
        assert!(!response.body().is_stream(), "{name}");
        assert_eq!(response.body().bytes(), body.as_bytes(), "{name}");
    }
}

#[test]
fn a_response_in_memory_stays_in_memory_whatever_its_body() {
    let responses = [
        Response::new(Body::from("a")).into_response(),
        http::Response::new(String::from("a")).into_response(),
        http::Response::new(Full::new(Bytes::from("a"))).into_response(),
    ];
    for response in responses {
        assert!(!response.body().is_stream());
        assert_eq!(response.body().bytes(), b"a");
        assert!(response.headers().is_empty());
    }
}

#[tokio::test]
async fn a_response_with_a_body_of_another_kind_becomes_a_stream() {
    let boxed = http_body_util::BodyExt::boxed(Full::new(Bytes::from("a")));
    let response = http::Response::builder()
        .status(418)
        .body(boxed)
        .expect("a valid response")
        .into_response();
    assert_eq!(response.status(), 418);
    assert!(response.body().is_stream());
    assert_eq!(response.into_body().collect().await.expect("a body"), "a");
}

#[test]
fn a_value_that_cannot_be_serialised_is_a_500_that_hides_why() {
    let response = Json(Unserialisable).into_response();
    let expected = r#"{"type":"about:blank","title":"Internal Server Error","status":500,"code":"internal_error"}"#;
    assert_eq!(response.status(), 500);
    assert_eq!(response.body().bytes(), expected.as_bytes());
}

#[test]
fn created_says_where_to_find_what_was_made() {
    let response = Created::at(format!("/orders/{}", 7), Json(7)).into_response();
    assert_eq!(response.status(), 201);
    assert_eq!(headers(&response, "location"), ["/orders/7"]);

    let response = Created::at("/orders/7\r\nx: y", Json(7)).into_response();
    assert_eq!(response.status(), 500);
    assert_eq!(headers(&response, "location"), [""; 0]);
}

#[test]
fn redirects_have_the_status_that_keeps_or_changes_the_method() {
    let table = [
        (Redirect::to("/a"), 303),
        (Redirect::temporary("/a"), 307),
        (Redirect::permanent("/a"), 308),
    ];
    for (redirect, status) in table {
        let response = redirect.into_response();
        assert_eq!(response.status(), status);
        assert_eq!(headers(&response, "location"), ["/a"]);
        assert_eq!(response.body().bytes(), b"");
    }
    for location in ["", "/a\nset-cookie: b=c"] {
        assert_eq!(Redirect::to(location).into_response().status(), 500);
    }
}

#[test]
fn parts_override_the_value_from_left_to_right() {
    let mut map = HeaderMap::new();
    map.append("x-b", HeaderValue::from_static("1"));
    map.append("x-b", HeaderValue::from_static("2"));
    let response = (
        StatusCode::ACCEPTED,
        [("x-a", "1"), ("content-type", "text/csv"), ("x-b", "0")],
        map,
        [(http::header::VARY, HeaderValue::from_static("accept"))],
        "a,b",
    )
        .into_response();
    assert_eq!(response.status(), 202);
    assert_eq!(headers(&response, "content-type"), ["text/csv"]);
    assert_eq!(headers(&response, "x-a"), ["1"]);
    assert_eq!(headers(&response, "x-b"), ["1", "2"]);
    assert_eq!(headers(&response, "vary"), ["accept"]);
}

#[test]
fn a_name_that_one_part_repeats_is_sent_repeatedly() {
    let response = ([("link", "</a>"), ("link", "</b>")], ()).into_response();
    assert_eq!(headers(&response, "link"), ["</a>", "</b>"]);
}

#[test]
fn cookies_add_up_in_order() {
    let response = (
        SetCookie::new("a", "1"),
        [("set-cookie", "raw=2")],
        [SetCookie::new("b", "3"), SetCookie::new("c", "4")],
        vec![SetCookie::new("d", "5").same_site(SameSite::Strict)],
        None::<SetCookie>,
        Some(SetCookie::remove("e")),
        "done",
    )
        .into_response();
    let names: Vec<&str> = headers(&response, "set-cookie")
        .into_iter()
        .filter_map(|cookie| cookie.split('=').next())
        .collect();
    assert_eq!(names, ["a", "raw", "b", "c", "d", "e"]);
}

#[test]
fn an_invalid_part_makes_the_response_a_500_without_its_value() {
    let responses = [
        ([("bad name", "secret")], "a").into_response(),
        ([("x-a", "secret\r\nx-b: c")], "a").into_response(),
        ([("x-a".to_owned(), "secret\0".to_owned())], "a").into_response(),
        (SetCookie::new("bad name", "secret"), "a").into_response(),
        (SetCookie::new("__Host-a", "secret").path("/b"), "a").into_response(),
    ];
    for mut response in responses {
        assert_eq!(response.status(), 500);
        assert_eq!(
            headers(&response, "content-type"),
            ["application/problem+json"]
        );
        let body = String::from_utf8_lossy(response.body().bytes()).into_owned();
        assert!(!body.contains("secret"), "{body}");
        let problem = response.extensions_mut().remove::<Problem>();
        assert_eq!(problem.expect("a problem").code(), "internal_error");
    }
}

#[test]
fn parts_before_an_error_keep_it_an_error() {
    let failed: Result<Json<u8>, Problem> = Err(conflict());
    let responses = [
        (StatusCode::CREATED, failed.clone()).into_response(),
        ([("content-type", "text/csv")], failed.clone()).into_response(),
        Created::at("/a", failed.clone()).into_response(),
        Accepted(failed).into_response(),
    ];
    for response in responses {
        assert_eq!(response.status(), 409);
        assert_eq!(
            headers(&response, "content-type"),
            ["application/problem+json"]
        );
        assert_eq!(headers(&response, "location"), [""; 0]);
    }
    let response = (SetCookie::remove("session"), conflict()).into_response();
    assert_eq!(headers(&response, "set-cookie").len(), 1);
}

#[test]
fn a_handler_can_return_different_response_types() {
    fn response(ok: bool) -> Result<impl IntoResponse, Error> {
        if ok {
            Ok((StatusCode::OK, "a"))
        } else {
            Err("secret".into())
        }
    }
    assert_eq!(response(true).into_response().status(), 200);
    assert_eq!(response(false).into_response().status(), 500);
}
