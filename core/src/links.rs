//! Resolves links: from a handler and a request to the path that clients write.
//!
//! Only generated code that makes a link refers to this module, so a program without links carries
//! none of its code.

use crate::{
    Error, Invocation, Request,
    endpoint::Route,
    matched_route::{MatchedRoute, MountedAt, states_of},
    response::{Link, LinkValue, Target},
    router::{Router, parameter},
};

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
        let prefix = nearest(self, &here, router)?;
        let mut path = Invocation::of(request).path_prefix().to_owned();
        if let Some(MountedAt(mount)) = request.extensions().get() {
            path.push_str(mount);
        }
        write_prefix(&mut path, &prefix, &here, link)?;
        if self.path != "/" || prefix.text.is_empty() {
            write_path(&mut path, self.path, link)?;
        }
        path.push_str(link.encoded_query()?);
        Ok(path)
    }
}

/// The place of a request: its path, and the pattern of its route or of the fallback.
struct Here<'r> {
    pattern: &'r str,
    path: &'r str,
}

impl<'r> Here<'r> {
    /// Before the router, it is the route that the request will have.
    fn of(request: &'r Request, router: &'r Router) -> Self {
        match MatchedRoute::of(request) {
            Some(matched) => Self {
                pattern: matched.pattern.text(),
                path: matched.uri.as_ref().unwrap_or(request.uri()).path(),
            },
            None => {
                let path = request.uri().path();
                let pattern = router.pattern_of(request.method(), path);
                Self {
                    pattern: pattern.map_or("", |pattern| pattern.text()),
                    path,
                }
            }
        }
    }

    /// The number of segments that a prefix shares with the pattern.
    fn shared(&self, prefix: &str) -> usize {
        let pairs = segments(prefix).zip(segments(self.pattern));
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

/// The prefix that shares most with the request. Of several, the one with the shortest rest; then the
/// one that was added first.
fn nearest<'r>(
    target: &LinkTarget,
    here: &Here<'_>,
    router: &'r Router,
) -> Result<Prefix<'r>, Error> {
    let paths = router.paths_of(|route| target.is_of(route));
    let prefixes = paths.filter_map(|path| match target.path {
        "/" if path == "/" => Some(""),
        "/" => Some(path),
        own => path.strip_suffix(own),
    });
    let mut nearest: Option<(Prefix<'r>, usize)> = None;
    for text in prefixes {
        let shared = here.shared(text);
        let rest = segments(text).count() - shared.min(segments(text).count());
        let is_nearer = nearest.as_ref().is_none_or(|(known, known_rest)| {
            shared > known.shared || shared == known.shared && rest < *known_rest
        });
        if is_nearer {
            nearest = Some((Prefix { text, shared }, rest));
        }
    }
    let nearest = nearest.map(|(prefix, _)| prefix);
    nearest.ok_or_else(|| {
        Error::msg(format!(
            "no such route is mounted: `{}` is not in the `routes` of this API",
            target.name
        ))
    })
}

fn write_prefix(
    path: &mut String,
    prefix: &Prefix<'_>,
    here: &Here<'_>,
    link: &Link,
) -> Result<(), Error> {
    let text = prefix.text;
    for (name, _) in link.prefix() {
        let names = segments(text).filter_map(parameter);
        if !names.into_iter().any(|(known, _)| known == name) {
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
            (Some((_, value)), _) => write(path, name, false, value)?,
            // It is encoded already.
            (None, Some(sent)) => path.push_str(sent),
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
fn write_path(path: &mut String, own: &str, link: &Link) -> Result<(), Error> {
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
                write(path, name, greedy, value)?;
            }
        }
    }
    Ok(())
}

fn write(path: &mut String, name: &str, greedy: bool, value: &LinkValue) -> Result<(), Error> {
    value.write(path, greedy).map_err(|error| {
        Error::msg(format!(
            "the value of the parameter `{name}` is invalid: {error}"
        ))
    })
}
