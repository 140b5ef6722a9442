//! `WWW-Authenticate`.

use super::Scheme;
use http::HeaderValue;

/// How a client is asked for a credential ([RFC 9110, section
/// 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)), with the parameters of
/// [RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3) where the scheme is
/// `Bearer`.
pub(crate) fn challenge(scheme: &Scheme, error: Option<&str>, scope: Option<&str>) -> HeaderValue {
    let (name, realm) = scheme.challenge_parts();
    let mut text = format!("{name} realm=\"{realm}\"");
    if name == "Bearer" {
        for (parameter, value) in [("error", error), ("scope", scope)] {
            if let Some(value) = value {
                text.push_str(&format!(", {parameter}=\"{value}\""));
            }
        }
    }
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer"))
}
