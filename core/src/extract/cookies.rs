//! The cookies of a request.

use super::FromRequest;
use crate::Request;
use http::{HeaderMap, header::COOKIE};
use std::{convert::Infallible, fmt};

/// Extractor for the cookies of a request.
///
/// ```
/// use lambda_api::extract::Cookies;
///
/// async fn theme(cookies: Cookies<'_>) -> String {
///     cookies.get("theme").unwrap_or("light").to_owned()
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let cookies = Cookies::parse("lang=en; theme=\"dark\"");
/// assert_eq!(theme(cookies).await, "dark");
/// # }
/// ```
///
/// Cookies are parsed leniently, as [RFC 6265, section
/// 5](https://www.rfc-editor.org/rfc/rfc6265#section-5) requires of user agents: white space around
/// names and values is removed, and so are quotes around a value. A part without a name or an
/// equals sign, or one that is not UTF-8, is skipped. Values are not percent-decoded, since their
/// encoding is up to the application that set them.
///
/// Each lookup parses the header, which costs less than a table for the few cookies of a request.
#[derive(Clone, Copy)]
pub struct Cookies<'r>(Lines<'r>);

/// The source of the cookies.
#[derive(Clone, Copy)]
enum Lines<'r> {
    Headers(&'r HeaderMap),
    One(&'r str),
}

impl<'r> Cookies<'r> {
    /// Creates a view of the cookies in these headers.
    #[must_use]
    pub fn new(headers: &'r HeaderMap) -> Self {
        Self(Lines::Headers(headers))
    }

    /// Parses the value of a single `cookie` header, to call a handler in a test.
    ///
    /// ```
    /// use lambda_api::extract::Cookies;
    ///
    /// let cookies = Cookies::parse("a=1; b=2");
    /// assert_eq!(cookies.get("b"), Some("2"));
    /// ```
    #[must_use]
    pub fn parse(header: &'r str) -> Self {
        Self(Lines::One(header))
    }

    /// Returns the value of the cookie with this name. If there are several, it is the first one,
    /// which has the most specific path.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'r str> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Iterates over all names and values in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&'r str, &'r str)> + use<'r> {
        let (headers, line) = match self.0 {
            Lines::Headers(headers) => (Some(headers), None),
            Lines::One(line) => (None, Some(line)),
        };
        let of_headers = headers.into_iter().flat_map(pairs);
        let of_line = line.into_iter().flat_map(|line| in_line(line.as_bytes()));
        of_headers
            .chain(of_line)
            .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// The white space of headers; other white space is kept.
const SPACE: [char; 2] = [' ', '\t'];

/// Returns names and values; `None` for a value that is not UTF-8.
pub(crate) fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, Option<&str>)> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| in_line(line.as_bytes()))
}

fn in_line(line: &[u8]) -> impl Iterator<Item = (&str, Option<&str>)> {
    line.split(|byte| *byte == b';').filter_map(|piece| {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        let (name, value) = piece.split_at_checked(equals)?;
        let name = std::str::from_utf8(name).ok()?.trim_matches(SPACE);
        let value = std::str::from_utf8(value).ok().map(unquote);
        (!name.is_empty()).then_some((name, value))
    })
}

/// Returns the value after the equals sign, without quotes.
fn unquote(value: &str) -> &str {
    let value = value.strip_prefix('=').unwrap_or(value).trim_matches(SPACE);
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value)
}

/// Shows only the names: values are often credentials.
impl fmt::Debug for Cookies<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cookies")?;
        f.debug_list()
            .entries(self.iter().map(|(name, _)| name))
            .finish()
    }
}

impl<'r> FromRequest<'r> for Cookies<'r> {
    type Rejection = Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> =
        Some(|request| Ok(Self::new(request.headers())));
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now},
        *,
    };
    use http::HeaderValue;

    fn request(lines: &[&[u8]]) -> Request {
        let mut request = get("/");
        for line in lines {
            let line = HeaderValue::from_bytes(line).unwrap();
            request.headers_mut().append(COOKIE, line);
        }
        request
    }

    #[test]
    fn cookies_keep_their_order_across_headers() {
        let request = request(&[b"a=1; b=2", b"c=3"]);
        let Ok(cookies) = now::<Cookies<'_>>(&request);
        let all: Vec<_> = cookies.iter().collect();
        assert_eq!(all, [("a", "1"), ("b", "2"), ("c", "3")]);
    }

    #[test]
    fn the_first_of_several_is_meant() {
        let request = request(&[b"a=1; a=2"]);
        let Ok(cookies) = now::<Cookies<'_>>(&request);
        assert_eq!(cookies.get("a"), Some("1"));
        assert_eq!(cookies.get("A"), None);
    }

    #[test]
    fn sloppy_cookies_are_read_tolerantly() {
        let line = b"  a = 1 ;; b;=c; d=\"x y\"; e=; f=x=y;g=\"; h=\"\"; i=%20; j=\xff; \xff=k";
        let request = request(&[line]);
        let Ok(cookies) = now::<Cookies<'_>>(&request);
        let all: Vec<_> = cookies.iter().collect();
        assert_eq!(
            all,
            [
                ("a", "1"),
                ("d", "x y"),
                ("e", ""),
                ("f", "x=y"),
                ("g", "\""),
                ("h", ""),
                ("i", "%20"),
            ]
        );
    }

    #[test]
    fn a_line_is_read_like_a_header() {
        let line = " a = 1 ; b=\"x y\"; a=2; =c";
        let request = request(&[line.as_bytes()]);
        let Ok(cookies) = now::<Cookies<'_>>(&request);
        let of_line = Cookies::parse(line);
        assert!(cookies.iter().eq(of_line.iter()));
        assert_eq!(of_line.get("a"), Some("1"));
        assert_eq!(format!("{of_line:?}"), r#"Cookies["a", "b", "a"]"#);
    }

    #[test]
    fn the_debug_form_shows_no_value() {
        let request = request(&[b"session=s3cret; theme=dark"]);
        let Ok(cookies) = now::<Cookies<'_>>(&request);
        assert_eq!(format!("{cookies:?}"), r#"Cookies["session", "theme"]"#);
    }
}
