//! Errors of decoding an event.

use super::{hint::hint, other::OtherEvent, raw_event, rejection::shorten};
use crate::{Invocation, Problem, Request, error::framework, limits::Exceeded};
use serde::de::IgnoredAny;
use std::fmt;

/// The error of [`decode`](super::decode): the event is not a valid request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The event is not from an HTTP source.
    #[error(transparent)]
    UnsupportedEvent(UnsupportedEvent),
    /// The event is from an HTTP source, but cannot be represented as a request. The response is a
    /// 400.
    #[error("the event cannot be read as a request: {detail}")]
    Malformed {
        /// The invocation, needed for the response.
        invocation: Box<Invocation>,
        /// What is invalid, for the log and the client. It never contains a value of the request.
        detail: String,
        /// The valid parts of the request, needed for the response: the headers that could be read,
        /// and the method unless it is invalid. The body is empty.
        head: Box<Request>,
    },
    /// The event is from an HTTP source, and exceeds one of the [limits](crate::Limits).
    #[error(transparent)]
    LimitExceeded(Box<LimitExceeded>),
}

impl DecodeError {
    /// Returns the invocation, the request and the problem of the response; the error itself if the
    /// event is not from an HTTP source.
    pub(crate) fn into_parts(self) -> Result<(Invocation, Request, Problem), UnsupportedEvent> {
        match self {
            Self::Malformed {
                invocation,
                detail,
                head,
            } => Ok((*invocation, *head, framework::malformed_request(detail))),
            Self::LimitExceeded(over) => {
                let problem = over.problem();
                Ok((over.invocation, over.head, problem))
            }
            Self::UnsupportedEvent(event) => Err(event),
        }
    }
}

/// The error of an event that exceeds one of the [limits](crate::Limits).
///
/// ```
/// use lambda_api::{LambdaContext, Limits, event::{self, DecodeError, DecodeOptions}};
///
/// let event = r#"{"httpMethod": "POST", "path": "/", "body": "far too much"}"#;
/// let options = DecodeOptions::default().limits(Limits::default().body(8));
/// let error = event::decode(event.into(), LambdaContext::default(), &options);
/// let Err(DecodeError::LimitExceeded(over)) = error else { panic!() };
/// assert_eq!(over.problem().status(), 413);
/// assert_eq!(over.to_string(), "the body has more than 8 bytes");
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{exceeded}")]
pub struct LimitExceeded {
    pub(super) invocation: Invocation,
    /// The valid parts of the request, needed for the response.
    pub(super) head: Request,
    pub(super) exceeded: Exceeded,
}

impl LimitExceeded {
    /// The invocation, needed for the response.
    #[must_use]
    pub fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// Returns the problem to respond with.
    #[must_use]
    pub fn problem(&self) -> Problem {
        framework::over_limit(self.exceeded)
    }
}

/// The error of an event that is not from an HTTP source. Its message lists the keys that were
/// expected and those that were found.
///
/// ```
/// use lambda_api::{LambdaContext, event::{self, DecodeError}};
///
/// let event = br#"{"Records": []}"#;
/// let error = event::decode(event.as_slice().into(), LambdaContext::default(), &Default::default());
/// let Err(DecodeError::UnsupportedEvent(error)) = error else { panic!() };
/// assert_eq!(error.keys(), ["Records"]);
/// assert!(error.to_string().contains("`httpMethod`"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct UnsupportedEvent {
    looks_like: Option<&'static str>,
    syntax: Option<String>,
    keys: Option<Vec<String>>,
}

impl UnsupportedEvent {
    /// An event that nothing takes.
    #[cold]
    pub(crate) fn of(event: &OtherEvent) -> Self {
        Self::new(&event.json, event.kind.text())
    }

    /// A JSON text of unknown source; `looks_like` describes it, if known.
    fn new(event: &[u8], looks_like: Option<&'static str>) -> Self {
        Self {
            looks_like: looks_like.or_else(|| hint(event)),
            syntax: None,
            keys: raw_event::names(event),
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

    /// A text that is not JSON. The error of `serde_json` is preferred, since it has the position.
    #[cold]
    pub(super) fn no_json(event: &[u8], reason: &impl fmt::Display) -> Self {
        match serde_json::from_slice::<IgnoredAny>(event) {
            Err(error) => Self::syntax(&error),
            Ok(_) => Self::syntax(reason),
        }
    }

    /// Returns the keys at the top level of the event.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        self.keys.as_deref().unwrap_or_default()
    }
}

/// The maximum number of keys in an error message.
const SHOWN: usize = 24;

impl fmt::Display for UnsupportedEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(error) = &self.syntax {
            return write!(f, "the event is not JSON: {error}");
        }
        f.write_str("the event is not from an HTTP source")?;
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
            None => f.write_str("; the event is not a JSON object"),
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

impl std::error::Error for UnsupportedEvent {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_was_looked_for_and_what_was_there() {
        let text =
            UnsupportedEvent::new(br#"{"detail": {}, "id": 1}"#, Some("an EventBridge event"))
                .to_string();
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
    fn an_event_that_is_not_an_object_is_reported() {
        assert!(
            UnsupportedEvent::new(b"[]", None)
                .to_string()
                .ends_with("the event is not a JSON object")
        );
        assert!(
            UnsupportedEvent::new(b"{}", None)
                .to_string()
                .ends_with("found an empty object")
        );
    }

    #[test]
    fn many_long_keys_make_no_long_text() {
        let keys: Vec<_> = (0..1000)
            .map(|i| format!("\"{}{i}\": 0", "x\\n".repeat(100)))
            .collect();
        let text =
            UnsupportedEvent::new(format!("{{{}}}", keys.join(",")).as_bytes(), None).to_string();
        assert!(text.len() < 3000, "{}", text.len());
        assert!(text.ends_with("and 976 more"));
    }
}
