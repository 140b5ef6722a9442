//! What the sources can carry of a request and of a response: every exception of the round trip law.
//!
//! This is written down on its own, from the documentation of the sources, and shares no code with
//! the emulator or the decoder: it is what they are held to.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, SET_COOKIE},
};
use lambda_api::event::Source;
use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;

/// What a function receives of a request: the request itself, less what the source cannot carry. A
/// REST API has the binary media type `*/*`.
///
/// [`emulate`](lambda_api::event::emulate) has all of it as a table. The headers that a source adds
/// are not part of it.
///
/// ```
/// use bytes::Bytes;
/// use lambda_api::event::Source;
/// use lambda_api_testing_internal::strategies::lossy;
///
/// let request = http::Request::get("/a%2Fb?k=1&k=2").body(Bytes::new()).unwrap();
/// assert_eq!(lossy(Source::FunctionUrl, &request).uri(), "/a%2Fb?k=1&k=2");
/// assert_eq!(lossy(Source::HttpApi, &request).uri(), "/a/b?k=1&k=2");
/// assert_eq!(lossy(Source::Alb, &request).uri(), "/a%2Fb?k=2");
/// ```
#[must_use]
pub fn lossy(source: Source, request: &Request<Bytes>) -> Request<Bytes> {
    let mut arrived = Request::new(request.body().clone());
    *arrived.method_mut() = request.method().clone();
    *arrived.headers_mut() = request_headers(source, request.headers());
    let path = path(source, request.uri().path());
    let query = query(source, request.uri().query().unwrap_or_default());
    *arrived.uri_mut() = target(&path, &query);
    arrived
}

/// What a client receives of a response: the response itself, less what the source cannot carry, and what
/// [`encode`](lambda_api::event::encode) leaves out for it. A REST API has the binary media type
/// `*/*`.
///
/// ```
/// use bytes::Bytes;
/// use lambda_api::event::Source;
/// use lambda_api_testing_internal::strategies::lossy_response;
///
/// let response = http::Response::builder()
///     .header("vary", "accept")
///     .header("vary", "origin")
///     .body(Bytes::new())
///     .unwrap();
/// let received = lossy_response(Source::HttpApi, &response);
/// assert_eq!(received.headers()["vary"], "accept, origin");
/// ```
#[must_use]
pub fn lossy_response(source: Source, response: &Response<Bytes>) -> Response<Bytes> {
    let status = response.status();
    let has_no_body = matches!(
        status,
        StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED
    );
    let body = if has_no_body {
        Bytes::new()
    } else {
        response.body().clone()
    };
    let end_to_end = end_to_end(status, response.headers(), &body);
    let mut headers = response_headers(source, &end_to_end);
    if !body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        let may_be_text = !is_compressed(&end_to_end) && std::str::from_utf8(&body).is_ok();
        let content_type = if may_be_text {
            "text/plain; charset=utf-8"
        } else {
            "application/octet-stream"
        };
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    let mut received = Response::new(body);
    *received.status_mut() = status;
    *received.headers_mut() = headers;
    received
}

/// An HTTP API decodes the path, in both payload formats, and ends it at a `?` that was encoded.
/// Bytes that are no UTF-8 are lost, and so is whether a character was encoded; only a `%` and what
/// no path can have is encoded again. All others send what the client sent, which has one spelling.
fn path(source: Source, path: &str) -> String {
    if !matches!(source, Source::HttpApi | Source::HttpApiV1) {
        return one_spelling(&utf8_percent_encode(path, NOT_IN_PATHS).to_string());
    }
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let path = decoded.split('?').next().unwrap_or_default();
    utf8_percent_encode(path, NOT_IN_DECODED_PATHS).to_string()
}

/// Letters, digits, `-`, `_` and `~` that are encoded are decoded, and all else that is encoded has
/// its hex digits in upper case (RFC 3986, section 6.2.2). A `%` that encodes nothing does not begin
/// to: neither it nor what comes after it is decoded into something that would.
fn one_spelling(path: &str) -> String {
    let mut spelt: Vec<String> = Vec::new();
    let mut rest: Vec<char> = path.chars().rev().collect();
    while let Some(first) = rest.pop() {
        let digits: String = rest.iter().rev().take(2).collect();
        let is_encoded = digits.len() == 2 && digits.chars().all(|c| c.is_ascii_hexdigit());
        if first != '%' || !is_encoded {
            spelt.push(first.to_string());
            continue;
        }
        rest.truncate(rest.len() - 2);
        let byte = u8::from_str_radix(&digits, 16).unwrap_or_default();
        let is_after_percent = match spelt.as_slice() {
            [.., last] if last == "%" => true,
            [.., percent, digit] => {
                percent == "%" && digit.len() == 1 && digit.as_bytes()[0].is_ascii_hexdigit()
            }
            _ => false,
        };
        let is_plain = byte.is_ascii_alphanumeric() || b"-_~".contains(&byte);
        spelt.push(
            if is_plain && !(is_after_percent && byte.is_ascii_hexdigit()) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            },
        );
    }
    spelt.concat()
}

/// How a source hands over the query.
enum Form {
    /// As one text.
    Raw,
    /// Decoded, in a map with all values of a name.
    Decoded,
    /// As the client encoded it, in a map with all values of a name.
    Encoded,
    /// As the client encoded it, in a map with the last value of a name.
    Last,
}

/// A map keeps the order of the values of one name, and not that of the names; it knows nothing of
/// `a` without a `=`, or of a pair with nothing in it.
fn query(source: Source, query: &str) -> String {
    let form = match source {
        Source::HttpApi | Source::FunctionUrl => Form::Raw,
        Source::RestApi | Source::HttpApiV1 => Form::Decoded,
        Source::Alb | Source::LatticeV1 => Form::Last,
        _ => Form::Encoded,
    };
    if let Form::Raw = form {
        return query.to_owned();
    }
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = match form {
            Form::Decoded => (decoded(name), decoded(value)),
            _ => (name.to_owned(), value.to_owned()),
        };
        let values = values.entry(name).or_default();
        if let Form::Last = form {
            values.clear();
        }
        values.push(value);
    }
    let form = &form;
    let pairs = values.iter().flat_map(|(name, values)| {
        values.iter().map(move |value| match form {
            Form::Decoded => format!("{}={}", encoded(name), encoded(value)),
            _ => format!("{name}={value}"),
        })
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// As the form encoding has it: `+` is a space, and bytes that are no UTF-8 are lost.
fn decoded(part: &str) -> String {
    let spaced = part.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// As RFC 3986 has it: all but the unreserved characters.
fn encoded(part: &str) -> String {
    let unreserved = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    let encode = |byte: u8| {
        if unreserved(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    part.bytes().map(encode).collect()
}

/// The target of the request. What RFC 3986 does not allow in a query is percent-encoded, be it that
/// a source has decoded it or that a client sent it so; `%` is left alone, since it may be intended.
fn target(path: &str, query: &str) -> Uri {
    let target = if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", utf8_percent_encode(query, NOT_IN_QUERIES))
    };
    target.parse().unwrap_or_default()
}

const NOT_IN_DECODED_PATHS: &AsciiSet = &NOT_IN_PATHS.add(b'%');

const NOT_IN_PATHS: &AsciiSet = &NOT_IN_QUERIES.add(b'?');

const NOT_IN_QUERIES: &AsciiSet = lambda_api_testing::__private::NOT_IN_URIS;

fn request_headers(source: Source, headers: &HeaderMap) -> HeaderMap {
    let mut arrived = HeaderMap::new();
    for name in headers.keys() {
        if !passes(source, name.as_str()) {
            continue;
        }
        let values: Vec<_> = headers.get_all(name).iter().map(text).collect();
        if *name == COOKIE {
            if let Some(cookies) = cookies(source, &values) {
                append(&mut arrived, name, &cookies);
            }
        } else if name == "x-forwarded-for" {
            append(&mut arrived, name, &values.join(", "));
        } else {
            one_or_all(source, &mut arrived, name, &values, ",");
        }
    }
    arrived
}

/// The headers of a connection end with it; a load balancer passes `connection` on all the same. A
/// REST API takes `content-length` away.
fn passes(source: Source, name: &str) -> bool {
    match name {
        "connection" => matches!(source, Source::Alb | Source::AlbMultiValue),
        "keep-alive" | "proxy-connection" | "te" | "trailer" | "transfer-encoding" | "upgrade" => {
            false
        }
        name if name == CONTENT_LENGTH => source != Source::RestApi,
        _ => true,
    }
}

/// Cookies that came in several headers are one. HTTP API 2.0 and function URLs take them apart, so
/// that the space between them is not the client's.
fn cookies(source: Source, values: &[String]) -> Option<String> {
    let all = values.join("; ");
    let cookies = all.split(';').map(str::trim);
    let cookies: Vec<_> = cookies.filter(|cookie| !cookie.is_empty()).collect();
    match source {
        Source::HttpApi if cookies.is_empty() => None,
        Source::HttpApi | Source::FunctionUrl if !cookies.is_empty() => Some(cookies.join("; ")),
        _ => Some(all),
    }
}

/// The headers that are for the client: those of the connection end with it, and a length is only
/// sent when it is right.
fn end_to_end(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> HeaderMap {
    let options: Vec<String> = headers.get_all(CONNECTION).iter().map(text).collect();
    let options: Vec<String> = options
        .join(",")
        .split(',')
        .map(|option| option.trim_matches([' ', '\t']).to_ascii_lowercase())
        .collect();
    let lengths = headers.get_all(CONTENT_LENGTH).iter().map(text);
    let lengths: Vec<Option<usize>> = lengths
        .map(|length| length.parse().ok().filter(|_| !length.starts_with('+')))
        .collect();
    let is_right = match (status.as_u16(), &lengths[..]) {
        (204, _) => false,
        (205, [length]) => *length == Some(0),
        (304, [length]) => length.is_some(),
        (_, [Some(length)]) => body.is_empty() || *length == body.len(),
        _ => false,
    };
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        let stays = match name.as_str() {
            "connection" | "keep-alive" | "proxy-authenticate" | "proxy-connection" | "te"
            | "trailer" | "transfer-encoding" | "upgrade" => false,
            "content-length" => is_right,
            _ => true,
        };
        if stays && !options.iter().any(|option| option == name.as_str()) {
            kept.append(name.clone(), value.clone());
        }
    }
    kept
}

fn response_headers(source: Source, headers: &HeaderMap) -> HeaderMap {
    let mut received = HeaderMap::new();
    for name in headers.keys() {
        let values: Vec<_> = headers.get_all(name).iter().map(text).collect();
        let renamed = match source {
            Source::RestApi if RENAMED.contains(&name.as_str()) => {
                HeaderName::try_from(format!("x-amzn-remapped-{name}")).ok()
            }
            _ => None,
        };
        let name = renamed.as_ref().unwrap_or(name);
        let is_joined = matches!(
            source,
            Source::HttpApi
                | Source::FunctionUrl
                | Source::Alb
                | Source::LatticeV1
                | Source::LatticeV2
        );
        if is_joined && *name != SET_COOKIE {
            append(&mut received, name, &values.join(", "));
        } else {
            for value in &values {
                append(&mut received, name, value);
            }
        }
    }
    received
}

/// The headers that a REST API keeps for itself.
const RENAMED: &[&str] = &[
    "authorization",
    "connection",
    "content-length",
    "date",
    "host",
    "server",
    "user-agent",
    "www-authenticate",
];

/// Several values of a header: all of them, or joined, or the last one.
fn one_or_all(
    source: Source,
    headers: &mut HeaderMap,
    name: &HeaderName,
    values: &[String],
    separator: &str,
) {
    match source {
        Source::HttpApi | Source::FunctionUrl | Source::LatticeV1 => {
            append(headers, name, &values.join(separator));
        }
        Source::Alb => {
            if let Some(last) = values.last() {
                append(headers, name, last);
            }
        }
        _ => {
            for value in values {
                append(headers, name, value);
            }
        }
    }
}

/// JSON has text only: bytes that are no UTF-8 are read as Latin-1.
fn text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

fn append(headers: &mut HeaderMap, name: &HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.append(name, value);
    }
}

fn is_compressed(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(http::header::CONTENT_ENCODING);
    codings.iter().any(|coding| coding != "identity")
}
