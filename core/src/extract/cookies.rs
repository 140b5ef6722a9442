//! The cookies of a request.

use super::FromRequest;
use crate::Request;
use http::{HeaderMap, header::COOKIE};
use std::{convert::Infallible, fmt};

/// The cookies that came with a request.
///
/// ```
/// use lambda_api::Cookies;
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
/// They are read as [RFC 6265, section 5](https://www.rfc-editor.org/rfc/rfc6265#section-5) asks
/// of those who receive cookies, tolerantly: white space around names and values goes, and so do
/// quotes around a value; a piece without a name or an equals sign, or one that is no UTF-8, is
/// passed over. Values are not percent-decoded: which encoding they have is up to who set them.
///
/// Looking up a cookie reads the header each time, which costs less than a table for the few
/// cookies that a request has.
#[derive(Clone, Copy)]
pub struct Cookies<'r>(Lines<'r>);

/// Where the cookies stand.
#[derive(Clone, Copy)]
enum Lines<'r> {
    Headers(&'r HeaderMap),
    One(&'r str),
}

impl<'r> Cookies<'r> {
    /// The cookies in these headers.
    #[must_use]
    pub fn new(headers: &'r HeaderMap) -> Self {
        Self(Lines::Headers(headers))
    }

    /// The cookies in the value of one `cookie` header, for calling a handler in a test.
    ///
    /// ```
    /// use lambda_api::Cookies;
    ///
    /// let cookies = Cookies::parse("a=1; b=2");
    /// assert_eq!(cookies.get("b"), Some("2"));
    /// ```
    #[must_use]
    pub fn parse(header: &'r str) -> Self {
        Self(Lines::One(header))
    }

    /// The value of the cookie of this name. Of several, it is the first: that is the one with
    /// the most specific path.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'r str> {
        self.iter()
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// All names and values, in their order.
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

/// The white space of headers: no other is taken off.
const SPACE: [char; 2] = [' ', '\t'];

/// Names and values; `None` for a value that is no UTF-8.
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

/// The value behind the equals sign, without quotes.
fn unquote(value: &str) -> &str {
    let value = value.strip_prefix('=').unwrap_or(value).trim_matches(SPACE);
    value
        .strip_prefix('"')
        .and_then(|value| value.strip_suffix('"'))
        .unwrap_or(value)
}

/// Shows the names alone: values are often credentials.
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

    const NOW: Option<fn(&'r Request) -> Result<Self, Infallible>> =
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
