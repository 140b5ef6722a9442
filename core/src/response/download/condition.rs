//! The version of a content, and what a request says about it: RFC 9110, sections 8.8 and 13.

use crate::{ApiError, Error, Outcome};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE},
};
use std::{
    borrow::Cow,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The preconditions of a `GET` or a `HEAD`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    if_match: Vec<HeaderValue>,
    if_none_match: Vec<HeaderValue>,
    if_unmodified_since: Option<SystemTime>,
    if_modified_since: Option<SystemTime>,
}

/// What the conditions of a request allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Content,
    NotModified,
    Failed,
}

impl Conditions {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let all = |name: HeaderName| headers.get_all(name).iter().cloned().collect();
        // An invalid date, or several, is ignored (sections 13.1.3 and 13.1.4).
        let date = |name: HeaderName| {
            let text = only(headers, name).ok()??.to_str().ok()?;
            httpdate::parse_http_date(text).ok()
        };
        Self {
            if_match: all(IF_MATCH),
            if_none_match: all(IF_NONE_MATCH),
            if_unmodified_since: date(IF_UNMODIFIED_SINCE),
            if_modified_since: date(IF_MODIFIED_SINCE),
        }
    }

    /// Evaluates them in the order of section 13.2.2.
    pub(super) fn check(&self, validators: &Validators) -> Verdict {
        let is_not_after = |since: Option<SystemTime>| {
            let both = validators.last_modified.zip(since);
            both.map(|(changed, since)| changed <= since)
        };
        let is_expected = match self.if_match.is_empty() {
            true => is_not_after(self.if_unmodified_since).unwrap_or(true),
            false => any(&self.if_match, |tag| !tag.is_weak && validators.has(tag)),
        };
        if !is_expected {
            return Verdict::Failed;
        }
        let is_known = match self.if_none_match.is_empty() {
            true => is_not_after(self.if_modified_since).unwrap_or(false),
            // A gateway that compresses content makes its tag weak.
            false => any(&self.if_none_match, |tag| validators.has(tag)),
        };
        match is_known {
            true => Verdict::NotModified,
            false => Verdict::Content,
        }
    }
}

/// Whether a client has the content with this tag, as it is in the header `etag` (section 13.1.2).
#[cfg(feature = "docs")]
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let own = etag.trim_matches('"').as_bytes();
    any(headers.get_all(IF_NONE_MATCH), |tag| tag.text == own)
}

/// The only value of a header. Several are an error.
pub(super) fn only(headers: &HeaderMap, name: HeaderName) -> Result<Option<&HeaderValue>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        _ => Err(()),
    }
}

/// An entity tag of a request, without its quotes.
struct Tag<'v> {
    is_weak: bool,
    text: &'v [u8],
}

/// Whether the lists contain `*`, or a tag that is accepted. Nothing is read behind what is no tag.
fn any<'v>(
    lists: impl IntoIterator<Item = &'v HeaderValue>,
    accept: impl Fn(&Tag<'_>) -> bool,
) -> bool {
    lists.into_iter().any(|list| {
        let mut rest = list.as_bytes();
        rest.trim_ascii() == b"*" || std::iter::from_fn(|| tag(&mut rest)).any(|tag| accept(&tag))
    })
}

/// Takes the first tag of a list, which may have empty elements.
fn tag<'v>(rest: &mut &'v [u8]) -> Option<Tag<'v>> {
    let mut text = *rest;
    while let [b' ' | b'\t' | b',', behind @ ..] = text {
        text = behind;
    }
    let (is_weak, text) = match text.strip_prefix(b"W/") {
        Some(text) => (true, text),
        None => (false, text),
    };
    let text = text.strip_prefix(b"\"")?;
    let end = text.iter().position(|byte| *byte == b'"')?;
    let (text, behind) = text.split_at_checked(end)?;
    *rest = behind.strip_prefix(b"\"")?;
    Some(Tag { is_weak, text })
}

/// What a client can tell the versions of a content apart by.
#[derive(Debug, Default)]
pub(super) struct Validators {
    /// A strong one, without its quotes.
    etag: Option<Cow<'static, str>>,
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
        // Section 8.8.3; without bytes above ASCII, which clients read in different ways.
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
            etag,
            last_modified: seconds.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds)),
        })
    }

    /// With its quotes.
    pub(super) fn etag(&self) -> Option<String> {
        self.etag.as_ref().map(|tag| format!("\"{tag}\""))
    }

    pub(super) fn last_modified(&self) -> Option<httpdate::HttpDate> {
        self.last_modified.map(Into::into)
    }

    fn has(&self, tag: &Tag<'_>) -> bool {
        let own = self.etag.as_ref();
        own.is_some_and(|own| own.as_bytes() == tag.text)
    }

    /// Whether the value of `if-range` is this version (section 13.1.5). A weak tag never matches.
    pub(super) fn allow(&self, condition: &HeaderValue) -> bool {
        let Ok(text) = condition.to_str() else {
            return false;
        };
        if text.contains('"') {
            return self.etag().as_deref() == Some(text);
        }
        let date = httpdate::parse_http_date(text).ok();
        date.is_some() && date == self.last_modified
    }
}

/// The problem of a request that asks for another version of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the version of the content that the request names, found another one")]
pub(crate) struct PreconditionFailed;

const CODE: &str = "precondition_failed";

impl ApiError for PreconditionFailed {
    fn status(&self) -> StatusCode {
        StatusCode::PRECONDITION_FAILED
    }

    fn code(&self) -> Cow<'static, str> {
        CODE.into()
    }

    fn outcomes() -> Vec<Outcome> {
        vec![Outcome::new(StatusCode::PRECONDITION_FAILED, CODE)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Content, Failed, NotModified};

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn conditions(headers: &[(HeaderName, &'static str)]) -> Conditions {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        Conditions::of(&map)
    }

    #[test]
    fn conditions_are_evaluated_in_the_order_of_http() {
        let changed = UNIX_EPOCH + Duration::from_millis(784_111_777_900);
        let both = Validators::new(Some("a".into()), Some(changed)).unwrap();
        let none = Validators::default();
        for (headers, with_both, with_none) in [
            (&[][..], Content, Content),
            (&[(IF_MATCH, "\"a\"")], Content, Failed),
            (&[(IF_MATCH, "\"b\"")], Failed, Failed),
            (&[(IF_MATCH, "\"b\", W/\"c\" ,,\"a\"")], Content, Failed),
            (&[(IF_MATCH, "\"b\""), (IF_MATCH, "\"a\"")], Content, Failed),
            (&[(IF_MATCH, "W/\"a\"")], Failed, Failed),
            (&[(IF_MATCH, "*")], Content, Content),
            (&[(IF_MATCH, "a")], Failed, Failed),
            (&[(IF_MATCH, "")], Failed, Failed),
            (&[(IF_UNMODIFIED_SINCE, BEFORE)], Failed, Content),
            (&[(IF_UNMODIFIED_SINCE, THEN)], Content, Content),
            (&[(IF_UNMODIFIED_SINCE, "yesterday")], Content, Content),
            (
                &[(IF_MATCH, "\"a\""), (IF_UNMODIFIED_SINCE, BEFORE)],
                Content,
                Failed,
            ),
            (&[(IF_NONE_MATCH, "\"a\"")], NotModified, Content),
            (&[(IF_NONE_MATCH, "W/\"a\"")], NotModified, Content),
            (&[(IF_NONE_MATCH, "\"b\"")], Content, Content),
            (&[(IF_NONE_MATCH, "\"b\" x \"a\"")], Content, Content),
            (&[(IF_NONE_MATCH, "\"a")], Content, Content),
            (&[(IF_NONE_MATCH, " * ")], NotModified, NotModified),
            (&[(IF_MODIFIED_SINCE, BEFORE)], Content, Content),
            (&[(IF_MODIFIED_SINCE, THEN)], NotModified, Content),
            (&[(IF_MODIFIED_SINCE, AFTER)], NotModified, Content),
            (
                &[(IF_MODIFIED_SINCE, THEN), (IF_MODIFIED_SINCE, THEN)],
                Content,
                Content,
            ),
            (
                &[(IF_NONE_MATCH, "\"b\""), (IF_MODIFIED_SINCE, AFTER)],
                Content,
                Content,
            ),
            (
                &[(IF_MATCH, "\"b\""), (IF_NONE_MATCH, "\"a\"")],
                Failed,
                Failed,
            ),
        ] {
            let conditions = conditions(headers);
            assert_eq!(conditions.check(&both), with_both, "{headers:?}");
            assert_eq!(conditions.check(&none), with_none, "{headers:?}");
        }
    }

    #[test]
    fn a_range_needs_the_version_that_the_client_has() {
        let changed = UNIX_EPOCH + Duration::from_millis(784_111_777_900);
        let both = Validators::new(Some("a".into()), Some(changed)).unwrap();
        let none = Validators::default();
        for (condition, validators, is_allowed) in [
            ("\"a\"", &both, true),
            ("\"b\"", &both, false),
            ("W/\"a\"", &both, false),
            ("a", &both, false),
            ("", &both, false),
            (THEN, &both, true),
            (AFTER, &both, false),
            (THEN, &none, false),
            ("\"a\"", &none, false),
        ] {
            let value = HeaderValue::from_static(condition);
            assert_eq!(validators.allow(&value), is_allowed, "{condition}");
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
        assert_eq!(validators.etag().as_deref(), Some("\"\""));
    }
}
