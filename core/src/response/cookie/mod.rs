//! Response cookies (RFC 6265 and the draft of its successor, which browsers follow).

mod check;

use crate::{Error, Response, describe::Operation, response::ResponsePart};
use http::{HeaderValue, header::SET_COOKIE};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::{
    borrow::Cow,
    fmt::{self, Write},
    time::Duration,
};

/// The bytes that the value of a cookie cannot contain (RFC 6265, section 4.1.1), and the percent
/// sign, so that decoding restores the original.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b',')
    .add(b';')
    .add(b'\\');

/// A cookie to set, as a part of a response.
///
/// The default is `Path=/; Secure; HttpOnly; SameSite=Lax` and a lifetime until the browser is
/// closed. Bytes that a cookie cannot contain are percent-encoded in the value.
///
/// ```
/// use lambda_api::{IntoResponse, response::{SameSite, SetCookie}};
/// use std::time::Duration;
///
/// let session = SetCookie::new("__Host-session", "38afes7a8")
///     .max_age(Duration::from_secs(3600))
///     .same_site(SameSite::Strict);
///
/// let response = (session, "welcome").into_response();
/// assert_eq!(
///     response.headers()["set-cookie"],
///     "__Host-session=38afes7a8; Max-Age=3600; Path=/; Secure; HttpOnly; SameSite=Strict",
/// );
/// ```
///
/// Several cookies can be elements of the tuple, or of an array or a `Vec`:
///
/// ```
/// use lambda_api::{IntoResponse, response::SetCookie};
///
/// let response = (SetCookie::new("a", "1"), SetCookie::remove("b"), "done").into_response();
/// assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
/// ```
///
/// # Errors
///
/// If browsers would reject the cookie, the response is a 500, which is logged:
///
/// - the name is empty or not a token, or name and value together have more than 4096 bytes;
/// - the domain or the path is invalid;
/// - `SameSite=None` or `Partitioned` is set without `Secure`;
/// - the name begins with `__Secure-`, but `Secure` is not set; or it begins with `__Host-`, but
///   `Secure` is not set, `Domain` is set, or `Path` is not `/`.
#[derive(Clone)]
#[must_use = "a cookie is set by returning it in a tuple before the response"]
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

/// Whether a browser sends a cookie with cross-site requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SameSite {
    /// Never.
    Strict,
    /// Only if the user follows a link.
    #[default]
    Lax,
    /// Always; the cookie must be `Secure`.
    None,
}

impl SetCookie {
    /// Creates a cookie. Bytes that a cookie cannot contain are percent-encoded in the value.
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

    /// Removes the cookie with this name.
    ///
    /// A browser only removes a cookie with the same domain and path, so set these if they were set
    /// when the cookie was created.
    pub fn remove(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            life: Life::Over,
            ..Self::new(name, "")
        }
    }

    /// Sets the lifetime, in whole seconds. Browsers limit it to 400 days.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.life = Life::For(age);
        self
    }

    /// Also sends the cookie to the subdomains of this domain.
    pub fn domain(mut self, domain: impl Into<Cow<'static, str>>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sends the cookie only with requests to this path and those below it. This does not prevent
    /// other paths from reading it.
    pub fn path(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// Sets whether the cookie is sent with cross-site requests.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// Sets whether the cookie is sent over HTTPS only; the default is `true`. Most browsers treat
    /// `http://localhost` as HTTPS here.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// Sets whether the cookie is hidden from scripts; the default is `true`.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Sets `Partitioned`: a browser keeps a separate cookie for each site that embeds this one.
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    fn header(&self) -> Result<HeaderValue, Error> {
        self.check().map_err(|error| {
            Error::msg(format!("the cookie {:?} is invalid: {error}", self.name))
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
    /// Leaves out the value, which is often a secret.
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

    fn describe(operation: &mut Operation) {
        operation.response_header("set-cookie");
    }
}

impl<const LEN: usize> ResponsePart for [SetCookie; LEN] {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        self.into_iter()
            .try_for_each(|cookie| cookie.apply(response))
    }

    fn describe(operation: &mut Operation) {
        SetCookie::describe(operation);
    }
}

impl ResponsePart for Vec<SetCookie> {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        self.into_iter()
            .try_for_each(|cookie| cookie.apply(response))
    }

    fn describe(operation: &mut Operation) {
        // There may be none.
        operation.optionally(SetCookie::describe);
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
