//! Strings without escapes are not copied.

use bytes::Bytes;
use lambda_api::{
    LambdaContext, Request,
    event::{self, DecodeOptions},
};
use std::ops::Range;

fn decode(event: &str) -> (Range<*const u8>, Request) {
    let event = Bytes::copy_from_slice(event.as_bytes());
    let within = event.as_ptr_range();
    let request = event::decode(event, LambdaContext::default(), &DecodeOptions::default());
    (within, request.unwrap())
}

#[test]
fn header_values_path_and_body_share_the_memory_of_the_event() {
    for event in [
        r#"{"rawPath": "/orders", "headers": {"x-a": "value"}, "cookies": ["a=1"], "body": "text"}"#,
        r#"{"httpMethod": "GET", "path": "/orders", "multiValueHeaders": {"x-a": ["value"], "cookie": ["a=1"]}, "body": "text"}"#,
    ] {
        let (within, request) = decode(event);
        for name in ["x-a", "cookie"] {
            assert!(
                within.contains(&request.headers()[name].as_bytes().as_ptr()),
                "{name} {event}"
            );
        }
        assert!(within.contains(&request.uri().path().as_ptr()), "{event}");
        assert!(within.contains(&request.body().bytes().as_ptr()), "{event}");
    }
}

#[test]
fn a_path_without_its_stage_shares_the_events_memory() {
    let (within, request) =
        decode(r#"{"rawPath": "/prod/orders", "requestContext": {"stage": "prod", "http": {}}}"#);
    assert_eq!(request.uri(), "/orders");
    assert!(within.contains(&request.uri().path().as_ptr()));
}

#[test]
fn escaped_text_is_copied_correctly() {
    let (within, request) =
        decode(r#"{"rawPath": "\/a", "headers": {"x-\u0061": "\u0062"}, "body": "\n"}"#);
    assert_eq!(request.uri(), "/a");
    assert_eq!(request.headers()["x-a"], "b");
    assert_eq!(request.body().bytes(), b"\n");
    assert!(!within.contains(&request.body().bytes().as_ptr()));
}
