//! Properties of every response, whatever was sent.

use bytes::Bytes;
use http::{Response, StatusCode};
use lambda_api::event::{Source, emulate};
use serde_json::{Map, Value};

/// Returns the response as the client of the source receives it. Panics if the source would reject
/// it.
pub(crate) fn check(source: Source, response: &[u8]) -> Response<Bytes> {
    let json: Value = serde_json::from_slice(response).expect("a response is JSON");
    let members = json.as_object().expect("a response is an object");
    let status = members["statusCode"].as_u64().expect("a status");
    assert!((200..600).contains(&status), "status {status}");
    check_headers(members);
    let body = members["body"].as_str().expect("a body");
    if members["isBase64Encoded"].as_bool().expect("a flag") {
        let decoded = base64_simd::STANDARD.decode_to_vec(body);
        assert!(decoded.is_ok(), "the body is not base64");
    }
    let received =
        emulate::parse_response(source, response).expect("the source accepts the response");
    assert_eq!(u64::from(received.status().as_u16()), status);
    received
}

/// Returns the status of a response whose source is unknown. Panics if no source would accept it.
pub(crate) fn check_any(response: &[u8]) -> StatusCode {
    let source = Source::ALL
        .into_iter()
        .find(|source| emulate::parse_response(*source, response).is_ok());
    check(source.expect("a source accepts the response"), response).status()
}

/// Checks that no name or value contains a character that could begin another header or response.
fn check_headers(members: &Map<String, Value>) {
    for (key, value) in members {
        let names_and_values: Vec<&str> = match (key.as_str(), value) {
            ("headers" | "multiValueHeaders", Value::Object(headers)) => headers
                .iter()
                .flat_map(|(name, value)| std::iter::once(name.as_str()).chain(texts(value)))
                .collect(),
            ("cookies", cookies) => texts(cookies),
            ("headers" | "multiValueHeaders", _) => panic!("headers are not an object"),
            _ => continue,
        };
        for text in names_and_values {
            assert!(!text.contains(['\r', '\n', '\0']), "{key}: {text:?}");
        }
    }
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(all) => all.iter().flat_map(texts).collect(),
        other => panic!("not a string: {other}"),
    }
}
