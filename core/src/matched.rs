//! What the router found out about a request, for extractors.

use crate::{Request, state::States};
use http::Uri;
use smallvec::SmallVec;
use std::{ops::Range, sync::Arc};

/// The route of a request, the values of its parameters and the state of the application.
#[derive(Clone, Debug)]
pub(crate) struct Matched {
    pub(crate) pattern: Arc<Pattern>,
    /// The URI as it was matched, where a later layer may change the request's own.
    pub(crate) uri: Option<Uri>,
    pub(crate) values: Values,
    pub(crate) states: Arc<States>,
}

/// The full path of a route, nest prefixes included; empty where a fallback answers.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) path: String,
    pub(crate) names: Vec<String>,
}

/// The values of a route's parameters: hardly ever more than two.
pub(crate) type Values = SmallVec<[Value; 2]>;

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
        self.pattern
            .names
            .iter()
            .zip(&self.values)
            .map(move |(name, value)| {
                let value = match value {
                    Value::Plain(range) => path.get(range.clone()),
                    Value::Decoded(text) => Some(text.as_str()),
                    Value::NotUtf8 => None,
                };
                (name.as_str(), value)
            })
    }
}
