//! Requests as clients send them.

use super::text::{body, content_type, header_name, header_value, path_segment, query_part};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request,
    header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

/// Any request that a client can get through to a source: every method, paths and queries with
/// whatever RFC 3986 lets them have and some of what it does not, repeated headers and query keys,
/// cookies, bodies of any bytes.
///
/// ```
/// use lambda_api_testing::strategies;
/// use proptest::prelude::*;
///
/// proptest!(|(request in strategies::requests())| {
///     prop_assert!(request.uri().path().starts_with('/'));
/// });
/// ```
pub fn requests() -> impl Strategy<Value = Request<Bytes>> {
    let target = (vec(path_segment(), 0..5), option::of(query()));
    (method(), target, headers(), body()).prop_map(|(method, (path, query), headers, body)| {
        let mut target = format!("/{}", path.join("/"));
        if let Some(query) = query {
            target.push('?');
            target.push_str(&query);
        }
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = method;
        *request.uri_mut() = match target.parse() {
            Ok(uri) => uri,
            Err(error) => unreachable!("{target:?} is made of what `http::Uri` takes: {error}"),
        };
        *request.headers_mut() = headers;
        request
    })
}

fn method() -> impl Strategy<Value = Method> {
    prop_oneof![
        6 => select(vec![
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
            Method::OPTIONS,
        ]),
        1 => "[A-Z][A-Z-]{0,9}".prop_map(|name| name.parse().unwrap_or(Method::GET)),
    ]
}

/// Parameters whose names are often the same, some without `=` and some without anything.
fn query() -> impl Strategy<Value = String> {
    let name = || {
        prop_oneof![
            2 => select(&["a", "b", "%61", "page", ""][..]).prop_map(str::to_owned),
            1 => query_part(true),
        ]
    };
    let parameter = prop_oneof![
        6 => (name(), query_part(false)).prop_map(|(name, value)| format!("{name}={value}")),
        1 => name(),
    ];
    vec(parameter, 0..6).prop_map(|parameters| parameters.join("&"))
}

/// Names that sources treat in ways of their own.
const NAMES: &[&str] = &[
    "accept",
    "authorization",
    "connection",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "user-agent",
    "x-amzn-trace-id",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
];

fn headers() -> impl Strategy<Value = HeaderMap> {
    let cookie = "[a-z]{1,4}=[!-+--:<-~]{0,6}";
    let cookies = vec(vec(cookie, 1..4), 0..3);
    let encoding = select(&["gzip", "br", "identity"][..]);
    (
        vec((header_name(NAMES), header_value()), 0..6),
        cookies,
        option::of(content_type()),
        option::weighted(0.2, encoding),
    )
        .prop_map(|(pairs, cookies, content_type, encoding)| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                append(&mut headers, &name, &value);
            }
            for cookies in cookies {
                append(&mut headers, COOKIE.as_str(), cookies.join("; ").as_bytes());
            }
            if let Some(content_type) = content_type {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
            }
            if let Some(encoding) = encoding {
                headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            headers
        })
}

/// Adds a header, if there can be one like this.
pub fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}
