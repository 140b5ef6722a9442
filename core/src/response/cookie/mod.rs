//! Cookies of a reply (RFC 6265 and its successor in draft, which browsers follow).

mod check;

use crate::{Error, Response, ResponsePart};
use http::{HeaderValue, header::SET_COOKIE};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::{
    borrow::Cow,
    fmt::{self, Write},
    time::Duration,
};

/// What a cookie's value cannot hold (RFC 6265, section 4.1.1), and the percent sign, so that
/// decoding gives back what was encoded.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b',')
    .add(b';')
    .add(b'\\');

/// A cookie to set, as a part of a reply.
///
/// Unless told otherwise it is `Path=/; Secure; HttpOnly; SameSite=Lax`, and lives until the
/// browser is closed. The value is percent-encoded where a cookie cannot hold it.
///
/// ```
/// use lambda_api::{IntoResponse, SameSite, SetCookie};
/// use std::time::Duration;
///
/// let session = SetCookie::new("__Host-session", "38afes7a8")
///     .max_age(Duration::from_secs(3600))
///     .same_site(SameSite::Strict);
///
/// let reply = (session, "welcome").into_response();
/// assert_eq!(
///     reply.headers()["set-cookie"],
///     "__Host-session=38afes7a8; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Strict",
/// );
/// ```
///
/// Several cookies stand side by side, or in an array or a `Vec`:
///
/// ```
/// use lambda_api::{IntoResponse, SetCookie};
///
/// let reply = (SetCookie::new("a", "1"), SetCookie::remove("b"), "done").into_response();
/// assert_eq!(reply.headers().get_all("set-cookie").iter().count(), 2);
/// ```
///
/// # Errors
///
/// A cookie that no browser would keep makes the reply a logged 500:
///
/// - a name that is empty or no token, or name and value of more than 4096 bytes together;
/// - a domain or a path that is none;
/// - `SameSite=None` or `Partitioned` without `Secure`;
/// - a name beginning with `__Secure-` without `Secure`, or one beginning with `__Host-` without
///   `Secure`, with a `Domain`, or with a `Path` other than `/`.
#[derive(Clone)]
#[must_use = "a cookie is set by returning it in a tuple before the reply"]
pub struct SetCookie {
    name: Cow<'static, str>,
    /// Encoded.
    value: String,
    life: Life,
    domain: Option<Cow<'static, str>>,
    path: Cow<'static, str>,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
    partitioned: bool,
}

#[derive(Clone, Copy, Debug)]
enum Life {
    Session,
    For(Duration),
    Over,
}

/// Whether a cookie is sent with requests that another site causes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SameSite {
    /// Never.
    Strict,
    /// Only when the user follows a link.
    #[default]
    Lax,
    /// Always; the cookie must be `Secure`.
    None,
}

impl SetCookie {
    /// A cookie of this name; the value is percent-encoded where a cookie cannot hold it.
    pub fn new(name: impl Into<Cow<'static, str>>, value: impl AsRef<str>) -> Self {
        Self {
            name: name.into(),
            value: utf8_percent_encode(value.as_ref(), ENCODED).to_string(),
            life: Life::Session,
            domain: None,
            path: Cow::Borrowed("/"),
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            partitioned: false,
        }
    }

    /// Removes the cookie of this name.
    ///
    /// A browser removes only the cookie of the same domain and path: name them when they were
    /// named to set it.
    pub fn remove(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            life: Life::Over,
            ..Self::new(name, "")
        }
    }

    /// How long the cookie lives, in whole seconds; browsers keep none longer than 400 days.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.life = Life::For(age);
        self
    }

    /// Sends the cookie to the subdomains of this domain, too.
    pub fn domain(mut self, domain: impl Into<Cow<'static, str>>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sends the cookie only with this path and those below it. This does not keep other paths
    /// from reading it.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// Whether the cookie is sent with requests that another site causes.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Whether the cookie is sent over HTTPS only (as it is unless told otherwise). Most browsers
    /// count `http://localhost` as HTTPS here.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Whether the cookie is hidden from scripts (as it is unless told otherwise).
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Keeps one cookie for each site that embeds this one.
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    fn header(&self) -> Result<HeaderValue, Error> {
        self.check().map_err(|fault| {
            Error::msg(format!("the cookie {:?} is invalid: {fault}", self.name))
        })?;
        let mut value = HeaderValue::try_from(self.to_text())?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn to_text(&self) -> String {
        let mut text = format!("{}={}", self.name, self.value);
        // Writing to a string cannot fail.
        let _ = match self.life {
            Life::Session => Ok(()),
            Life::For(age) => write!(text, "; Max-Age={}", age.as_secs()),
            Life::Over => write!(text, "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
        };
        if let Some(domain) = &self.domain {
            let _ = write!(text, "; Domain={domain}");
        }
        let _ = write!(text, "; Path={}", self.path);
        for (set, attribute) in [(self.secure, "; Secure"), (self.http_only, "; HttpOnly")] {
            if set {
                text.push_str(attribute);
            }
        }
        text.push_str(match self.same_site {
            SameSite::Strict => "; SameSite=Strict",
            SameSite::Lax => "; SameSite=Lax",
            SameSite::None => "; SameSite=None",
        });
        if self.partitioned {
            text.push_str("; Partitioned");
        }
        text
    }
}

impl fmt::Debug for SetCookie {
    /// Everything but the value, which is often a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("life", &self.life)
            .field("domain", &self.domain)
            .field("path", &self.path)
            .field("secure", &self.secure)
            .field("http_only", &self.http_only)
            .field("same_site", &self.same_site)
            .field("partitioned", &self.partitioned)
            .finish_non_exhaustive()
    }
}

impl ResponsePart for SetCookie {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        response.headers_mut().append(SET_COOKIE, self.header()?);
        Ok(())
    }
}

impl<const LEN: usize> ResponsePart for [SetCookie; LEN] {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        self.into_iter()
            .try_for_each(|cookie| cookie.apply(response))
    }
}

impl ResponsePart for Vec<SetCookie> {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        self.into_iter()
            .try_for_each(|cookie| cookie.apply(response))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_written_as_browsers_read_it() {
        let cookie = || SetCookie::new("a", "b");
        let table = [
            (cookie(), "a=b; Path=/; Secure; HttpOnly; SameSite=Lax"),
            (
                cookie().max_age(Duration::from_millis(61_900)),
                "a=b; Max-Age=61; Path=/; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                cookie().domain("example.com").path("/orders"),
                "a=b; Domain=example.com; Path=/orders; Secure; HttpOnly; SameSite=Lax",
            ),
            (
                cookie().same_site(SameSite::None).partitioned(),
                "a=b; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
            ),
            (
                cookie().secure(false).http_only(false),
                "a=b; Path=/; SameSite=Lax",
            ),
            (
                SetCookie::remove("a").path("/orders"),
                "a=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/orders; Secure; HttpOnly; SameSite=Lax",
            ),
        ];
        for (cookie, expected) in table {
            assert_eq!(cookie.header().expect(expected), expected);
        }
    }

    #[test]
    fn a_value_is_encoded_where_a_cookie_cannot_hold_it() {
        let table = [
            ("", ""),
            ("dGVh/+==", "dGVh/+=="),
            ("a b;c,d\"e\\f", "a%20b%3Bc%2Cd%22e%5Cf"),
            ("100%", "100%25"),
            ("a\r\nset-cookie: b=c", "a%0D%0Aset-cookie:%20b=c"),
            ("grün", "gr%C3%BCn"),
        ];
        for (value, expected) in table {
            assert_eq!(SetCookie::new("a", value).value, expected);
        }
    }

    #[test]
    fn the_value_is_shown_neither_by_debug_nor_by_the_header() {
        let cookie = SetCookie::new("session", "s3cret");
        assert!(!format!("{cookie:?}").contains("s3cret"));
        let header = cookie.header().expect("a valid cookie");
        assert!(!format!("{header:?}").contains("s3cret"));
    }
}
