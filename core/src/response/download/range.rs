//! Which part of a content a request asks for: RFC 9110, section 14.

use super::condition::{Conditions, Validators, Verdict, only};
use crate::{ApiError, Outcome, Problem, Request, textual::is_textual};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CONTENT_RANGE, IF_RANGE, RANGE},
};
use std::borrow::Cow;

/// Extractor for the range that a request asks for, which
/// [`Download::range`](crate::response::Download::range) responds with.
///
/// It holds the headers `range` and `if-range` of a `GET` request, and the preconditions of a `GET`
/// and a `HEAD`: `if-match`, `if-none-match`, `if-modified-since` and `if-unmodified-since`. It is
/// never rejected: a range that is invalid, and one of several, is ignored, as [RFC
/// 9110](https://www.rfc-editor.org/rfc/rfc9110#section-14.2) allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    wanted: Option<Wanted>,
    if_range: Option<HeaderValue>,
    conditions: Conditions,
    limit: Option<Longest>,
}

/// The largest response that the client can get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Longest {
    /// The bytes of JSON.
    Json(usize),
    /// The bytes of the content.
    Stream(usize),
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
            ..Self::default()
        }
    }

    /// The range of a request, and the largest response to it.
    pub(crate) fn of(request: &Request, limit: Option<Longest>) -> Self {
        let (method, headers) = (request.method(), request.headers());
        let mut range = Self {
            limit,
            ..Self::default()
        };
        if method == Method::GET || method == Method::HEAD {
            range.conditions = Conditions::of(headers);
        }
        // RFC 9110, section 14.2: `GET` is the only method with ranges.
        if method == Method::GET
            && let (Ok(Some(value)), Ok(if_range)) = (only(headers, RANGE), only(headers, IF_RANGE))
        {
            range.wanted = value.to_str().ok().and_then(parse);
            range.if_range = if_range.cloned();
        }
        range
    }

    /// Evaluates the preconditions, which come before the range.
    pub(super) fn check(&self, validators: &Validators) -> Verdict {
        self.conditions.check(validators)
    }

    /// The length of the longest part that a response can hold: a part of what was asked for is
    /// allowed (RFC 9110, section 15.3.7), and one that is too large is a 500.
    fn longest(&self, content_type: &str) -> u64 {
        let limit = match self.limit {
            None => return u64::MAX,
            Some(Longest::Stream(bytes)) => return bytes.max(1) as u64,
            Some(Longest::Json(bytes)) => bytes,
        };
        // The rest is for the header fields.
        let room = limit - limit / 16;
        let longest = match is_textual(content_type.as_bytes()) {
            // Line breaks, quotes and backslashes are two bytes each. Only other control characters
            // are more.
            true => room / 2,
            // Base64.
            false => room / 4 * 3,
        };
        longest.max(1) as u64
    }

    pub(super) fn select(
        &self,
        size: u64,
        content_type: &str,
        validators: &Validators,
    ) -> Selected {
        let selected = self.select_of(size, validators);
        let Selected::Part { first, last } = selected else {
            return selected;
        };
        let longest = self.longest(content_type);
        Selected::Part {
            first,
            last: last.min(first.saturating_add(longest - 1)),
        }
    }

    fn select_of(&self, size: u64, validators: &Validators) -> Selected {
        let Some(wanted) = self.wanted else {
            return Selected::Whole;
        };
        let condition = self.if_range.as_ref();
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

    const BYTES: &str = "application/octet-stream";
    use http::{
        HeaderName,
        header::{IF_MATCH, IF_NONE_MATCH},
    };

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
            let selected = Range::new(value).select(size, BYTES, &Validators::default());
            assert_eq!(selected, expected, "{value:?} of {size}");
        }
    }

    #[test]
    fn a_part_is_no_longer_than_a_response_can_be() {
        const JSON: Option<Longest> = Some(Longest::Json(160));
        const STREAM: Option<Longest> = Some(Longest::Stream(160));
        // A sixteenth of 160 is for the header fields, if they are with the content.
        for (value, content_type, limit, expected) in [
            ("bytes=0-", BYTES, JSON, part(0, 110)),
            ("bytes=5-", BYTES, JSON, part(5, 115)),
            ("bytes=5-115", BYTES, JSON, part(5, 115)),
            ("bytes=5-116", BYTES, JSON, part(5, 115)),
            ("bytes=5-100", BYTES, JSON, part(5, 100)),
            ("bytes=-500", BYTES, JSON, part(500, 610)),
            ("bytes=990-", BYTES, JSON, part(990, 999)),
            ("bytes=0-", "text/csv; charset=utf-8", JSON, part(0, 74)),
            ("bytes=0-", BYTES, None, part(0, 999)),
            ("bytes=7-", BYTES, Some(Longest::Json(0)), part(7, 7)),
            ("bytes=5-", BYTES, STREAM, part(5, 164)),
            ("bytes=0-", "text/csv; charset=utf-8", STREAM, part(0, 159)),
            ("bytes=7-", BYTES, Some(Longest::Stream(0)), part(7, 7)),
            ("bytes=1000-", BYTES, JSON, Unsatisfiable),
            ("", BYTES, JSON, Whole),
        ] {
            let range = Range {
                limit,
                ..Range::new(value)
            };
            let selected = range.select(1000, content_type, &Validators::default());
            assert_eq!(selected, expected, "{value:?} of {content_type}");
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
        let found = Range::of(&request(Method::GET, std::slice::from_ref(&range)), None);
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
            let found = Range::of(&request(method, &headers), None);
            assert_eq!(found, Range::default());
        }
        // Other methods change something, before which the handler would have to look at them.
        for (method, is_held) in [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::PUT, false),
        ] {
            for name in [IF_MATCH, IF_NONE_MATCH] {
                let found = Range::of(&request(method.clone(), &[(name, "\"a\"")]), None);
                assert_eq!(found != Range::default(), is_held, "{method}");
            }
        }
    }
}
