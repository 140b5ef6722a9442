//! Resolves links: from a handler and a request to the path that clients write.
//!
//! Only generated code that makes a link refers to this module, so a program without links carries
//! none of its code.

use crate::{
    Error, Invocation, Request,
    endpoint::Route,
    event::Source,
    matched_route::{MatchedRoute, MountedAt, Pattern, states_of},
    response::{Link, LinkValue, Target, encode_sent},
    router::{Router, parameter, under},
};
use std::cmp::Reverse;

/// A handler and its path, without the rest of the [`Route`].
#[derive(Debug)]
#[doc(hidden)]
pub struct LinkTarget {
    pub module: &'static str,
    pub name: &'static str,
    pub file: &'static str,
    pub line: u32,
    pub path: &'static str,
}

/// The link to a handler, with the values of the parameters of its path.
#[doc(hidden)]
pub fn link<const N: usize>(target: &'static LinkTarget, values: [LinkValue; N]) -> Link {
    Link::new(target, values.into())
}

impl LinkTarget {
    fn is_of(&self, route: &Route) -> bool {
        self.line == route.line
            && self.name == route.name
            && self.module == route.module
            && self.file == route.file
    }
}

impl Target for LinkTarget {
    fn handler(&self) -> (&'static str, &'static str, &'static str, u32) {
        (self.module, self.name, self.file, self.line)
    }

    fn path(&self) -> &'static str {
        self.path
    }

    fn resolve(&self, link: &Link, request: &Request) -> Result<String, Error> {
        let states = states_of(request.extensions());
        let router = states.and_then(|states| states.router.as_ref());
        let router: &Router = router
            .and_then(|router| router.downcast_ref())
            .ok_or_else(|| Error::msg("the request was not routed by an `App`"))?;
        let here = Here::of(request, router);
        let prefix = nearest(self, &here, router, link)?;
        let mut path = String::new();
        encode_sent(&mut path, Invocation::of(request).path_prefix());
        if let Some(MountedAt(mount)) = request.extensions().get() {
            encode_sent(&mut path, mount);
        }
        write_prefix(&mut path, &prefix, &here, link)?;
        if self.path != "/" || prefix.text.is_empty() {
            write_path(&mut path, self.path, &here, link)?;
        }
        path.push_str(link.encoded_query()?);
        Ok(path)
    }
}

/// The place of a request: its path, and the pattern of its route or of the fallback, if it has one.
struct Here<'r> {
    pattern: Option<&'r str>,
    path: &'r str,
    /// The gateway decodes a path before the function gets it.
    is_decoded: bool,
}

impl<'r> Here<'r> {
    /// Before the router, it is the route that the request will have.
    fn of(request: &'r Request, router: &'r Router) -> Self {
        let source = Invocation::of(request).source();
        let (pattern, path) = match MatchedRoute::of(request) {
            Some(matched) => {
                let uri = matched.uri.as_ref().unwrap_or(request.uri());
                (Some(&matched.pattern), uri.path())
            }
            None => {
                let path = request.uri().path();
                (router.pattern_of(request.method(), path), path)
            }
        };
        Self {
            pattern: pattern.map(Pattern::text),
            path,
            is_decoded: matches!(source, Some(Source::HttpApi | Source::HttpApiV1)),
        }
    }

    /// The number of segments that a prefix shares with the pattern. Without one, a prefix is shared if the
    /// path is under it.
    fn shared(&self, prefix: &str) -> usize {
        let Some(pattern) = self.pattern else {
            let is_over = under(prefix, self.path).is_some();
            return if is_over { segments(prefix).count() } else { 0 };
        };
        let pairs = segments(prefix).zip(segments(pattern));
        pairs.take_while(|(one, other)| one == other).count()
    }
}

/// The prefix of a nested API that has the route.
struct Prefix<'r> {
    text: &'r str,
    /// The number of its first segments that are also those of the request's route.
    shared: usize,
}

/// The segments of a path or a prefix, without the slashes.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

/// Of the prefixes with all parameters that the link sets, or else of all, the one that shares most with
/// the request. Of several, the one with the shortest rest; then the one that was added first.
fn nearest<'r>(
    target: &LinkTarget,
    here: &Here<'_>,
    router: &'r Router,
    link: &Link,
) -> Result<Prefix<'r>, Error> {
    let patterns = router.patterns_of(|route| target.is_of(route));
    let prefixes = patterns.filter_map(|pattern| match (pattern, target.path) {
        (Pattern::Route(_), _) => Some(""),
        (joined, "/") => Some(joined.text()),
        (joined, own) => joined.text().strip_suffix(own),
    });
    // The least is the nearest one, and of several the first one.
    let nearest = prefixes.min_by_key(|prefix| {
        let has_all = link.prefix().all(|(name, _)| has(prefix, name));
        let shared = here.shared(prefix);
        (!has_all, Reverse(shared), segments(prefix).count())
    });
    let nearest = nearest.map(|text| Prefix {
        text,
        shared: here.shared(text),
    });
    nearest.ok_or_else(|| {
        Error::msg(format!(
            "no such route is mounted: `{}` is not in the `routes` of this API",
            target.name
        ))
    })
}

/// Whether a prefix has a parameter.
fn has(prefix: &str, name: &str) -> bool {
    let mut names = segments(prefix).filter_map(parameter);
    names.any(|(known, _)| known == name)
}

fn write_prefix(
    path: &mut String,
    prefix: &Prefix<'_>,
    here: &Here<'_>,
    link: &Link,
) -> Result<(), Error> {
    let text = prefix.text;
    for (name, _) in link.prefix() {
        if !has(text, name) {
            let prefix = match text {
                "" => "the route has no prefix, and so".to_owned(),
                text => format!("the prefix `{text}` of the route has"),
            };
            return Err(Error::msg(format!(
                "{prefix} no parameter `{name}`, which `with` sets"
            )));
        }
    }
    let mut sent = segments(here.path);
    for (index, segment) in segments(text).enumerate() {
        let sent = sent.next().filter(|_| index < prefix.shared);
        path.push('/');
        let Some((name, _)) = parameter(segment) else {
            path.push_str(segment);
            continue;
        };
        let given = link.prefix().find(|(known, _)| *known == name);
        match (given, sent) {
            (Some((_, value)), _) => write(path, (name, false), value, here)?,
            (None, Some(sent)) => encode_sent(path, sent),
            (None, None) => {
                return Err(Error::msg(format!(
                    "the prefix `{text}` of the route has the parameter `{name}`, which the path of \
                     this request does not have: set it, `.with({name:?}, ..)`"
                )));
            }
        }
    }
    Ok(())
}

/// Appends the path of a handler.
fn write_path(path: &mut String, own: &str, here: &Here<'_>, link: &Link) -> Result<(), Error> {
    let mut values = link.values();
    for segment in segments(own) {
        path.push('/');
        match parameter(segment) {
            None => path.push_str(segment),
            Some((name, greedy)) => {
                let value = values.next();
                let value = value.ok_or_else(|| {
                    Error::msg(format!("the link has no value for the parameter `{name}`"))
                })?;
                write(path, (name, greedy), value, here)?;
            }
        }
    }
    Ok(())
}

fn write(
    path: &mut String,
    (name, greedy): (&str, bool),
    value: &LinkValue,
    here: &Here<'_>,
) -> Result<(), Error> {
    let lost = value.lost_if_decoded(greedy).filter(|_| here.is_decoded);
    let written = match lost {
        Some(error) => Err(error),
        None => value.write(path, greedy),
    };
    written.map_err(|error| {
        Error::msg(format!(
            "the value of the parameter `{name}` is invalid: {error}"
        ))
    })
}
