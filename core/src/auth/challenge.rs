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

#[cfg(test)]
mod tests {
    use super::{super::Credential, *};

    #[test]
    fn only_bearer_has_the_parameters_of_bearer() {
        let bearer = Scheme::new("jwt", Credential::bearer()).realm("orders");
        let other = Scheme::new("keys", Credential::header("x-api-key")).challenge("ApiKey");
        for (scheme, error, scope, expected) in [
            (&bearer, None, None, r#"Bearer realm="orders""#),
            (
                &bearer,
                Some("insufficient_scope"),
                Some("a b"),
                r#"Bearer realm="orders", error="insufficient_scope", scope="a b""#,
            ),
            (&other, Some("invalid_token"), None, r#"ApiKey realm="api""#),
        ] {
            assert_eq!(challenge(scheme, error, scope), expected);
        }
    }

    #[test]
    fn what_no_header_can_carry_leaves_the_scheme() {
        let scheme = Scheme::new("jwt", Credential::bearer()).realm("a\nb");
        assert_eq!(challenge(&scheme, None, None), "Bearer");
    }
}
