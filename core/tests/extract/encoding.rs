//! Compressed bodies.

use http::header::CONTENT_ENCODING;
use lambda_api::{
    ApiError, Body, FromRequest, IntoResponse, Json, Problem, Request,
    bytes::Bytes,
    extract::{Form, Text, extract},
};
use std::collections::HashMap;

const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV*)V\xb2RP*.\xcd\xcdM,\xaa\x04";

fn request(content_type: &str, encoding: &str, body: &'static [u8]) -> Request {
    http::Request::post("/")
        .header("content-type", content_type)
        .header(CONTENT_ENCODING, encoding)
        .body(Body::from(Bytes::from_static(body)))
        .unwrap()
}

async fn rejected<T>(content_type: &str) -> Problem
where
    T: for<'r> FromRequest<'r> + Send,
    for<'r> <T as FromRequest<'r>>::Rejection: Send,
{
    let request = request(content_type, "gzip", GZIP);
    match extract::<T>(&request).await {
        Ok(_) => panic!("a compressed body was accepted"),
        Err(rejection) => Problem::from_error(&rejection),
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_compressed_body_is_a_415_that_says_what_is_read() {
    for problem in [
        rejected::<Json<HashMap<String, u8>>>("application/json").await,
        rejected::<Option<Json<HashMap<String, u8>>>>("application/json").await,
        rejected::<Form<HashMap<String, u8>>>(FORM).await,
        rejected::<Text>("text/plain").await,
        #[cfg(feature = "multipart")]
        rejected::<lambda_api::extract::Multipart>("multipart/form-data; boundary=X").await,
    ] {
        assert_eq!(problem.status(), 415);
        assert_eq!(problem.code(), "unsupported_media_type");
        let expected = "expected a body without content-encoding, found \"gzip\"";
        assert_eq!(problem.detail(), Some(expected));
        let response = problem.into_response();
        assert_eq!(response.headers()["accept-encoding"], "identity");
    }
}

#[tokio::test]
async fn another_content_type_names_no_encodings() {
    let request = request("text/plain", "identity", b"{}");
    let rejection = extract::<Json<HashMap<String, u8>>>(&request)
        .await
        .unwrap_err();
    let problem = Problem::from_error(&rejection);
    assert_eq!(problem.status(), 415);
    assert!(!problem.headers().contains_key("accept-encoding"));
}

#[tokio::test]
async fn an_identity_body_is_read() {
    let json = request("application/json", "Identity", b"{\"a\": 1}");
    assert!(extract::<Json<HashMap<String, u8>>>(&json).await.is_ok());
    let form = request(FORM, "identity", b"a=1");
    assert!(extract::<Form<HashMap<String, u8>>>(&form).await.is_ok());
    let text = request("text/plain", "", b"a");
    assert_eq!(extract::<Text>(&text).await, Ok(Text("a".to_owned())));
    let empty = request("text/plain", "gzip", b"");
    assert_eq!(extract::<Text>(&empty).await, Ok(Text::default()));
    let missing = request("application/json", "gzip", b"");
    let missing = extract::<Json<u8>>(&missing).await.unwrap_err();
    assert!(missing.is_absent());
}

#[tokio::test]
async fn bytes_are_taken_as_they_are() {
    let request = request("application/json", "gzip", GZIP);
    let Ok(bytes) = extract::<Bytes>(&request).await;
    assert_eq!(bytes, GZIP);
}
