//! What is wrong with an event that comes from an HTTP source.

use crate::limits::Exceeded;
use std::borrow::Cow;

/// The error of one part of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rejection {
    Malformed(Cow<'static, str>),
    LimitExceeded(Exceeded),
}

impl From<String> for Rejection {
    fn from(detail: String) -> Self {
        Self::Malformed(detail.into())
    }
}

impl From<&'static str> for Rejection {
    fn from(detail: &'static str) -> Self {
        Self::Malformed(detail.into())
    }
}

impl From<Exceeded> for Rejection {
    fn from(exceeded: Exceeded) -> Self {
        Self::LimitExceeded(exceeded)
    }
}

/// The beginning of a name, escaped for a single line of a log.
pub(super) fn shorten(name: &str) -> String {
    let mut short: String = name.chars().take(40).flat_map(char::escape_debug).collect();
    if name.chars().nth(40).is_some() {
        short.push_str("..");
    }
    short
}
