//! What the router found out about a request, for extractors.

use crate::{Request, state::States};
use http::Uri;
use smallvec::SmallVec;
use std::{ops::Range, sync::Arc};

/// The route of a request, the values of its parameters and the state of the application.
#[derive(Clone, Debug)]
pub(crate) struct Matched {
    pub(crate) pattern: Pattern,
    /// The URI as it was matched, where a later layer may change the request's own.
    pub(crate) uri: Option<Uri>,
    pub(crate) values: Values,
    pub(crate) states: Arc<States>,
}

/// The full path of a route, nest prefixes included; or the prefix of a fallback.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    /// As the macro has it.
    Route(&'static str),
    /// Behind a prefix.
    Joined(Arc<str>),
    /// A fallback is no route: it has the parameters of its prefix.
    Fallback(Arc<str>),
}

impl Pattern {
    /// The path, if it is that of a route.
    pub(crate) fn route(&self) -> Option<&str> {
        match self {
            Self::Route(path) => Some(path),
            Self::Joined(path) => Some(path),
            Self::Fallback(_) => None,
        }
    }

    /// What the names of the parameters stand in.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Route(path) => path,
            Self::Joined(path) | Self::Fallback(path) => path,
        }
    }
}

/// The values of a route's parameters: hardly ever more than two. Each has the place of its name in
/// the text of the pattern.
pub(crate) type Values = SmallVec<[(Range<usize>, Value); 2]>;

/// One parameter's value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// As it stands in the path: nothing to decode.
    Plain(Range<usize>),
    /// Percent-decoded.
    Decoded(String),
    /// Percent-decoded to bytes that are no UTF-8.
    NotUtf8,
}

impl Matched {
    pub(crate) fn of(request: &Request) -> Option<&Matched> {
        request.extensions().get()
    }

    /// The decoded value of a parameter: `None` when the route has no such parameter,
    /// `Some(None)` when the value is no UTF-8.
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
