//! Which part of a content a request asks for: RFC 9110, section 14.

use crate::{ApiError, Error, Outcome, Problem, Request};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_RANGE, IF_RANGE, RANGE},
};
use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Extractor for the range that a request asks for, which
/// [`Download::range`](crate::response::Download::range) responds with.
///
/// It holds the headers `range` and `if-range` of a `GET` request. It is never rejected: a range
/// that is invalid, and one of several, is ignored, as [RFC
/// 9110](https://www.rfc-editor.org/rfc/rfc9110#section-14.2) allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    wanted: Option<Wanted>,
    condition: Option<HeaderValue>,
}

/// The range, before the size of the content is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// `bytes=5-9`, and `bytes=5-`.
    From { first: u64, last: u64 },
    /// `bytes=-5`.
    Last(u64),
}

/// What a response sends of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Selected {
    Whole,
    /// Both positions are within the content.
    Part {
        first: u64,
        last: u64,
    },
    Unsatisfiable,
}

impl Range {
    /// Creates the range of a header value, such as `bytes=0-99`, to call a handler in a test.
    #[must_use]
    pub fn new(value: &str) -> Self {
        Self {
            wanted: parse(value),
            condition: None,
        }
    }

    /// The range of a request.
    pub(crate) fn of(request: &Request) -> Self {
        // RFC 9110, section 14.2: `GET` is the only method with ranges.
        if request.method() != Method::GET {
            return Self::default();
        }
        let headers = request.headers();
        let Ok(Some(value)) = only(headers, RANGE) else {
            return Self::default();
        };
        let Ok(condition) = only(headers, IF_RANGE) else {
            return Self::default();
        };
        Self {
            wanted: value.to_str().ok().and_then(parse),
            condition: condition.cloned(),
        }
    }

    pub(super) fn select(&self, size: u64, validators: &Validators) -> Selected {
        let Some(wanted) = self.wanted else {
            return Selected::Whole;
        };
        let condition = self.condition.as_ref();
        if condition.is_some_and(|condition| !validators.allow(condition)) {
            return Selected::Whole;
        }
        let end = size.saturating_sub(1);
        match wanted {
            Wanted::From { first, .. } if first >= size => Selected::Unsatisfiable,
            Wanted::From { first, last } => Selected::Part {
                first,
                last: last.min(end),
            },
            Wanted::Last(0) => Selected::Unsatisfiable,
            // It is satisfiable, but no `content-range` can name a part of nothing.
            Wanted::Last(_) if size == 0 => Selected::Whole,
            Wanted::Last(length) => Selected::Part {
                first: size.saturating_sub(length),
                last: end,
            },
        }
    }
}

/// The only value of a header. Several are an error.
fn only(headers: &HeaderMap, name: HeaderName) -> Result<Option<&HeaderValue>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(()),
    }
}

/// Reads a single range of bytes; `None` if there are several, or if it is invalid.
fn parse(value: &str) -> Option<Wanted> {
    let (unit, ranges) = value.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    // A list may have empty elements (RFC 9110, section 5.6.1.2).
    let mut ranges = ranges
        .split(',')
        .map(|range| range.trim_matches([' ', '\t']))
        .filter(|range| !range.is_empty());
    let (only, None) = (ranges.next()?, ranges.next()) else {
        return None;
    };
    match only.split_once('-')? {
        ("", last) => Some(Wanted::Last(number(last)?)),
        (first, "") => Some(Wanted::From {
            first: number(first)?,
            last: u64::MAX,
        }),
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            (first <= last).then_some(Wanted::From { first, last })
        }
    }
}

/// A position. One that is too large for a number is behind the end of every content.
fn number(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}

/// What a client can tell the versions of a content apart by.
#[derive(Debug, Default)]
pub(super) struct Validators {
    /// With its quotes.
    etag: Option<String>,
    /// In whole seconds.
    last_modified: Option<SystemTime>,
}

/// The end of the year 9999, after which a date of HTTP has no form.
const LAST_DATE: u64 = 253_402_300_799;

impl Validators {
    pub(super) fn new(
        etag: Option<Cow<'static, str>>,
        last_modified: Option<SystemTime>,
    ) -> Result<Self, Error> {
        // RFC 9110, section 8.8.3; without bytes above ASCII, which clients read in different ways.
        if let Some(tag) = &etag
            && !tag.bytes().all(|byte| matches!(byte, b'!' | b'#'..=b'~'))
        {
            return Err(Error::msg(
                "expected an entity tag of visible ASCII without quotes, found other characters",
            ));
        }
        let seconds = last_modified
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
            .map(|time| time.as_secs())
            .filter(|seconds| *seconds <= LAST_DATE);
        Ok(Self {
            etag: etag.map(|tag| format!("\"{tag}\"")),
            last_modified: seconds.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)),
        })
    }

    pub(super) fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    pub(super) fn last_modified(&self) -> Option<httpdate::HttpDate> {
        self.last_modified.map(Into::into)
    }

    /// Whether the client has the same version (RFC 9110, section 13.1.5). A weak tag never matches.
    fn allow(&self, condition: &HeaderValue) -> bool {
        let Ok(text) = condition.to_str() else {
            return false;
        };
        if text.contains('"') {
            return self.etag() == Some(text);
        }
        let date = httpdate::parse_http_date(text).ok();
        date.is_some() && date == self.last_modified
    }
}

/// The problem of a range that begins behind the end of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a range within {size} bytes, found one behind their end")]
pub(crate) struct RangeNotSatisfiable {
    pub(super) size: u64,
}

const CODE: &str = "range_not_satisfiable";

impl ApiError for RangeNotSatisfiable {
    fn status(&self) -> StatusCode {
        StatusCode::RANGE_NOT_SATISFIABLE
    }

    fn code(&self) -> Cow<'static, str> {
        CODE.into()
    }

    fn decorate(&self, mut problem: Problem) -> Problem {
        if let Ok(value) = HeaderValue::try_from(format!("bytes */{}", self.size)) {
            problem.headers_mut().insert(CONTENT_RANGE, value);
        }
        problem
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(StatusCode::RANGE_NOT_SATISFIABLE, CODE)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Selected::{Part, Unsatisfiable, Whole};

    fn part(first: u64, last: u64) -> Selected {
        Part { first, last }
    }

    #[test]
    fn one_range_within_the_content_is_selected() {
        for (value, size, expected) in [
            ("bytes=0-0", 10, part(0, 0)),
            ("bytes=2-5", 10, part(2, 5)),
            ("bytes=2-", 10, part(2, 9)),
            ("bytes=9-99", 10, part(9, 9)),
            ("bytes=0-18446744073709551616", 10, part(0, 9)),
            ("bytes=-3", 10, part(7, 9)),
            ("bytes=-99", 10, part(0, 9)),
            ("Bytes=1-2", 10, part(1, 2)),
            ("bytes= , 1-2\t,", 10, part(1, 2)),
            ("bytes=10-", 10, Unsatisfiable),
            ("bytes=99999999999999999999-", 10, Unsatisfiable),
            ("bytes=-0", 10, Unsatisfiable),
            ("bytes=0-", 0, Unsatisfiable),
            ("bytes=-0", 0, Unsatisfiable),
            ("bytes=-5", 0, Whole),
            ("bytes=0-1,3-4", 10, Whole),
            ("bytes=5-2", 10, Whole),
            ("bytes=", 10, Whole),
            ("bytes=-", 10, Whole),
            ("bytes=a-b", 10, Whole),
            ("bytes=+1-2", 10, Whole),
            ("bytes=1 - 2", 10, Whole),
            ("bytes=1-2-3", 10, Whole),
            ("bytes", 10, Whole),
            ("items=0-1", 10, Whole),
            ("", 10, Whole),
        ] {
            let selected = Range::new(value).select(size, &Validators::default());
            assert_eq!(selected, expected, "{value:?} of {size}");
        }
    }

    #[test]
    fn a_range_is_that_of_one_header_of_a_get() {
        fn request(method: Method, headers: &[(HeaderName, &'static str)]) -> Request {
            let mut request = Request::default();
            *request.method_mut() = method;
            for (name, value) in headers {
                let value = HeaderValue::from_static(value);
                request.headers_mut().append(name, value);
            }
            request
        }
        let range = (RANGE, "bytes=1-2");
        let found = Range::of(&request(Method::GET, std::slice::from_ref(&range)));
        assert_eq!(found, Range::new("bytes=1-2"));
        for (method, headers) in [
            (Method::GET, vec![]),
            (Method::HEAD, vec![range.clone()]),
            (Method::POST, vec![range.clone()]),
            (Method::GET, vec![range.clone(), range.clone()]),
            (
                Method::GET,
                vec![range, (IF_RANGE, "\"a\""), (IF_RANGE, "\"b\"")],
            ),
        ] {
            assert_eq!(Range::of(&request(method, &headers)), Range::default());
        }
    }

    #[test]
    fn a_range_needs_the_version_that_the_client_has() {
        let at = |seconds: u64| UNIX_EPOCH + Duration::from_millis(seconds * 1000 + 900);
        let both = Validators::new(Some("a".into()), Some(at(784_111_777))).unwrap();
        let none = Validators::default();
        for (condition, validators, is_part) in [
            ("\"a\"", &both, true),
            ("\"b\"", &both, false),
            ("W/\"a\"", &both, false),
            ("a", &both, false),
            ("", &both, false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", &both, true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", &both, false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", &none, false),
            ("\"a\"", &none, false),
        ] {
            let range = Range {
                condition: Some(HeaderValue::from_static(condition)),
                ..Range::new("bytes=1-2")
            };
            let expected = if is_part { part(1, 2) } else { Whole };
            assert_eq!(range.select(10, validators), expected, "{condition}");
        }
    }

    #[test]
    fn a_time_without_a_date_of_http_is_not_sent() {
        for (seconds, is_sent) in [(0, true), (LAST_DATE, true), (LAST_DATE + 1, false)] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            let validators = Validators::new(None, Some(time)).unwrap();
            assert_eq!(validators.last_modified().is_some(), is_sent, "{seconds}");
        }
        let before = UNIX_EPOCH - Duration::from_secs(1);
        let validators = Validators::new(None, Some(before)).unwrap();
        assert!(validators.last_modified().is_none());
    }

    #[test]
    fn a_tag_has_no_quotes() {
        for tag in ["a\"b", "a b", "a\n", "é"] {
            assert!(Validators::new(Some(tag.into()), None).is_err(), "{tag:?}");
        }
        let validators = Validators::new(Some("".into()), None).unwrap();
        assert_eq!(validators.etag(), Some("\"\""));
    }
}
