//! The `location` header of a response.

use super::Link;
use crate::{Error, Problem, Request, Response};
use http::{HeaderValue, header::LOCATION};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::{borrow::Cow, fmt};

/// The address in the `location` header of a response: a text, or a [`Link`] to a route.
///
/// As a part of a tuple, it sets the header:
///
/// ```
/// use http::StatusCode;
/// use lambda_api::{Json, api_handler, response::Location};
///
/// #[api_handler(POST "/reports")]
/// async fn start_report() -> (StatusCode, Location, Json<&'static str>) {
///     (StatusCode::ACCEPTED, Location(get_report::path(7)), Json("started"))
/// }
///
/// #[api_handler(GET "/reports/{id}")]
/// async fn get_report(id: u64) {}
/// ```
///
/// A text is sent as given, except that characters that a URI cannot contain are percent-encoded. If it
/// is empty or has control characters, or if the link [cannot be resolved](Link#errors), the response is
/// a 500, which is logged. Before a [`Problem`] or a `Result` that is `Err`, it is ignored.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    to: To,
}

#[derive(Clone, PartialEq, Eq)]
enum To {
    Text(Cow<'static, str>),
    Link(Link),
}

/// Creates a [`Location`](struct@Location) from a text or a [`Link`].
#[allow(non_snake_case)] // It reads like the constructor of a tuple struct.
#[must_use]
pub fn Location(to: impl Into<Location>) -> Location {
    to.into()
}

impl<T: Into<Cow<'static, str>>> From<T> for Location {
    fn from(text: T) -> Self {
        Self {
            to: To::Text(text.into()),
        }
    }
}

impl From<Link> for Location {
    fn from(link: Link) -> Self {
        Self { to: To::Link(link) }
    }
}

impl Location {
    /// Returns the text; `None` if it is a [`Link`].
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.to {
            To::Text(text) => Some(text),
            To::Link(_) => None,
        }
    }

    /// Returns the link; `None` if it is a text.
    #[must_use]
    pub fn link(&self) -> Option<&Link> {
        match &self.to {
            To::Text(_) => None,
            To::Link(link) => Some(link),
        }
    }

    /// Sets the header of a response, unless it is a problem.
    pub(super) fn set(self, response: &mut Response) -> Result<(), Error> {
        if Problem::is_in(response) {
            return Ok(());
        }
        match self.to {
            To::Text(text) => {
                let value = header(&text)?;
                response.extensions_mut().remove::<Unresolved>();
                response.headers_mut().insert(LOCATION, value);
            }
            To::Link(link) => {
                // A part that is applied later may set the header, which then takes precedence.
                response.headers_mut().remove(LOCATION);
                response.extensions_mut().insert(Unresolved(link));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            To::Text(text) => text.fmt(f),
            To::Link(link) => link.fmt(f),
        }
    }
}

/// The link of a response that does not have its `location` yet.
#[derive(Clone)]
pub(crate) struct Unresolved(Link);

impl Unresolved {
    /// Whether a response has one: the only cost of links for other responses.
    pub(crate) fn is_in(response: &Response) -> bool {
        response.extensions().get::<Self>().is_some()
    }

    /// Sets the `location` of a response with a link, for the request that it responds to.
    #[cold]
    pub(crate) fn resolve(response: &mut Response, request: &Request) -> Result<(), Error> {
        let link = response.extensions_mut().remove::<Self>();
        if let Some(Self(link)) = link
            && !response.headers().contains_key(LOCATION)
        {
            let value = header(&link.to_string(request)?)?;
            response.headers_mut().insert(LOCATION, value);
        }
        Ok(())
    }
}

/// Characters that a URI cannot contain (RFC 3986) and browsers encode, and the backslash: a
/// browser reads `/\example.com` as another host.
const INVALID: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Appends a part of the path that the client sent. It is encoded already, but clients and other servers
/// also accept characters that a URI cannot contain. The apostrophe ends an attribute of HTML.
pub(crate) fn encode_sent(path: &mut String, sent: &str) {
    const ENCODED: &AsciiSet = &INVALID.add(b'\'');
    path.extend(utf8_percent_encode(sent, ENCODED));
}

/// The value of the header. Characters that a URI cannot contain are percent-encoded; existing
/// percent-encoding is kept.
fn header(location: &str) -> Result<HeaderValue, Error> {
    if location.is_empty() {
        return Err(Error::msg("expected a `location`, found an empty one"));
    }
    if location.bytes().any(|byte| byte.is_ascii_control()) {
        return Err(Error::msg(
            "expected a `location`, found one with control characters",
        ));
    }
    let encoded = utf8_percent_encode(location, INVALID).to_string();
    HeaderValue::try_from(encoded).map_err(Error::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_uri_characters_are_encoded_once() {
        let table = [
            ("/orders/7?page=2#top", "/orders/7?page=2#top"),
            ("https://[::1]:8080/a", "https://[::1]:8080/a"),
            ("/a b", "/a%20b"),
            ("/a%20b", "/a%20b"),
            ("/tee/grün", "/tee/gr%C3%BCn"),
            ("/\\example.com", "/%5Cexample.com"),
            ("/<script>", "/%3Cscript%3E"),
        ];
        for (location, expected) in table {
            assert_eq!(header(location).expect(location), expected);
        }
    }

    #[test]
    fn control_characters_and_nothing_at_all_are_rejected() {
        for location in ["", "/a\r\nset-cookie: b=c", "/a\0", "/a\tb", "/\u{7f}"] {
            assert!(header(location).is_err(), "{location:?}");
        }
    }
}
