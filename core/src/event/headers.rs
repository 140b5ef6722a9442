//! The headers of an event.

use super::{
    header_name,
    json::{JsonError, Members, Reader, read},
    rejection::{Rejection, shorten},
    shared::share_text,
};
use crate::{
    Limits,
    limits::{Measure, check_cookies},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE};
use std::borrow::Cow;

/// Enough for the headers of a browser, a CDN and a gateway.
const USUAL: usize = 48;

/// The members of an event that contain headers, parsed in one pass where possible.
///
/// If a source sends two maps, the multi-value map takes precedence, and the other map adds missing
/// names: events written by hand often fill only one of them.
pub(super) struct Headers<'e> {
    event: &'e Bytes,
    pub(super) single: Option<&'e [u8]>,
    pub(super) multi: Option<&'e [u8]>,
    /// The headers parsed so far: those of `multi` if present, otherwise those of `single`.
    read: Option<Map<'e>>,
    /// The names in `single` if it is not parsed yet; empty if they are invalid.
    names: Vec<Cow<'e, [u8]>>,
}

impl<'e> Headers<'e> {
    pub(super) fn new(event: &'e Bytes) -> Self {
        Self {
            event,
            single: None,
            multi: None,
            read: None,
            names: Vec::new(),
        }
    }

    /// Takes the single-value map. It is not parsed if the multi-value map is known to follow.
    pub(super) fn take_single(
        &mut self,
        value: &mut Reader<'e>,
        other_follows: bool,
    ) -> Result<(), JsonError> {
        if self.multi.is_some() || other_follows {
            let mut names = Vec::with_capacity(USUAL);
            let (json, done) = value.both(|value| value.names(|name| names.push(name)))?;
            if done == Ok(false) {
                return Ok(());
            }
            if done.is_err() {
                names.clear();
            }
            (self.single, self.names) = (json, names);
            self.read = self.read.take().filter(|_| self.multi.is_some());
        } else if let Some((json, map)) = self.take(value)? {
            (self.single, self.read) = (Some(json), Some(map));
            self.names.clear();
        }
        Ok(())
    }

    pub(super) fn take_multi(&mut self, value: &mut Reader<'e>) -> Result<(), JsonError> {
        if let Some((json, map)) = self.take(value)? {
            (self.multi, self.read) = (Some(json), Some(map));
        }
        Ok(())
    }

    /// Parses a map. `null` and values that are not objects count as missing.
    fn take(&self, value: &mut Reader<'e>) -> Result<Option<(&'e [u8], Map<'e>)>, JsonError> {
        let mut map = Map::new(self.event);
        let (json, done) = value.both(|value| value.object(&mut map))?;
        let is_map = done != Ok(false);
        map.note(done);
        Ok(json.filter(|_| is_map).map(|json| (json, map)))
    }

    /// Writes all headers. An error has the name of the header, but never its value.
    pub(super) fn finish(self, headers: &mut HeaderMap, limits: &Limits) -> Result<(), Rejection> {
        let single_is_read = self.multi.is_none() && self.read.is_some();
        let mut map = self.read.unwrap_or_else(|| Map::new(self.event));
        if let Some(single) = self.single.filter(|_| !single_is_read)
            && !has_all(&map.map, &self.names)
        {
            map.add_missing(single);
        }
        *headers = map.map;
        match map.error {
            _ if map.overflowed => return Err(too_many(limits)),
            Some(error) => return Err(error.into()),
            None => {}
        }
        if map.cookie_bytes / 2 > limits.cookies {
            check_cookies(headers, limits)?;
        }
        Ok(())
    }
}

/// The cookies that HTTP API 2.0 and function URLs move out of the headers.
pub(super) struct Cookies<'e> {
    joined: Option<Cow<'e, [u8]>>,
    error: Option<JsonError>,
}

/// Enough for a site with a few cookies.
const COOKIES: usize = 512;

impl<'e> Cookies<'e> {
    /// Takes the cookies; `None` if there are none.
    pub(super) fn take(value: &mut Reader<'e>) -> Result<Option<Self>, JsonError> {
        let mut joined = None;
        let (json, done) = value.both(|value| {
            value.each(|cookie| {
                joined = Some(match joined.take() {
                    None => cookie,
                    Some(before) => Cow::Owned(join(before, &cookie)),
                });
            })
        })?;
        let error = done.err();
        let is_present = json.is_some() && (joined.is_some() || error.is_some());
        Ok(is_present.then_some(Self { joined, error }))
    }

    /// Replaces the header `cookie` with the cookies, if there are any.
    pub(super) fn set(
        self,
        event: &Bytes,
        headers: &mut HeaderMap,
        limits: &Limits,
    ) -> Result<(), Rejection> {
        if let Some(error) = self.error {
            return Err(format!("the cookies are not valid JSON: {error}").into());
        }
        if let Some(cookies) = self.joined {
            let value = header_value(event, true, cookies);
            let value = value.ok_or_else(|| bad_value("cookie"))?;
            let length = value.len();
            headers
                .try_insert(COOKIE, value)
                .map_err(|_| too_many(limits))?;
            if length / 2 >= limits.cookies {
                check_cookies(headers, limits)?;
            }
        }
        Ok(())
    }
}

fn join(before: Cow<'_, [u8]>, cookie: &[u8]) -> Vec<u8> {
    let mut all = match before {
        Cow::Owned(all) => all,
        Cow::Borrowed(first) => {
            let mut all = Vec::with_capacity(COOKIES.max(first.len() + cookie.len() + 2));
            all.extend_from_slice(first);
            all
        }
    };
    all.extend_from_slice(b"; ");
    all.extend_from_slice(cookie);
    all
}

struct Map<'e> {
    event: &'e Bytes,
    map: HeaderMap,
    /// The first error.
    error: Option<String>,
    /// Whether there are more headers than a map can hold.
    overflowed: bool,
    /// The length of all `cookie` values with their separators. A cookie has at least two bytes.
    cookie_bytes: usize,
}

impl<'j> Members<'j> for Map<'_> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'j>) -> Result<(), JsonError> {
        let Some((name, is_credential)) = header_name::judged(name) else {
            value.skip()?;
            self.reject(|| {
                format!(
                    "`{}` is not a valid header name",
                    shorten(&String::from_utf8_lossy(name))
                )
            });
            return Ok(());
        };
        // The last value takes the name, so that a single value needs no clone.
        let mut last = None;
        let done = value.attempt(|value| {
            value.each(|text| match header_value(self.event, is_credential, text) {
                None => self.reject(|| bad_value(name.as_str())),
                Some(value) => {
                    if let Some(value) = last.replace(value) {
                        self.append(name.clone(), value);
                    }
                }
            })
        })?;
        if let Some(value) = last {
            self.append(name, value);
        }
        self.note(done);
        Ok(())
    }

    // The following headers are still needed for the error response: `origin`, for example.
    fn nameless(&mut self, error: JsonError, value: &mut Reader<'j>) -> Result<(), JsonError> {
        self.note::<()>(Err(error));
        value.skip()
    }
}

/// Collects the headers of one map that another map does not have.
struct Missing<'m, 'e> {
    known: &'m HeaderMap,
    found: Map<'e>,
}

impl<'j> Members<'j> for Missing<'_, '_> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'j>) -> Result<(), JsonError> {
        match contains(self.known, name) {
            true => value.skip(),
            false => self.found.member(name, value),
        }
    }

    fn nameless(&mut self, error: JsonError, value: &mut Reader<'j>) -> Result<(), JsonError> {
        self.found.nameless(error, value)
    }
}

impl<'e> Map<'e> {
    fn new(event: &'e Bytes) -> Self {
        Self {
            event,
            map: HeaderMap::with_capacity(USUAL),
            error: None,
            overflowed: false,
            cookie_bytes: 0,
        }
    }

    /// Adds the headers whose names are missing. A name that occurs in two spellings keeps both
    /// values.
    fn add_missing(&mut self, json: &[u8]) {
        let mut missing = Missing {
            known: &self.map,
            found: Map::new(self.event),
        };
        let done = read(json, |value| value.object(&mut missing));
        let mut found = missing.found;
        found.note(done);
        self.overflowed |= found.overflowed;
        if let Some(error) = found.error {
            self.reject(|| error);
        }
        for (name, value) in &found.map {
            self.append(name.clone(), value.clone());
        }
    }

    fn append(&mut self, name: HeaderName, value: HeaderValue) {
        if value.is_sensitive() && name == COOKIE {
            self.cookie_bytes += value.len() + 1;
        }
        // `append` panics if there are more headers than a map can hold.
        self.overflowed |= self.map.try_append(name, value).is_err();
    }

    fn note<T>(&mut self, done: Result<T, JsonError>) {
        if let Some(error) = done.err() {
            self.reject(|| format!("the headers are not valid JSON: {error}"));
        }
    }

    fn reject(&mut self, error: impl FnOnce() -> String) {
        self.error.get_or_insert_with(error);
    }
}

/// Whether a map has all the names. A source sends the same names in both maps in the same order.
fn has_all(map: &HeaderMap, names: &[Cow<'_, [u8]>]) -> bool {
    let mut known = map.keys();
    let mut is_known = |name: &[u8]| {
        let next = known.next().map(HeaderName::as_str);
        next.is_some_and(|next| next.as_bytes().eq_ignore_ascii_case(name)) || contains(map, name)
    };
    !names.is_empty() && names.iter().all(|name| is_known(name))
}

fn contains(map: &HeaderMap, name: &[u8]) -> bool {
    header_name::header_name(name).is_some_and(|name| map.contains_key(name))
}

/// A value that shares the memory of the event; `None` if it is invalid.
fn header_value(event: &Bytes, is_credential: bool, text: Cow<'_, [u8]>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(share_text(event, text)).ok()?;
    // Both before and after encoding.
    value.set_sensitive(is_credential);
    Some(value)
}

fn bad_value(name: &str) -> String {
    format!(
        "the value of header `{}` contains invalid characters",
        shorten(name)
    )
}

/// The map cannot hold so many headers, whatever the limit is.
fn too_many(limits: &Limits) -> Rejection {
    Measure::Headers.exceeded(limits.headers, None).into()
}

#[cfg(test)]
mod tests {
    use super::{super::raw_event::RawEvent, *};

    fn fields<'e>(text: &'e str, event: &'e Bytes) -> RawEvent<'e> {
        let mut fields = RawEvent::new(event);
        fields.read(text.as_bytes()).unwrap();
        fields
    }

    /// Parses the headers of two maps, in either order.
    fn headers(single: Option<&str>, multi: Option<&str>) -> Result<HeaderMap, Rejection> {
        let event = Bytes::new();
        let ways = [(false, false), (false, true), (true, false)].map(|(multi_first, defer)| {
            let mut headers = Headers::new(&event);
            for is_multi in [multi_first, !multi_first] {
                let Some(json) = (if is_multi { multi } else { single }) else {
                    continue;
                };
                let taken = read(json.as_bytes(), |value| match is_multi {
                    true => headers.take_multi(value),
                    false => headers.take_single(value, defer),
                });
                taken.unwrap();
            }
            finished(headers)
        });
        let [one, two, three] = ways;
        assert_eq!(one, two);
        assert_eq!(two, three);
        one
    }

    fn finished(headers: Headers<'_>) -> Result<HeaderMap, Rejection> {
        let mut map = HeaderMap::new();
        headers.finish(&mut map, &Limits::default()).map(|()| map)
    }

    fn detail(rejected: Result<HeaderMap, Rejection>) -> String {
        match rejected {
            Err(Rejection::Malformed(detail)) => detail.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn listed(headers: &HeaderMap) -> Vec<(&str, &str)> {
        let mut listed: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        listed.sort_by_key(|(name, _)| *name);
        listed
    }

    #[test]
    fn the_multi_value_map_wins_and_the_other_completes_it() {
        let headers = headers(
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
    fn a_null_or_duplicate_map_is_ignored() {
        let event = Bytes::new();
        for (text, expected) in [
            (r#"{"headers": {"a": "1"}, "multiValueHeaders": null}"#, "1"),
            (
                r#"{"headers": null, "multiValueHeaders": {"a": ["1"]}}"#,
                "1",
            ),
            (r#"{"headers": {"a": "1"}, "headers": {"a": "2"}}"#, "2"),
            (
                r#"{"headers": {"a": "1"}, "resource": "", "headers": {"a": "2"}}"#,
                "2",
            ),
            (
                r#"{"multiValueHeaders": {"a": "1"}, "headers": {"a": "3"}, "multiValueHeaders": {"a": "2"}}"#,
                "2",
            ),
            (
                r#"{"multiValueHeaders": {"a": "1"}, "headers": {"a": "2"}, "multiValueHeaders": null}"#,
                "1",
            ),
            (r#"{"headers": {"a": "1"}, "headers": null}"#, "1"),
            (r#"{"headers": {"a": "1"}, "headers": []}"#, "1"),
            (
                r#"{"resource": "", "headers": {"a": "1"}, "headers": null}"#,
                "1",
            ),
            (
                r#"{"multiValueHeaders": {"b": []}, "headers": {"a": "1"}, "headers": null}"#,
                "1",
            ),
        ] {
            let fields = fields(text, &event);
            let headers = finished(fields.headers).unwrap();
            assert_eq!(listed(&headers), [("a", expected)], "{text}");
        }
    }

    #[test]
    fn the_last_of_two_maps_has_the_names() {
        let event = Bytes::new();
        let text = r#"{"multiValueHeaders": {}, "headers": {"a": "1"}, "multiValueHeaders": null,
            "headers": {"b": "2"}, "multiValueHeaders": {"a": ["3"]}}"#;
        let headers = finished(fields(text, &event).headers).unwrap();
        assert_eq!(listed(&headers), [("a", "3"), ("b", "2")]);
    }

    #[test]
    fn a_lone_surrogate_is_an_error_of_the_headers() {
        let event = Bytes::new();
        for name in ["headers", "multiValueHeaders"] {
            let text = format!(r#"{{"{name}": {{"a": ["1", "\ud800", "2"]}}, "path": "/"}}"#);
            let fields = fields(&text, &event);
            assert_eq!(fields.path.as_deref(), Some("/"));
            let error = detail(finished(fields.headers));
            assert!(
                error.starts_with("the headers are not valid JSON"),
                "{error}"
            );
        }
    }

    #[test]
    fn headers_behind_one_that_cannot_be_read_are_read() {
        let event = Bytes::new();
        for odd in [
            r#""x": "\ud800""#,
            r#""x": ["1", "\ud800", "2"]"#,
            r#""\ud800": ["1"]"#,
            r#""x": "\n""#,
            r#""x y": "1""#,
        ] {
            for text in [
                format!(r#"{{"headers": {{{odd}, "origin": "https://a.example"}}}}"#),
                format!(r#"{{"multiValueHeaders": {{{odd}, "origin": ["https://a.example"]}}}}"#),
                format!(
                    r#"{{"multiValueHeaders": {{"a": ["1"]}},
                        "headers": {{{odd}, "origin": "https://a.example"}}}}"#
                ),
            ] {
                let mut headers = HeaderMap::new();
                let done = fields(&text, &event)
                    .headers
                    .finish(&mut headers, &Limits::default());
                assert!(matches!(done, Err(Rejection::Malformed(_))), "{text}");
                assert_eq!(headers["origin"], "https://a.example", "{text}");
            }
        }
    }

    #[test]
    fn a_header_under_two_spellings_keeps_both_values() {
        let twice = r#"{"a": "1", "A": "2"}"#;
        for (single, multi) in [
            (Some(twice), None),
            (None, Some(twice)),
            (Some(twice), Some("{}")),
            (Some(r#"{"a": "2"}"#), Some(r#"{"A": ["1"], "a": ["2"]}"#)),
        ] {
            let headers = headers(single, multi).unwrap();
            assert_eq!(listed(&headers), [("a", "1"), ("a", "2")], "{multi:?}");
        }
        let headers = headers(Some(twice), Some(r#"{"b": ["3"]}"#)).unwrap();
        assert_eq!(listed(&headers), [("a", "1"), ("a", "2"), ("b", "3")]);
    }

    #[test]
    fn invalid_headers_are_rejected_by_name() {
        for (json, expected) in [
            (r#"{"x-a": "1\u0000"}"#, "the value of header `x-a`"),
            (
                r#"{"x-a": ["ok", "1\r\nx-b: 2"]}"#,
                "the value of header `x-a`",
            ),
            (r#"{"x a": "1"}"#, "`x a` is not a valid header name"),
            (r#"{"": "1"}"#, "`` is not a valid header name"),
            (r#"{"x\n": "1"}"#, r"`x\n` is not a valid header name"),
        ] {
            let error = detail(headers(Some(json), None));
            assert!(error.starts_with(expected), "{json}: {error}");
        }
    }

    #[test]
    fn more_headers_than_a_map_can_hold_are_rejected() {
        let many: Vec<_> = (0..40_000).map(|i| format!("\"x-{i}\": \"\"")).collect();
        let json = format!("{{{}}}", many.join(","));
        let rejected = headers(Some(&json), None);
        assert_eq!(rejected, Err(too_many(&Limits::default())));
    }

    #[test]
    fn cookies_replace_the_cookie_header() {
        let limits = Limits::default();
        let mut headers = headers(Some(r#"{"cookie": "old"}"#), None).unwrap();
        let mut set = |json: &str| {
            let cookies = read(json.as_bytes(), Cookies::take).unwrap();
            let done = cookies.map_or(Ok(()), |cookies| {
                cookies.set(&Bytes::new(), &mut headers, &limits)
            });
            (done, headers["cookie"].to_str().unwrap().to_owned())
        };
        for (json, expected) in [
            ("null", "old"),
            (r#"["a=1", "b=2", "c=3"]"#, "a=1; b=2; c=3"),
            ("[]", "a=1; b=2; c=3"),
            (r#"["a=\u0031", "b=2"]"#, "a=1; b=2"),
        ] {
            assert_eq!(set(json), (Ok(()), expected.to_owned()), "{json}");
        }
        for json in [r#"["a=\n"]"#, r#"["a", "\ud800"]"#] {
            assert!(set(json).0.is_err(), "{json}");
        }
    }

    #[test]
    fn credentials_are_kept_out_of_debug() {
        let headers = headers(
            Some(r#"{"Authorization": "Bearer s3cret", "Cookie": "s=s3cret"}"#),
            None,
        )
        .unwrap();
        assert!(!format!("{headers:?}").contains("s3cret"));
    }
}
