//! Cookie of a response.

use percent_encoding::percent_decode_str;
use std::time::{Duration, SystemTime};

/// Cookie that a response sets, as a client reads the `set-cookie` header
/// ([RFC 6265, section 5.2](https://www.rfc-editor.org/rfc/rfc6265#section-5.2)).
///
/// [`TestResponse::cookie`](crate::TestResponse::cookie) finds one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedCookie {
    name: String,
    value: String,
    /// Names in lower case.
    attributes: Vec<(String, String)>,
    removed: bool,
}

impl ReceivedCookie {
    /// Reads the value of one `set-cookie` header that comes now; `None` when it has no name.
    pub(super) fn parse(header: &str, now: SystemTime) -> Option<Self> {
        let mut pieces = header.split(';');
        let (name, value) = pieces.next()?.split_once('=')?;
        let name = name.trim();
        if name.is_empty() {
            return None;
        }
        let attributes = pieces.map(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            (name.trim().to_ascii_lowercase(), value.trim().to_owned())
        });
        let mut cookie = Self {
            name: name.to_owned(),
            value: value.trim().to_owned(),
            attributes: attributes.collect(),
            removed: false,
        };
        cookie.removed = cookie.expires(now).is_some_and(|at| at <= now);
        Some(cookie)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value as it came, quotes and percent-encoding included.
    pub(super) fn raw_value(&self) -> &str {
        &self.value
    }

    /// The value, percent-decoded: what was given to
    /// [`SetCookie::new`](lambda_api::response::SetCookie::new).
    #[must_use]
    pub fn value(&self) -> String {
        percent_decode_str(&self.value)
            .decode_utf8_lossy()
            .into_owned()
    }

    /// An attribute such as `SameSite`; the name in any letter case. One without a value, such as
    /// `Secure`, is empty. Of several, the last one counts.
    ///
    /// ```
    /// # use lambda_api::{Api, api_handler, response::SetCookie, routes};
    /// # use lambda_api_testing::TestClient;
    /// #[api_handler(POST "/session")]
    /// async fn sign_in() -> (SetCookie, &'static str) {
    ///     (SetCookie::new("session", "s-1"), "welcome")
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = TestClient::new(Api::new().routes(routes![sign_in])).await;
    /// let response = client.post("/session").await;
    /// let session = response.cookie("session").unwrap();
    /// assert_eq!(session.attribute("SameSite"), Some("Lax"));
    /// assert_eq!(session.attribute("Secure"), Some(""));
    /// assert_eq!(session.attribute("Max-Age"), None);
    /// # }
    /// ```
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .rev()
            .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value.as_str()))
    }

    /// Whether the response removes the cookie, which is expired on arrival. The time is that of the
    /// client's [`clock`](crate::TestClient::clock).
    #[must_use]
    pub fn is_removed(&self) -> bool {
        self.removed
    }

    /// When the cookie ends: `Max-Age` goes before `Expires`, and what cannot be read does not
    /// count. `None` for a cookie that lives as long as its client.
    pub(super) fn expires(&self, now: SystemTime) -> Option<SystemTime> {
        let age = self
            .attribute("max-age")
            .and_then(|age| age.parse::<i64>().ok());
        if let Some(age) = age {
            let age = u64::try_from(age).unwrap_or(0);
            return now.checked_add(Duration::from_secs(age));
        }
        httpdate::parse_http_date(self.attribute("expires")?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
    }

    fn cookie(header: &str) -> ReceivedCookie {
        ReceivedCookie::parse(header, now()).unwrap()
    }

    #[test]
    fn a_cookie_has_a_name_a_value_and_attributes() {
        let cookie = cookie(" a = x%20=y ; Path=/orders; SECURE;; path=/last");
        assert_eq!((cookie.name(), cookie.raw_value()), ("a", "x%20=y"));
        assert_eq!(cookie.value(), "x =y");
        assert_eq!(cookie.attribute("path"), Some("/last"));
        assert_eq!(cookie.attribute("Secure"), Some(""));
        assert_eq!(cookie.attribute("HttpOnly"), None);
    }

    #[test]
    fn a_cookie_without_a_name_is_ignored() {
        for header in ["", "a", "=x", " =x; Path=/"] {
            assert_eq!(ReceivedCookie::parse(header, now()), None, "{header:?}");
        }
    }

    #[test]
    fn a_cookie_ends_by_age_or_by_date() {
        for (header, seconds) in [
            ("a=1", None),
            ("a=1; Max-Age=60", Some(1_000_000_060)),
            ("a=1; Max-Age=0", Some(1_000_000_000)),
            ("a=1; Max-Age=-9", Some(1_000_000_000)),
            (
                "a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                Some(1_000_000_060),
            ),
            (
                "a=1; Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:09 GMT",
                Some(9),
            ),
            ("a=1; Expires=tomorrow", None),
        ] {
            let at = seconds.map(|at| SystemTime::UNIX_EPOCH + Duration::from_secs(at));
            assert_eq!(cookie(header).expires(now()), at, "{header}");
        }
        for (header, removed) in [
            ("a=; Max-Age=0", true),
            ("a=; Max-Age=60", false),
            ("a=; Expires=Sun, 09 Sep 2001 01:46:40 GMT", true),
            ("a=; Expires=Sun, 09 Sep 2001 01:46:41 GMT", false),
        ] {
            assert_eq!(cookie(header).is_removed(), removed, "{header}");
        }
    }
}
