//! The headers of an event.

use super::{
    error::{Refusal, shorten},
    header_name,
    json::{Fault, Members, Reader, read},
    shared::share_text,
};
use crate::{
    Limits,
    limits::{Measure, check_cookies},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header::COOKIE};
use std::borrow::Cow;

/// What a browser sends through CDN and gateway fits without the map having to grow.
const USUAL: usize = 48;

/// The members of an event that hold headers, read where they stand as far as it makes sense.
///
/// Where a source sends two maps, the one with several values for each name is the truth, and the
/// other one adds the names that are missing there: events written by hand often fill only one of
/// the two.
pub(super) struct Headers<'e> {
    event: &'e Bytes,
    pub(super) single: Option<&'e [u8]>,
    pub(super) multi: Option<&'e [u8]>,
    /// What has been read so far: `multi` if that is there, `single` otherwise.
    read: Option<Map<'e>>,
    /// The names of `single`, where it is unread; none where they cannot be read.
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

    /// Takes the map of single values; unread, if it is known that the other one will follow.
    pub(super) fn take_single(
        &mut self,
        value: &mut Reader<'e>,
        other_follows: bool,
    ) -> Result<(), Fault> {
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

    pub(super) fn take_multi(&mut self, value: &mut Reader<'e>) -> Result<(), Fault> {
        if let Some((json, map)) = self.take(value)? {
            (self.multi, self.read) = (Some(json), Some(map));
        }
        Ok(())
    }

    /// A map, if there is one: `null`, and what is no object, is none.
    fn take(&self, value: &mut Reader<'e>) -> Result<Option<(&'e [u8], Map<'e>)>, Fault> {
        let mut map = Map::new(self.event);
        let (json, done) = value.both(|value| value.object(&mut map))?;
        let is_map = done != Ok(false);
        map.note(done);
        Ok(json.filter(|_| is_map).map(|json| (json, map)))
    }

    /// Puts all headers where they belong; the fault names the header and never quotes its value.
    pub(super) fn finish(self, headers: &mut HeaderMap, limits: &Limits) -> Result<(), Refusal> {
        let single_is_read = self.multi.is_none() && self.read.is_some();
        let mut map = self.read.unwrap_or_else(|| Map::new(self.event));
        if let Some(single) = self.single.filter(|_| !single_is_read)
            && !has_all(&map.map, &self.names)
        {
            map.add_missing(single);
        }
        *headers = map.map;
        match map.fault {
            _ if map.overflowed => return Err(too_many(limits)),
            Some(fault) => return Err(fault.into()),
            None => {}
        }
        if map.cookie_bytes / 2 > limits.cookies {
            check_cookies(headers, limits)?;
        }
        Ok(())
    }
}

/// The cookies that HTTP API 2.0 and function URLs take out of the headers.
pub(super) struct Cookies<'e> {
    joined: Option<Cow<'e, [u8]>>,
    fault: Option<Fault>,
}

/// What a browser sends to a site that has a few cookies.
const COOKIES: usize = 512;

impl<'e> Cookies<'e> {
    /// Takes them; `None` when there are none.
    pub(super) fn take(value: &mut Reader<'e>) -> Result<Option<Self>, Fault> {
        let mut joined = None;
        let (json, done) = value.both(|value| {
            value.each(|cookie| {
                joined = Some(match joined.take() {
                    None => cookie,
                    Some(before) => Cow::Owned(join(before, &cookie)),
                });
            })
        })?;
        let fault = done.err();
        let is_there = json.is_some() && (joined.is_some() || fault.is_some());
        Ok(is_there.then_some(Self { joined, fault }))
    }

    /// Replaces the header `cookie` by them, if there are any.
    pub(super) fn set(
        self,
        event: &Bytes,
        headers: &mut HeaderMap,
        limits: &Limits,
    ) -> Result<(), Refusal> {
        if let Some(fault) = self.fault {
            return Err(format!("the cookies are no readable JSON: {fault}").into());
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
    /// The first thing that cannot be represented.
    fault: Option<String>,
    /// Whether there are more headers than a map can hold.
    overflowed: bool,
    /// How long the values of `cookie` are together, and what separates them: a cookie has two
    /// bytes of that at least.
    cookie_bytes: usize,
}

impl<'j> Members<'j> for Map<'_> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'j>) -> Result<(), Fault> {
        let Some((name, is_credential)) = header_name::judged(name) else {
            value.skip()?;
            self.refuse(|| {
                format!(
                    "`{}` is no header name",
                    shorten(&String::from_utf8_lossy(name))
                )
            });
            return Ok(());
        };
        // The last value takes the name along, and most are the only one.
        let mut last = None;
        let done = value.attempt(|value| {
            value.each(|text| match header_value(self.event, is_credential, text) {
                None => self.refuse(|| bad_value(name.as_str())),
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

    // The headers behind it are those of the response as well: the origin of the page, for one.
    fn nameless(&mut self, fault: Fault, value: &mut Reader<'j>) -> Result<(), Fault> {
        self.note::<()>(Err(fault));
        value.skip()
    }
}

/// The headers of one map that another one lacks.
struct Missing<'m, 'e> {
    known: &'m HeaderMap,
    found: Map<'e>,
}

impl<'j> Members<'j> for Missing<'_, '_> {
    fn member(&mut self, name: &[u8], value: &mut Reader<'j>) -> Result<(), Fault> {
        match contains(self.known, name) {
            true => value.skip(),
            false => self.found.member(name, value),
        }
    }

    fn nameless(&mut self, fault: Fault, value: &mut Reader<'j>) -> Result<(), Fault> {
        self.found.nameless(fault, value)
    }
}

impl<'e> Map<'e> {
    fn new(event: &'e Bytes) -> Self {
        Self {
            event,
            map: HeaderMap::with_capacity(USUAL),
            fault: None,
            overflowed: false,
            cookie_bytes: 0,
        }
    }

    /// Adds the headers of another map whose names are not there. One that is there only, in two
    /// spellings, keeps the values of both.
    fn add_missing(&mut self, json: &[u8]) {
        let mut missing = Missing {
            known: &self.map,
            found: Map::new(self.event),
        };
        let done = read(json, |value| value.object(&mut missing));
        let mut found = missing.found;
        found.note(done);
        self.overflowed |= found.overflowed;
        if let Some(fault) = found.fault {
            self.refuse(|| fault);
        }
        for (name, value) in &found.map {
            self.append(name.clone(), value.clone());
        }
    }

    fn append(&mut self, name: HeaderName, value: HeaderValue) {
        if value.is_sensitive() && name == COOKIE {
            self.cookie_bytes += value.len() + 1;
        }
        // `append` panics on more headers than a map can hold.
        self.overflowed |= self.map.try_append(name, value).is_err();
    }

    fn note<T>(&mut self, done: Result<T, Fault>) {
        if let Some(fault) = done.err() {
            self.refuse(|| format!("the headers are no readable JSON: {fault}"));
        }
    }

    fn refuse(&mut self, fault: impl FnOnce() -> String) {
        self.fault.get_or_insert_with(fault);
    }
}

/// Whether a map has all of some names: a source sends the same ones in both maps, in the same
/// order.
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

/// A value that shares the event's memory; `None` when no header can have it.
fn header_value(event: &Bytes, is_credential: bool, text: Cow<'_, [u8]>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_maybe_shared(share_text(event, text)).ok()?;
    // Keeps credentials out of `Debug`.
    value.set_sensitive(is_credential);
    Some(value)
}

fn bad_value(name: &str) -> String {
    format!(
        "the value of header `{}` has characters that no header can have",
        shorten(name)
    )
}

/// More than a map can hold, however many are let through.
fn too_many(limits: &Limits) -> Refusal {
    Measure::Headers.exceeded(limits.headers, None).into()
}

#[cfg(test)]
mod tests {
    use super::{super::fields::Fields, *};

    fn fields<'e>(text: &'e str, event: &'e Bytes) -> Fields<'e> {
        let mut fields = Fields::new(event);
        fields.read(text.as_bytes()).unwrap();
        fields
    }

    /// The headers of two maps, which come in either order.
    fn headers(single: Option<&str>, multi: Option<&str>) -> Result<HeaderMap, Refusal> {
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

    fn finished(headers: Headers<'_>) -> Result<HeaderMap, Refusal> {
        let mut map = HeaderMap::new();
        headers.finish(&mut map, &Limits::default()).map(|()| map)
    }

    fn detail(refused: Result<HeaderMap, Refusal>) -> String {
        match refused {
            Err(Refusal::Malformed(detail)) => detail.into_owned(),
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
    fn the_multi_value_map_is_the_truth_and_the_other_adds_what_it_lacks() {
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
    fn a_map_that_is_null_or_stands_twice_does_not_count() {
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
    fn the_names_of_a_map_that_stands_twice_are_those_of_the_last() {
        let event = Bytes::new();
        let text = r#"{"multiValueHeaders": {}, "headers": {"a": "1"}, "multiValueHeaders": null,
            "headers": {"b": "2"}, "multiValueHeaders": {"a": ["3"]}}"#;
        let headers = finished(fields(text, &event).headers).unwrap();
        assert_eq!(listed(&headers), [("a", "3"), ("b", "2")]);
    }

    #[test]
    fn half_of_a_surrogate_pair_is_a_fault_of_the_headers_only() {
        let event = Bytes::new();
        for name in ["headers", "multiValueHeaders"] {
            let text = format!(r#"{{"{name}": {{"a": ["1", "\ud800", "2"]}}, "path": "/"}}"#);
            let fields = fields(&text, &event);
            assert_eq!(fields.path.as_deref(), Some("/"));
            let fault = detail(finished(fields.headers));
            assert!(
                fault.starts_with("the headers are no readable JSON"),
                "{fault}"
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
                assert!(matches!(done, Err(Refusal::Malformed(_))), "{text}");
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
            let fault = detail(headers(Some(json), None));
            assert!(fault.starts_with(expected), "{json}: {fault}");
        }
    }

    #[test]
    fn more_headers_than_a_map_can_hold_are_refused() {
        let many: Vec<_> = (0..40_000).map(|i| format!("\"x-{i}\": \"\"")).collect();
        let json = format!("{{{}}}", many.join(","));
        let refused = headers(Some(&json), None);
        assert_eq!(refused, Err(too_many(&Limits::default())));
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
