//! Why an event is no request.

use super::{fields, hint::hint};
use crate::{Invocation, Problem, Request, error::framework, limits::Exceeded};
use serde::de::IgnoredAny;
use std::{borrow::Cow, fmt};

/// Why an event is no request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The event comes from no HTTP source.
    #[error(transparent)]
    NotHttp(NotHttp),
    /// The event comes from an HTTP source, and cannot be represented as a request. The reply is
    /// a 400.
    #[error("the event cannot be read as a request: {detail}")]
    Malformed {
        /// The invocation, to reply to.
        invocation: Box<Invocation>,
        /// What is wrong, for the log and the client; it never quotes a value of the request.
        detail: String,
        /// What is known of the request, for the reply: the headers that could be read, and, unless
        /// it is the fault, the method. The body is empty.
        head: Box<Request>,
    },
    /// The event comes from an HTTP source, and brings more than the
    /// [limits](crate::Limits) let through.
    #[error(transparent)]
    OverLimit(Box<OverLimit>),
}

impl DecodeError {
    /// What to reply to, and with what; the error itself when it comes from no HTTP source.
    pub(crate) fn into_parts(self) -> Result<(Invocation, Request, Problem), Self> {
        match self {
            Self::Malformed {
                invocation,
                detail,
                head,
            } => Ok((*invocation, *head, framework::malformed_request(detail))),
            Self::OverLimit(over) => {
                let problem = over.problem();
                Ok((over.invocation, over.head, problem))
            }
            Self::NotHttp(_) => Err(self),
        }
    }
}

/// An event that brings more than the [limits](crate::Limits) let through.
///
/// ```
/// use lambda_api::{LambdaContext, Limits, event::{self, DecodeError, DecodeOptions}};
///
/// let event = r#"{"httpMethod": "POST", "path": "/", "body": "far too much"}"#;
/// let options = DecodeOptions { limits: Limits::default().body(8), ..DecodeOptions::default() };
/// let error = event::decode(event.into(), LambdaContext::default(), &options);
/// let Err(DecodeError::OverLimit(over)) = error else { panic!() };
/// assert_eq!(over.problem().status(), 413);
/// assert_eq!(over.to_string(), "the body has more than 8 bytes");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{exceeded}")]
pub struct OverLimit {
    pub(super) invocation: Invocation,
    /// What is known of the request, for the reply.
    pub(super) head: Request,
    pub(super) exceeded: Exceeded,
}

impl OverLimit {
    /// The invocation, to reply to.
    #[must_use]
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// What to reply.
    #[must_use]
    pub fn problem(&self) -> Problem {
        framework::over_limit(self.exceeded)
    }
}

/// Why an event makes no request.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Malformed(Cow<'static, str>),
    OverLimit(Exceeded),
}

impl From<String> for Refusal {
    fn from(detail: String) -> Self {
        Self::Malformed(detail.into())
    }
}

impl From<&'static str> for Refusal {
    fn from(detail: &'static str) -> Self {
        Self::Malformed(detail.into())
    }
}

impl From<Exceeded> for Refusal {
    fn from(exceeded: Exceeded) -> Self {
        Self::OverLimit(exceeded)
    }
}

/// An event that comes from no HTTP source. The text says which keys were looked for, and which
/// were there.
///
/// ```
/// use lambda_api::{LambdaContext, event::{self, DecodeError}};
///
/// let event = br#"{"Records": []}"#;
/// let error = event::decode(event.as_slice().into(), LambdaContext::default(), &Default::default());
/// let Err(DecodeError::NotHttp(error)) = error else { panic!() };
/// assert_eq!(error.keys(), ["Records"]);
/// assert!(error.to_string().contains("`httpMethod`"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct NotHttp {
    looks_like: Option<&'static str>,
    syntax: Option<String>,
    keys: Option<Vec<String>>,
}

impl NotHttp {
    /// A JSON text from which nothing could be told; `looks_like` names what it seems to be.
    #[cold]
    pub(super) fn new(event: &[u8], looks_like: Option<&'static str>) -> Self {
        Self {
            looks_like: looks_like.or_else(|| hint(event)),
            syntax: None,
            keys: fields::names(event),
        }
    }

    /// A text that is not JSON.
    #[cold]
    pub(super) fn syntax(error: &impl fmt::Display) -> Self {
        Self {
            syntax: Some(error.to_string()),
            ..Self::default()
        }
    }

    /// A text that is not JSON. `serde_json` knows best what to say of it, and where the fault is.
    #[cold]
    pub(super) fn no_json(event: &[u8], fault: &impl fmt::Display) -> Self {
        match serde_json::from_slice::<IgnoredAny>(event) {
            Err(error) => Self::syntax(&error),
            Ok(_) => Self::syntax(fault),
        }
    }

    /// The keys at the top level of the event.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        self.keys.as_deref().unwrap_or_default()
    }
}

/// How many keys an error lists, and how much of each.
const SHOWN: usize = 24;

impl fmt::Display for NotHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = &self.syntax {
            return write!(f, "the event is not JSON: {error}");
        }
        f.write_str("the event comes from no HTTP source")?;
        if let Some(other) = self.looks_like {
            write!(f, " (it looks like {other})")?;
        }
        f.write_str(
            ": looked for `httpMethod` with `path` or `resource` (REST API, HTTP API 1.0), \
             `rawPath` or `requestContext.http` (HTTP API 2.0, function URL), \
             `requestContext.elb` (ALB), `raw_path` (VPC Lattice 1), `path` with `method` \
             (VPC Lattice 2)",
        )?;
        match self.keys.as_deref() {
            None => f.write_str("; found no JSON object"),
            Some([]) => f.write_str("; found an empty object"),
            Some(keys) => {
                f.write_str("; found ")?;
                for (i, key) in keys.iter().take(SHOWN).enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}`{}`", shorten(key))?;
                }
                match keys.len().saturating_sub(SHOWN) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more"),
                }
            }
        }
    }
}

impl std::error::Error for NotHttp {}

/// The beginning of a name, fit for one line of a log.
pub(super) fn shorten(name: &str) -> String {
    let mut short: String = name.chars().take(40).flat_map(char::escape_debug).collect();
    if name.chars().nth(40).is_some() {
        short.push_str("..");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_was_looked_for_and_what_was_there() {
        let text =
            NotHttp::new(br#"{"detail": {}, "id": 1}"#, Some("an EventBridge event")).to_string();
        for part in [
            "an EventBridge event",
            "`rawPath`",
            "`requestContext.elb`",
            "found `detail`, `id`",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn an_event_that_is_no_object_is_said_to_be_none() {
        assert!(
            NotHttp::new(b"[]", None)
                .to_string()
                .ends_with("found no JSON object")
        );
        assert!(
            NotHttp::new(b"{}", None)
                .to_string()
                .ends_with("found an empty object")
        );
    }

    #[test]
    fn many_long_keys_make_no_long_text() {
        let keys: Vec<_> = (0..1000)
            .map(|i| format!("\"{}{i}\": 0", "x\\n".repeat(100)))
            .collect();
        let text = NotHttp::new(format!("{{{}}}", keys.join(",")).as_bytes(), None).to_string();
        assert!(text.len() < 3000, "{}", text.len());
        assert!(text.ends_with("and 976 more"));
    }
}
