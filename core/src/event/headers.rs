//! The headers of an event.

use super::{
    error::shorten,
    json::{Fault, Members, Reader, read},
    shared::share_text,
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION},
};
use std::borrow::Cow;

/// What a browser sends in one request fits without the map having to grow.
const USUAL: usize = 24;

/// Reads the headers; the fault names the header and never quotes its value.
///
/// Where a source sends two maps, `multi` is the truth, and `single` adds the names that are
/// missing there: events written by hand often fill only one of the two.
pub(super) fn headers(
    event: &Bytes,
    single: Option<&str>,
    multi: Option<&str>,
) -> Result<HeaderMap, String> {
    let mut headers = Headers {
        event,
        map: HeaderMap::with_capacity(USUAL),
        missing_only: false,
        fault: None,
    };
    for part in [multi, single].into_iter().flatten() {
        headers.missing_only = !headers.map.is_empty();
        read(part, |value| value.object(&mut headers))
            .map_err(|error| format!("the headers are no readable JSON: {error}"))?;
    }
    match headers.fault {
        Some(fault) => Err(fault),
        None => Ok(headers.map),
    }
}

/// Replaces `cookie` by the cookies that HTTP API 2.0 and function URLs take out of the headers.
pub(super) fn set_cookies(
    event: &Bytes,
    headers: &mut HeaderMap,
    cookies: &str,
) -> Result<(), String> {
    let mut joined: Option<Cow<'_, str>> = None;
    let mut add = |cookie| match &mut joined {
        None => joined = Some(cookie),
        Some(all) => {
            let all = all.to_mut();
            all.push_str("; ");
            all.push_str(&cookie);
        }
    };
    read(cookies, |value| value.each(&mut add))
        .map_err(|error| format!("the cookies are no readable JSON: {error}"))?;
    if let Some(cookies) = joined {
        let cookies = header_value(event, &COOKIE, cookies).ok_or_else(|| bad_value("cookie"))?;
        headers
            .try_insert(COOKIE, cookies)
            .map_err(|_| too_many())?;
    }
    Ok(())
}

struct Headers<'e> {
    event: &'e Bytes,
    map: HeaderMap,
    /// Whether names that are there already are left as they are.
    missing_only: bool,
    /// The first thing that cannot be represented.
    fault: Option<String>,
}

impl<'j> Members<'j> for Headers<'_> {
    fn member(&mut self, name: Cow<'j, str>, value: &mut Reader<'j>) -> Result<(), Fault> {
        if self.missing_only && self.map.contains_key(&*name) {
            return value.skip();
        }
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            value.skip()?;
            self.refuse(|| format!("`{}` is no header name", shorten(&name)));
            return Ok(());
        };
        value.each(|text| match header_value(self.event, &header, text) {
            None => self.refuse(|| bad_value(header.as_str())),
            // `append` panics on more headers than a map can hold.
            Some(value) => {
                if self.map.try_append(&header, value).is_err() {
                    self.refuse(too_many);
                }
            }
        })
    }
}

impl Headers<'_> {
    fn refuse(&mut self, fault: impl FnOnce() -> String) {
        self.fault.get_or_insert_with(fault);
    }
}

/// A value that shares the event's memory; `None` when no header can have it.
fn header_value(event: &Bytes, name: &HeaderName, text: Cow<'_, str>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(share_text(event, text)).ok()?;
    // Keeps credentials out of `Debug`.
    if *name == AUTHORIZATION || *name == COOKIE || *name == PROXY_AUTHORIZATION {
        value.set_sensitive(true);
    }
    Some(value)
}

fn bad_value(name: &str) -> String {
    format!(
        "the value of header `{}` has characters that no header can have",
        shorten(name)
    )
}

fn too_many() -> String {
    String::from("there are more headers than a request can have")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(headers: &HeaderMap) -> Vec<(&str, &str)> {
        let mut listed: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        listed.sort_by_key(|(name, _)| *name);
        listed
    }

    #[test]
    fn the_multi_value_map_is_the_truth_and_the_other_adds_what_it_lacks() {
        let headers = headers(
            &Bytes::new(),
            Some(r#"{"A": "last", "Only": "here"}"#),
            Some(r#"{"a": ["first", "last"], "b": ["1"]}"#),
        )
        .unwrap();
        assert_eq!(
            listed(&headers),
            [("a", "first"), ("a", "last"), ("b", "1"), ("only", "here")]
        );
    }

    #[test]
    fn a_header_under_two_spellings_keeps_both_values() {
        let headers = headers(&Bytes::new(), Some(r#"{"a": "1", "A": "2"}"#), None).unwrap();
        assert_eq!(listed(&headers), [("a", "1"), ("a", "2")]);
    }

    #[test]
    fn what_no_header_can_be_is_refused_by_name() {
        for (json, expected) in [
            (r#"{"x-a": "1\u0000"}"#, "the value of header `x-a`"),
            (
                r#"{"x-a": ["ok", "1\r\nx-b: 2"]}"#,
                "the value of header `x-a`",
            ),
            (r#"{"x a": "1"}"#, "`x a` is no header name"),
            (r#"{"": "1"}"#, "`` is no header name"),
            (r#"{"x\n": "1"}"#, r"`x\n` is no header name"),
        ] {
            let fault = headers(&Bytes::new(), Some(json), None).unwrap_err();
            assert!(fault.starts_with(expected), "{json}: {fault}");
        }
    }

    #[test]
    fn more_headers_than_a_map_can_hold_are_refused() {
        let many: Vec<_> = (0..40_000).map(|i| format!("\"x-{i}\": \"\"")).collect();
        let json = format!("{{{}}}", many.join(","));
        assert_eq!(
            headers(&Bytes::new(), Some(&json), None).unwrap_err(),
            too_many()
        );
    }

    #[test]
    fn cookies_replace_the_cookie_header() {
        let mut headers = headers(&Bytes::new(), Some(r#"{"cookie": "old"}"#), None).unwrap();
        set_cookies(&Bytes::new(), &mut headers, r#"["a=1", "b=2"]"#).unwrap();
        assert_eq!(listed(&headers), [("cookie", "a=1; b=2")]);
        set_cookies(&Bytes::new(), &mut headers, "[]").unwrap();
        assert_eq!(listed(&headers), [("cookie", "a=1; b=2")]);
        assert!(set_cookies(&Bytes::new(), &mut headers, r#"["a=\n"]"#).is_err());
    }

    #[test]
    fn credentials_are_kept_out_of_debug() {
        let headers = headers(
            &Bytes::new(),
            Some(r#"{"Authorization": "Bearer s3cret", "Cookie": "s=s3cret"}"#),
            None,
        )
        .unwrap();
        assert!(!format!("{headers:?}").contains("s3cret"));
    }
}
