//! Cookies: each line is the value of one `cookie` header.

use http::{HeaderMap, HeaderValue, header::COOKIE};
use lambda_api::{
    Cookies, IntoResponse, LambdaContext, SetCookie,
    event::{self, DecodeError, DecodeOptions},
};
use percent_encoding::percent_decode_str;
use serde_json::json;

/// Reads the cookies of a request, and sets them again.
///
/// # Panics
/// When a cookie is read that was not sent, or when one that is set is not read as what it was, or
/// sets more than itself.
pub fn run(data: &[u8]) {
    let headers: HeaderMap = data
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .map(|line| (COOKIE, line))
        .collect();
    let cookies = Cookies::new(&headers);
    // Looking each of them up takes time that grows with the square of their number.
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

/// What is set is one cookie of one header, and comes back as it was.
fn set(name: &str, value: &str) {
    let reply = (SetCookie::new(name.to_owned(), value), "done").into_response();
    let Some(header) = reply.headers().get("set-cookie") else {
        assert_eq!(reply.status(), 500);
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

/// An HTTP API takes the cookies apart; they come together as they were.
fn through_event(headers: &HeaderMap, cookies: &Cookies<'_>) {
    let mut lines = Vec::new();
    for line in headers.get_all(COOKIE) {
        // What is no UTF-8 cannot stand in an event.
        let Ok(line) = line.to_str() else { return };
        lines.extend(line.split(';').map(str::trim));
    }
    let event = json!({"rawPath": "/", "cookies": lines,
        "requestContext": {"http": {"method": "GET"}}});
    let event = event.to_string().into();
    let decoded = event::decode(event, LambdaContext::default(), &DecodeOptions::default());
    let request = match decoded {
        Ok(request) => request,
        Err(error @ (DecodeError::NotHttp(_) | DecodeError::Malformed { .. })) => {
            panic!("what stood in a header stands in an event: {error}")
        }
        // There are more of them than an event may have.
        Err(_) => return,
    };
    let arrived = Cookies::new(request.headers());
    assert!(cookies.iter().eq(arrived.iter()), "{cookies:?} {arrived:?}");
}
