//! The decoded request of an event.

use http::{HeaderMap, header::COOKIE};
use lambda_api::{Invocation, Request, event::Source};
use serde::Serialize;

/// A name and its value, as a JSON array of two strings.
type Pair = (String, String);

/// The request and its invocation, as JSON.
///
/// Names and values are in arrays, so that order and repetition are visible.
#[derive(Debug, Serialize)]
pub(crate) struct Received {
    source: Option<&'static str>,
    method: String,
    path: String,
    query: Vec<Pair>,
    headers: Vec<Pair>,
    cookies: Vec<Pair>,
    body: String,
    stage: Option<String>,
    request_id: Option<String>,
    source_ip: Option<String>,
}

impl Received {
    pub(crate) fn new(request: &Request, invocation: &Invocation) -> Self {
        let uri = request.uri();
        Self {
            source: invocation.source().map(Source::name),
            method: request.method().to_string(),
            path: uri.path().to_owned(),
            query: query(uri.query().unwrap_or_default()),
            headers: headers(request.headers()),
            cookies: cookies(request.headers()),
            body: base64_simd::STANDARD.encode_to_string(request.body().bytes()),
            stage: invocation.stage().map(ToOwned::to_owned),
            request_id: invocation.request_id().map(ToOwned::to_owned),
            source_ip: invocation.source_ip().map(ToOwned::to_owned),
        }
    }
}

fn query(encoded: &str) -> Vec<Pair> {
    form_urlencoded::parse(encoded.as_bytes())
        .into_owned()
        .collect()
}

fn headers(headers: &HeaderMap) -> Vec<Pair> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), lossy(value.as_bytes())))
        .collect()
}

fn cookies(headers: &HeaderMap) -> Vec<Pair> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|header| header.as_bytes().split(|byte| *byte == b';'))
        .map(<[u8]>::trim_ascii)
        .filter(|cookie| !cookie.is_empty())
        .map(|cookie| {
            let cookie = lossy(cookie);
            match cookie.split_once('=') {
                Some((name, value)) => (name.to_owned(), value.to_owned()),
                None => (cookie, String::new()),
            }
        })
        .collect()
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use lambda_api::Body;

    fn pairs(expected: &[(&str, &str)]) -> Vec<Pair> {
        expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn header_map(headers: &[(&'static str, &'static [u8])]) -> HeaderMap {
        headers
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_bytes(value).unwrap(),
                )
            })
            .collect()
    }

    #[test]
    fn the_query_is_decoded_in_its_order_with_its_repetitions() {
        assert_eq!(
            query("b=2&a=%C3%A9+x&b=1&c&=d"),
            pairs(&[("b", "2"), ("a", "é x"), ("b", "1"), ("c", ""), ("", "d")])
        );
        assert_eq!(query(""), []);
    }

    #[test]
    fn every_value_of_a_repeated_header_is_shown() {
        let map = header_map(&[("x-a", b"1"), ("x-b", b"\xff"), ("x-a", b"2")]);
        let shown = headers(&map);
        assert_eq!(shown.len(), 3);
        assert!(shown.contains(&("x-a".into(), "1".into())));
        assert!(shown.contains(&("x-a".into(), "2".into())));
        assert!(shown.contains(&("x-b".into(), "\u{fffd}".into())));
    }

    #[test]
    fn cookies_of_all_cookie_headers_are_split() {
        let map = header_map(&[("cookie", b"a=1; b=x=y;; bare"), ("cookie", b" c=")]);
        assert_eq!(
            cookies(&map),
            pairs(&[("a", "1"), ("b", "x=y"), ("bare", ""), ("c", "")])
        );
    }

    #[test]
    fn a_request_without_an_event_has_null_facts() {
        let request = http::Request::post("/a%20b?x=1")
            .body(Body::from("hello"))
            .unwrap();
        let shown = serde_json::to_value(Received::new(&request, &Invocation::default())).unwrap();
        assert_eq!(
            shown,
            serde_json::json!({
                "source": null,
                "method": "POST",
                "path": "/a%20b",
                "query": [["x", "1"]],
                "headers": [],
                "cookies": [],
                "body": "aGVsbG8=",
                "stage": null,
                "request_id": null,
                "source_ip": null,
            })
        );
    }
}
