//! The result of routing a request, for extractors.

use crate::{Limits, Request, state::States};
use http::{Extensions, Uri};
use smallvec::SmallVec;
use std::{ops::Range, sync::Arc};

/// The route of a request, the values of its parameters and the state of the application.
#[derive(Clone, Debug)]
pub(crate) struct MatchedRoute {
    pub(crate) pattern: Pattern,
    /// The URI that was matched; a later layer may change that of the request.
    pub(crate) uri: Option<Uri>,
    pub(crate) values: Values,
    pub(crate) states: Arc<States>,
}

/// The full path of a route, including nest prefixes; or the prefix of a fallback.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// As written in the macro.
    Route(&'static str),
    /// With a prefix.
    Joined(Arc<str>),
    /// A fallback is not a route; it only has the parameters of its prefix.
    Fallback(Arc<str>),
}

impl Pattern {
    /// The path, unless it is that of a fallback.
    pub(crate) fn route(&self) -> Option<&str> {
        match self {
            Self::Route(path) => Some(path),
            Self::Joined(path) => Some(path),
            Self::Fallback(_) => None,
        }
    }

    /// The text that contains the names of the parameters.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Route(path) => path,
            Self::Joined(path) | Self::Fallback(path) => path,
        }
    }
}

/// What precedes the path of the request in the application that this one is mounted in.
#[derive(Clone, Debug)]
pub(crate) struct MountedAt(pub(crate) String);

/// The values of a route's parameters, rarely more than two. Each has the range of its name in the
/// text of the pattern.
pub(crate) type Values = SmallVec<[(Range<usize>, Value); 2]>;

/// One parameter's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// A range of the path that needs no decoding.
    Plain(Range<usize>),
    /// Percent-decoded.
    Decoded(String),
    /// Percent-decoded to bytes that are not UTF-8.
    NotUtf8,
}

impl MatchedRoute {
    pub(crate) fn of(request: &Request) -> Option<&MatchedRoute> {
        request.extensions().get()
    }

    /// The decoded value of a parameter: `None` if the route has no such parameter, `Some(None)` if
    /// the value is not UTF-8.
    pub(crate) fn param<'r>(&'r self, request: &'r Request, name: &str) -> Option<Option<&'r str>> {
        self.params(request)
            .find_map(|(known, value)| (known == name).then_some(value))
    }

    /// All parameters in the order of the path.
    pub(crate) fn params<'r>(
        &'r self,
        request: &'r Request,
    ) -> impl Iterator<Item = (&'r str, Option<&'r str>)> {
        let path = self.uri.as_ref().unwrap_or(request.uri()).path();
        let pattern = self.pattern.text();
        self.values.iter().map(move |(name, value)| {
            let name = pattern.get(name.clone()).unwrap_or_default();
            let value = match value {
                Value::Plain(range) => path.get(range.clone()),
                Value::Decoded(text) => Some(text.as_str()),
                Value::NotUtf8 => None,
            };
            (name, value)
        })
    }
}

impl MountedAt {
    /// The place of an application that gets this request from another one; `None` if it is not
    /// mounted.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let whole = MatchedRoute::of(request)?.uri.as_ref()?.path();
        let mount = match request.uri().path() {
            "/" => whole.trim_end_matches('/'),
            own => whole.strip_suffix(own)?,
        };
        let outer = request.extensions().get();
        let outer = outer.map_or("", |Self(outer)| outer);
        Some(Self([outer, mount].concat()))
    }
}

/// The values of the application that handles the request, even before its router was reached.
pub(crate) fn states_of(extensions: &Extensions) -> Option<&States> {
    match extensions.get::<MatchedRoute>() {
        Some(matched) => Some(&matched.states),
        None => extensions.get::<Arc<States>>().map(|states| &**states),
    }
}

/// The limits of the application that a request is in; outside of one, the defaults.
pub(crate) fn limits_of(extensions: &Extensions) -> &Limits {
    static DEFAULT: Limits = Limits::DEFAULT;
    states_of(extensions).map_or(&DEFAULT, |states| &states.limits)
}
