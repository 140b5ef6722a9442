//! What holds for every reply, whatever was sent.

use bytes::Bytes;
use http::{Response, StatusCode};
use lambda_api::event::{Source, emulate};
use serde_json::{Map, Value};

/// The reply as the source's client receives it; panics when it is none that a source understands.
pub(crate) fn check(source: Source, reply: &[u8]) -> Response<Bytes> {
    let json: Value = serde_json::from_slice(reply).expect("a reply is JSON");
    let members = json.as_object().expect("a reply is an object");
    let status = members["statusCode"].as_u64().expect("a status");
    assert!((200..600).contains(&status), "status {status}");
    check_headers(members);
    let body = members["body"].as_str().expect("a body");
    if members["isBase64Encoded"].as_bool().expect("a flag") {
        let decoded = base64_simd::STANDARD.decode_to_vec(body);
        assert!(decoded.is_ok(), "the body is base64");
    }
    let received = emulate::reply(source, reply).expect("the source reads the reply");
    assert_eq!(u64::from(received.status().as_u16()), status);
    received
}

/// The status of a reply whose source is not known; panics when it is one for no source.
pub(crate) fn check_any(reply: &[u8]) -> StatusCode {
    let source = Source::ALL
        .into_iter()
        .find(|source| emulate::reply(*source, reply).is_ok());
    check(source.expect("a source reads the reply"), reply).status()
}

/// No name and no value has a character with which another header or another reply begins.
fn check_headers(members: &Map<String, Value>) {
    for (key, value) in members {
        let names_and_values: Vec<&str> = match (key.as_str(), value) {
            ("headers" | "multiValueHeaders", Value::Object(headers)) => headers
                .iter()
                .flat_map(|(name, value)| std::iter::once(name.as_str()).chain(texts(value)))
                .collect(),
            ("cookies", cookies) => texts(cookies),
            ("headers" | "multiValueHeaders", _) => panic!("headers are an object"),
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
        other => panic!("no text: {other}"),
    }
}
