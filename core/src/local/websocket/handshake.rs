//! The handshake of RFC 6455, section 4.2.

use crate::Problem;
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};

/// What the key is hashed with.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Whether a client asks for a WebSocket.
pub(super) fn is_upgrade(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::GET && has_token(headers, UPGRADE, "websocket")
}

/// The value of `sec-websocket-accept`.
///
/// # Errors
/// The response to a handshake that is not valid.
pub(super) fn accept(headers: &HeaderMap) -> Result<HeaderValue, Problem> {
    let invalid = |detail: &'static str| {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_handshake").with_detail(detail)
    };
    if !has_token(headers, CONNECTION, "upgrade") {
        return Err(invalid("expected `connection: upgrade`"));
    }
    let version = headers.get(SEC_WEBSOCKET_VERSION);
    if version.is_none_or(|version| version != "13") {
        return Err(
            Problem::new(StatusCode::UPGRADE_REQUIRED, "invalid_handshake")
                .with_detail("expected `sec-websocket-version: 13`")
                .with_header(SEC_WEBSOCKET_VERSION.as_str(), 13),
        );
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let key = key.filter(|key| {
        let decoded = base64_simd::STANDARD.decode_to_vec(key);
        decoded.is_ok_and(|decoded| decoded.len() == 16)
    });
    let key = key.ok_or_else(|| invalid("expected a `sec-websocket-key` of 16 bytes in base64"))?;
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key, GUID.as_bytes()].concat());
    let accept = base64_simd::STANDARD.encode_to_string(hash.as_ref());
    HeaderValue::try_from(accept).map_err(|_| invalid("expected a `sec-websocket-key`"))
}

/// Whether a list of tokens has this one.
fn has_token(headers: &HeaderMap, name: http::HeaderName, token: &str) -> bool {
    let mut values = headers.get_all(name).iter();
    values.any(|value| {
        let text = value.to_str().unwrap_or_default();
        text.split(',')
            .any(|one| one.trim().eq_ignore_ascii_case(token))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        pairs.collect()
    }

    // The example of RFC 6455, section 1.3.
    #[test]
    fn a_key_is_accepted_as_the_rfc_does() {
        let headers = headers(&[
            ("upgrade", "WebSocket"),
            ("connection", "keep-alive, Upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]);
        assert!(is_upgrade(&Method::GET, &headers));
        assert!(!is_upgrade(&Method::POST, &headers));
        let accepted = accept(&headers).unwrap();
        assert_eq!(accepted, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    #[test]
    fn an_invalid_handshake_says_what_is_expected() {
        let valid = [
            ("connection", "upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        for (name, value, status) in [
            ("connection", "close", 400),
            ("sec-websocket-version", "8", 426),
            ("sec-websocket-key", "c2hvcnQ=", 400),
            ("sec-websocket-key", "?", 400),
        ] {
            let mut headers = headers(&valid);
            headers.insert(name, HeaderValue::from_static(value));
            let problem = accept(&headers).unwrap_err();
            assert_eq!(problem.status(), status, "{name}: {value}");
            assert!(problem.detail().unwrap().contains(name), "{problem:?}");
        }
    }
}
