//! Responses as functions make them.

use super::lossy_response;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};
use lambda_api::event::Source;
use lambda_api_testing::__private::strategies::{
    append, body, content_type, header_name, header_value,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Any response that HTTP allows and all sources take: statuses from 200 to 599, repeated headers,
/// several cookies, bodies of any bytes.
pub fn responses() -> impl Strategy<Value = Response<Bytes>> {
    (status(), headers(), body()).prop_map(|(status, headers, body)| {
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    })
}

/// Responses that a source carries without a loss: what the client receives is what was made.
///
/// They are [`responses`] without all that the source changes, as [`lossy_response`] says.
pub fn responses_of(source: Source) -> impl Strategy<Value = Response<Bytes>> {
    responses().prop_map(move |response| lossy_response(source, &response))
}

fn status() -> impl Strategy<Value = StatusCode> {
    let usual = select(&[200_u16, 201, 204, 205, 302, 304, 400, 401, 404, 500, 503][..]);
    prop_oneof![3 => usual, 1 => 200_u16..600]
        .prop_map(|code| StatusCode::from_u16(code).unwrap_or(StatusCode::OK))
}

/// Names that sources treat in ways of their own.
const NAMES: &[&str] = &[
    "cache-control",
    "connection",
    "date",
    "keep-alive",
    "location",
    "server",
    "set-cookie",
    "set-cookie",
    "transfer-encoding",
    "vary",
    "www-authenticate",
];

fn headers() -> impl Strategy<Value = HeaderMap> {
    let encoding = select(&["gzip", "br", "identity"][..]);
    let length = prop_oneof![Just("0"), Just("3"), Just("+3"), Just("x")];
    let option = select(
        &[
            "close",
            "vary",
            "Location, keep-alive",
            "content-type",
            ",;",
        ][..],
    );
    (
        vec((header_name(NAMES), header_value()), 0..8),
        option::weighted(0.8, content_type()),
        option::weighted(0.2, encoding),
        vec(length, 0..2),
        option::weighted(0.2, option),
    )
        .prop_map(|(pairs, content_type, encoding, lengths, option)| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                append(&mut headers, &name, &value);
            }
            if let Some(content_type) = content_type {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            }
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            for length in lengths {
                headers.append(CONTENT_LENGTH, HeaderValue::from_static(length));
            }
            if let Some(option) = option {
                headers.append(CONNECTION, HeaderValue::from_static(option));
            }
            headers
        })
}
