//! Cookies. Each line of the input is the value of a `cookie` header.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use lambda_api::{
    IntoResponse, LambdaContext,
    event::{self, DecodeError, DecodeOptions},
    extract::Cookies,
    response::SetCookie,
};
use percent_encoding::percent_decode_str;
use serde_json::json;

/// Parses the cookies of a request and sets them again.
///
/// # Panics
/// Panics if:
/// - a parsed cookie was not sent,
/// - a cookie that is set is parsed as a different one,
/// - setting a cookie sets more than that cookie.
pub fn run(data: &[u8]) {
    let headers: HeaderMap = data
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .map(|line| (COOKIE, line))
        .collect();
    let cookies = Cookies::new(&headers);
    // Limited, because looking up all of them takes quadratic time.
    for (name, value) in cookies.iter().take(32) {
        assert!(!name.is_empty() && !name.contains([';', '=']), "{name:?}");
        assert!(!value.contains(';'), "{value:?}");
        let lines = headers.get_all(COOKIE).iter();
        let mut lines = lines.map(HeaderValue::as_bytes);
        let sent = lines.any(|line| contains(line, name) && contains(line, value));
        assert!(sent, "{name:?} {value:?}");
        let mut named = cookies.iter().filter(|(known, _)| *known == name);
        assert_eq!(cookies.get(name), named.next().map(|(_, value)| value));
        set(name, value);
    }
    let shown = format!("{cookies:?}");
    assert!(shown.len() < 8 * data.len() + 32, "{shown}");
    through_event(&headers, &cookies);
}

fn contains(line: &[u8], part: &str) -> bool {
    part.is_empty() || line.windows(part.len()).any(|at| at == part.as_bytes())
}

/// Checks that a cookie is set as one cookie in one header and is parsed as the same cookie.
fn set(name: &str, value: &str) {
    let response = (SetCookie::new(name.to_owned(), value), "done").into_response();
    let Some(header) = response.headers().get("set-cookie") else {
        assert_eq!(response.status(), 500);
        return;
    };
    let text = header.to_str().expect("a cookie is ASCII");
    let (pair, rest) = text.split_once(';').expect("a cookie has attributes");
    assert_eq!(rest, " Path=/; Secure; HttpOnly; SameSite=Lax");
    let back = Cookies::parse(pair);
    let [(read, encoded)] = back.iter().collect::<Vec<_>>()[..] else {
        panic!("one cookie: {pair}");
    };
    assert_eq!(read, name);
    assert_eq!(percent_decode_str(encoded).decode_utf8_lossy(), value);
}

/// Checks that cookies stay the same in an HTTP API event, which has each in a separate member.
fn through_event(headers: &HeaderMap, cookies: &Cookies<'_>) {
    let mut lines = Vec::new();
    for line in headers.get_all(COOKIE) {
        // An event cannot contain invalid UTF-8.
        let Ok(line) = line.to_str() else { return };
        lines.extend(line.split(';').map(str::trim));
    }
    let event = json!({"rawPath": "/", "cookies": lines,
        "requestContext": {"http": {"method": "GET"}}});
    let event = event.to_string().into();
    let decoded = event::decode(event, LambdaContext::default(), &DecodeOptions::default());
    let request = match decoded {
        Ok(request) => request,
        Err(error @ (DecodeError::UnsupportedEvent(_) | DecodeError::Malformed { .. })) => {
            panic!("the cookies of a header are rejected in an event: {error}")
        }
        // There are more cookies than the limit of an event.
        Err(_) => return,
    };
    let arrived = Cookies::new(request.headers());
    assert!(cookies.iter().eq(arrived.iter()), "{cookies:?} {arrived:?}");
}
