//! Location of a credential in a request.

use super::AuthError;
use crate::{Request, extract::cookie_pairs};
use http::{HeaderName, header::AUTHORIZATION};
use serde::Serialize;
use std::fmt;

/// Location of a credential in a request: a header or a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential(At);

#[derive(Clone, Debug, PartialEq, Eq)]
enum At {
    /// `authorization: Bearer ..`
    Bearer,
    Header(HeaderName),
    Cookie(String),
}

/// The location of a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "in", rename_all = "snake_case")]
pub(crate) enum Place {
    Header {
        /// In lower case.
        name: String,
        /// The authentication scheme before the credential.
        #[serde(skip_serializing_if = "Option::is_none")]
        prefix: Option<&'static str>,
    },
    Cookie {
        name: String,
    },
}

impl Credential {
    /// The token in `Authorization: Bearer ..`
    /// ([RFC 6750, section 2.1](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)).
    #[must_use]
    pub fn bearer() -> Self {
        Self(At::Bearer)
    }

    /// The value of a header, without a leading `Bearer`.
    ///
    /// Use it if something else needs `authorization`: CloudFront's origin access control puts its
    /// signature there for requests to a function URL.
    ///
    /// If an authenticator of an [`Api`](crate::Api) has it in its [scheme](super::Scheme), values of
    /// this header are marked [sensitive](http::HeaderValue::is_sensitive): the `Debug` form of a
    /// request does not show them.
    ///
    /// # Panics
    /// If this is not a valid name of a header.
    #[must_use]
    #[track_caller]
    pub fn header(name: &str) -> Self {
        match HeaderName::from_bytes(name.as_bytes()) {
            Ok(AUTHORIZATION) => Self(At::Bearer),
            Ok(name) => Self(At::Header(name)),
            Err(_) => panic!("`{name}` is not a valid name of a header"),
        }
    }

    /// The value of a cookie.
    ///
    /// Browsers send cookies with requests from pages of other sites, too: set `SameSite=Strict` or
    /// `Lax`, and change nothing on a GET.
    #[must_use]
    pub fn cookie(name: &str) -> Self {
        Self(At::Cookie(name.to_owned()))
    }

    /// The location, as in a description.
    pub(crate) fn place(&self) -> Place {
        match &self.0 {
            At::Bearer => Place::Header {
                name: AUTHORIZATION.as_str().to_owned(),
                prefix: Some("Bearer"),
            },
            At::Header(name) => Place::Header {
                name: name.as_str().to_owned(),
                prefix: None,
            },
            At::Cookie(name) => Place::Cookie { name: name.clone() },
        }
    }

    /// The header, unless it is `authorization`.
    pub(crate) fn header_name(&self) -> Option<&HeaderName> {
        match &self.0 {
            At::Header(name) => Some(name),
            At::Bearer | At::Cookie(_) => None,
        }
    }

    /// Reads the credential of a request.
    ///
    /// # Errors
    /// - [`AuthError::Absent`] if there is none, or an `authorization` of another scheme.
    /// - [`AuthError::RepeatedCredential`] if there are several.
    /// - [`AuthError::MalformedCredential`] if it is empty, or has characters that are not allowed in
    ///   a token.
    pub fn read<'r>(&self, request: &'r Request) -> Result<&'r str, AuthError> {
        let value = match &self.0 {
            At::Bearer => {
                let value = header(request, &AUTHORIZATION)?;
                match without_bearer(value) {
                    Some(token) => token,
                    None => return Err(AuthError::Absent),
                }
            }
            At::Header(name) => {
                let value = header(request, name)?;
                without_bearer(value).unwrap_or(value)
            }
            At::Cookie(name) => cookie(request, name)?,
        };
        if !value.is_empty() && is_token(value) {
            Ok(value)
        } else {
            Err(AuthError::MalformedCredential)
        }
    }
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            At::Bearer => f.write_str("the header `authorization`"),
            At::Header(name) => write!(f, "the header `{name}`"),
            At::Cookie(name) => write!(f, "the cookie `{name}`"),
        }
    }
}

fn header<'r>(request: &'r Request, name: &HeaderName) -> Result<&'r str, AuthError> {
    let mut values = request.headers().get_all(name).iter();
    let value = values.next().ok_or(AuthError::Absent)?;
    if values.next().is_some() {
        return Err(AuthError::RepeatedCredential);
    }
    // `HeaderValue::to_str` checks byte by byte, and tokens are long.
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) if text.is_ascii() => Ok(text),
        _ => Err(AuthError::MalformedCredential),
    }
}

fn cookie<'r>(request: &'r Request, name: &str) -> Result<&'r str, AuthError> {
    let mut values = cookie_pairs(request.headers())
        .filter_map(|(known, value)| (known == name).then_some(value));
    let value = values.next().ok_or(AuthError::Absent)?;
    if values.next().is_some() {
        return Err(AuthError::RepeatedCredential);
    }
    value.ok_or(AuthError::MalformedCredential)
}

/// The text after `Bearer`; `None` if the value is of another scheme.
fn without_bearer(value: &str) -> Option<&str> {
    let (scheme, rest) = match value.split_once(' ') {
        Some((scheme, rest)) => (scheme, rest.trim_start_matches(' ')),
        None => (value, ""),
    };
    scheme.eq_ignore_ascii_case("bearer").then_some(rest)
}

/// `token68` of RFC 9110, section 11.2, with `=` anywhere, as in the tokens of an ALB.
///
/// It does not branch for each byte, since a token has a thousand of them.
fn is_token(value: &str) -> bool {
    value.bytes().fold(true, |good, byte| {
        // `-./` come before the digits.
        let letter = (byte | 0x20).is_ascii_lowercase();
        let digit = matches!(byte, b'-'..=b'9');
        good & (letter | digit | matches!(byte, b'_' | b'~' | b'+' | b'='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Body;

    fn request(headers: &[(&str, &[u8])]) -> Request {
        let mut request = Request::new(Body::empty());
        for (name, value) in headers {
            request.headers_mut().append(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                http::HeaderValue::from_bytes(value).unwrap(),
            );
        }
        request
    }

    #[test]
    fn tokens_have_the_bytes_of_the_rfc() {
        for byte in 0..=127_u8 {
            let expected = byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
            assert_eq!(is_token(&char::from(byte).to_string()), expected, "{byte}");
        }
        assert!(!is_token("a\u{e1}a"));
    }

    #[test]
    fn bearer_is_read_in_any_case() {
        for (value, expected) in [
            (&b"Bearer a.b-c_d~e+f/g=="[..], Ok("a.b-c_d~e+f/g==")),
            (b"bearer abc", Ok("abc")),
            (b"BEARER  abc", Ok("abc")),
            (b"Bearer", Err(AuthError::MalformedCredential)),
            (b"Bearer ", Err(AuthError::MalformedCredential)),
            (b"Bearer a b", Err(AuthError::MalformedCredential)),
            (b"Bearer a, Bearer b", Err(AuthError::MalformedCredential)),
            (b"Bearer\ta", Err(AuthError::Absent)),
            (b"Bearer \xc3\xa9", Err(AuthError::MalformedCredential)),
            (b"Basic abc", Err(AuthError::Absent)),
            (b"Bearerabc", Err(AuthError::Absent)),
            (b"abc", Err(AuthError::Absent)),
        ] {
            let request = request(&[("authorization", value)]);
            assert_eq!(Credential::bearer().read(&request), expected, "{value:?}");
        }
    }

    #[test]
    fn bearer_is_optional_in_other_headers() {
        let place = Credential::header("X-Token");
        for value in [&b"abc"[..], b"Bearer abc"] {
            assert_eq!(place.read(&request(&[("x-token", value)])), Ok("abc"));
        }
        assert_eq!(
            place.read(&request(&[("authorization", b"Bearer abc")])),
            Err(AuthError::Absent)
        );
        assert_eq!(Credential::header("Authorization"), Credential::bearer());
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let place = Credential::cookie("sid");
        let read = |line: &[u8]| place.read(&request(&[("cookie", line)])).map(str::to_owned);
        assert_eq!(read(b"a=1; sid=abc"), Ok("abc".to_owned()));
        assert_eq!(read(b"a=1"), Err(AuthError::Absent));
        assert_eq!(read(b"sid="), Err(AuthError::MalformedCredential));
        assert_eq!(read(b"sid=\xff"), Err(AuthError::MalformedCredential));
    }

    #[test]
    fn repeated_credentials_are_rejected() {
        for (place, headers) in [
            (
                Credential::bearer(),
                [
                    ("authorization", &b"Bearer a"[..]),
                    ("authorization", b"Bearer a"),
                ],
            ),
            (
                Credential::cookie("sid"),
                [("cookie", b"sid=a"), ("cookie", b"sid=b")],
            ),
        ] {
            assert_eq!(
                place.read(&request(&headers)),
                Err(AuthError::RepeatedCredential)
            );
        }
    }
}
