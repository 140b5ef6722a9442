//! What the router keeps of a route.

use crate::{
    BoxFuture, Request, Response,
    auth::Policy,
    endpoint::Route,
    matched_route::{Pattern, Value},
    middleware::Next,
    path_shape::MOST_SEGMENTS,
};
use percent_encoding::percent_decode_str;
use std::{fmt, sync::Arc, time::Duration};

/// An endpoint with its access policy.
pub(crate) struct Entry {
    pub(crate) pattern: Pattern,
    /// The access policy; `None` if everyone has access.
    pub(crate) policy: Option<Arc<Policy>>,
    pub(crate) way: Way,
    pub(crate) origin: Origin,
}

/// The services that an authorized request passes through.
#[derive(Clone)]
pub(crate) struct Way {
    /// The layers of the `Api` that the route belongs to, around the target.
    pub(crate) gate: Option<Next>,
    pub(crate) target: Target,
    /// The timeout of the route.
    pub(crate) timeout: Option<Duration>,
}

/// The handler or service of an endpoint.
#[derive(Clone)]
pub(crate) enum Target {
    /// A handler without layers of its own.
    Handler(for<'r> fn(&'r Request) -> BoxFuture<'r, Response>),
    /// Anything else.
    Service(Next),
}

/// The handler or service, for messages: name and source line.
#[derive(Clone)]
pub(crate) enum Origin {
    Route(&'static Route),
    Service(Arc<str>),
}

/// Why a route cannot be inserted.
pub(crate) enum Conflict {
    /// Another route has the same method and path.
    Taken(Origin),
    /// It has too many segments.
    TooLong,
}

impl Conflict {
    pub(crate) fn describe(&self, origin: &Origin, method: &str, path: &str) -> String {
        match self {
            Conflict::Taken(other) => format!("{other} and {origin} both handle {method} {path}"),
            Conflict::TooLong => {
                format!("{origin}: the path `{path}` has more than {MOST_SEGMENTS} segments")
            }
        }
    }
}

impl fmt::Display for Origin {
    /// `orders::get (src/orders.rs:12)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(route) => write!(
                f,
                "`{}::{}` ({}:{})",
                route.module, route.name, route.file, route.line
            ),
            Self::Service(text) => f.write_str(text),
        }
    }
}

/// A parameter's value, percent-decoded. This happens after matching, so that an encoded `/` does
/// not split a segment.
pub(super) fn value(path: &str, part: &str) -> Value {
    if part.contains('%') {
        match percent_decode_str(part).decode_utf8() {
            Ok(text) => Value::Decoded(text.into_owned()),
            Err(_) => Value::NotUtf8,
        }
    } else {
        // `part` is a slice of `path`, so its position follows from the two addresses.
        let start = (part.as_ptr() as usize).wrapping_sub(path.as_ptr() as usize);
        Value::Plain(start..start.saturating_add(part.len()))
    }
}
