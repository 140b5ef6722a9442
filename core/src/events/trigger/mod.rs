//! Which events a handler takes.

mod authorizer;
mod origin;
mod socket_route;

pub use authorizer::{AuthorizerKind, AuthorizerTrigger};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use origin::QueueUrl;
pub use socket_route::SocketRoute;

pub(super) use authorizer::AuthorizerHead;
pub(crate) use authorizer::{ForAuthorizer, Signs, connects};
pub(super) use origin::Origin;

use super::record_kind::RecordKind;
use crate::{Setting, setting::Variables};
use serde_json::Value;
use std::fmt;

/// The events that a handler takes.
#[derive(Clone, Debug)]
#[doc(hidden)]
#[non_exhaustive]
pub enum Trigger {
    /// Records of a service.
    Records {
        kind: RecordKind,
        /// The queue, topic, table, stream or bucket: its name or its ARN, the queue also by its URL; `None`
        /// for any.
        from: Option<Setting>,
    },
    /// Events of EventBridge. An empty list stands for any.
    EventBridge {
        source: &'static [&'static str],
        detail_type: &'static [&'static str],
        /// Paths into the detail, with dots, and the text that is expected there.
        detail: &'static [(&'static str, &'static str)],
    },
    /// A schedule of EventBridge, which sends a scheduled event.
    Schedule {
        /// `rate(1 day)`, `cron(..)`: for the template.
        expression: Option<&'static str>,
        /// The name of the rule; `None` for any.
        rule: Option<&'static str>,
    },
    /// A route of a WebSocket API.
    WebSocket(SocketRoute),
    /// What nothing else takes; only with this member at the top level, if there is one.
    Any { key: Option<&'static str> },
    /// Requests to a Lambda authorizer.
    Authorizer(AuthorizerTrigger),
}

/// What selects the handler of an event.
#[derive(Debug)]
pub(super) enum Facts<'e> {
    Records {
        kind: RecordKind,
        /// The ARN of the queue, topic, table or stream; the name of the bucket.
        origin: &'e str,
    },
    EventBridge {
        source: &'e str,
        detail_type: &'e str,
        /// The detail as JSON, which is parsed only for those who ask.
        detail: &'e str,
        /// The ARNs of `resources`: the rule of a scheduled event.
        resources: &'e [String],
    },
    /// S3 tests a new notification.
    S3Test,
    WebSocket {
        /// `CONNECT`, `MESSAGE` or `DISCONNECT`.
        event_type: &'e str,
        route_key: &'e str,
    },
    Authorizer {
        kind: AuthorizerKind,
        api_id: &'e str,
    },
    Other,
}

/// The sources of scheduled events.
const SCHEDULERS: [&str; 2] = ["aws.events", "aws.scheduler"];

/// The type of scheduled events.
const SCHEDULED: &str = "Scheduled Event";

impl Trigger {
    /// The setting that the build resolves, and the name of its parameter.
    pub(super) fn setting(&self) -> Option<(&'static str, &Setting)> {
        match self {
            Self::Records { from, .. } => from.as_ref().map(|from| ("from", from)),
            Self::Authorizer(authorizer) => authorizer.api.as_ref().map(|api| ("api", api)),
            _ => None,
        }
    }

    /// Why no event can fit, if the value of the setting is known.
    pub(super) fn error(&self) -> Option<String> {
        match self {
            Self::Records {
                kind,
                from: Some(from),
            } => origin::error(*kind, from.literal()?),
            _ => None,
        }
    }

    /// Replaces a reference to an environment variable by its value.
    pub(super) fn resolve(&mut self, variables: &Variables<'_>) {
        let setting = match self {
            Self::Records { from, .. } => from.as_mut(),
            Self::Authorizer(authorizer) => authorizer.api.as_mut(),
            _ => None,
        };
        if let Some(setting) = setting {
            setting.resolve(variables);
        }
    }

    /// The route of a WebSocket API, if it is one.
    #[cfg(feature = "websocket")]
    pub(crate) fn socket_route(&self) -> Option<SocketRoute> {
        match self {
            Self::WebSocket(route) => Some(*route),
            _ => None,
        }
    }

    /// Whether the handler takes an event. `Any` is asked after all others.
    pub(super) fn takes(&self, facts: &Facts<'_>, has_key: &dyn Fn(&str) -> bool) -> bool {
        match (self, facts) {
            (Self::Records { kind, from }, Facts::Records { kind: of, origin }) => {
                kind == of && is_origin(from.as_ref(), origin)
            }
            // It only says that a notification was configured: no handler is called.
            (Self::Records { kind, .. }, Facts::S3Test) => *kind == RecordKind::S3,
            (
                Self::EventBridge {
                    source,
                    detail_type,
                    detail,
                },
                Facts::EventBridge {
                    source: from,
                    detail_type: of,
                    detail: content,
                    ..
                },
            ) => {
                has(source, from)
                    && has(detail_type, of)
                    && (detail.is_empty() || matches(content, detail))
            }
            (
                Self::Schedule { rule, .. },
                Facts::EventBridge {
                    source,
                    detail_type,
                    resources,
                    ..
                },
            ) => {
                is_scheduled(source, detail_type)
                    && rule.is_none_or(|rule| resources.iter().any(|arn| is_rule(arn, rule)))
            }
            (
                Self::WebSocket(route),
                Facts::WebSocket {
                    event_type,
                    route_key,
                },
            ) => route.takes(event_type, route_key),
            (Self::Authorizer(authorizer), Facts::Authorizer { kind, api_id }) => {
                authorizer.takes(*kind, api_id)
            }
            (Self::Any { key }, _) => key.is_none_or(has_key),
            _ => false,
        }
    }

    /// Whether this is asked after all others, and how late.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Any { key: None } => 3,
            Self::Any { key: Some(_) } => 2,
            Self::WebSocket(SocketRoute::Default) => 1,
            _ => 0,
        }
    }

    /// Whether there is an event that both take. `Any` with a key overlaps with another key only if the
    /// keys are the same: which of two keys of one event decides is then the order of the list.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Records { kind, from },
                Self::Records {
                    kind: other,
                    from: elsewhere,
                },
            ) => {
                kind == other
                    && match (from, elsewhere) {
                        (Some(from), Some(elsewhere)) => same_origin(from, elsewhere),
                        _ => true,
                    }
            }
            (
                Self::EventBridge {
                    source,
                    detail_type,
                    detail,
                },
                Self::EventBridge {
                    source: other_source,
                    detail_type: other_type,
                    detail: other_detail,
                },
            ) => {
                meet(source, other_source)
                    && meet(detail_type, other_type)
                    && !detail.iter().any(|(path, text)| {
                        other_detail
                            .iter()
                            .any(|(other, content)| path == other && text != content)
                    })
            }
            (Self::Schedule { rule, .. }, Self::Schedule { rule: other, .. }) => {
                match (rule, other) {
                    (Some(rule), Some(other)) => is_path_of(rule, other) || is_path_of(other, rule),
                    _ => true,
                }
            }
            (
                Self::Schedule { .. },
                Self::EventBridge {
                    source,
                    detail_type,
                    ..
                },
            )
            | (
                Self::EventBridge {
                    source,
                    detail_type,
                    ..
                },
                Self::Schedule { .. },
            ) => {
                SCHEDULERS.iter().any(|scheduler| has(source, scheduler))
                    && has(detail_type, SCHEDULED)
            }
            (Self::WebSocket(route), Self::WebSocket(other)) => route == other,
            (Self::Any { key }, Self::Any { key: other }) => key == other,
            (Self::Authorizer(one), Self::Authorizer(other)) => one.overlaps(other),
            _ => false,
        }
    }
}

impl Trigger {
    /// What helps against an overlap, for an error.
    pub(super) fn advice(&self) -> &'static str {
        match self {
            Self::Schedule { .. } => ": give each schedule a `rule`",
            _ => "",
        }
    }
}

fn has(list: &[&str], text: &str) -> bool {
    list.is_empty() || list.contains(&text)
}

fn meet(one: &[&str], other: &[&str]) -> bool {
    one.is_empty() || other.is_empty() || one.iter().any(|text| other.contains(text))
}

/// Whether a detail has the expected texts, each at a path with dots.
fn matches(detail: &str, expected: &[(&str, &str)]) -> bool {
    let Ok(detail) = serde_json::from_str::<Value>(detail) else {
        return false;
    };
    expected
        .iter()
        .all(|(path, text)| has_text(&detail, path, text))
}

/// Whether a text is at a path. As in the patterns of EventBridge, an array fits if one of its values does:
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html>
fn has_text(value: &Value, path: &str, text: &str) -> bool {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    match value {
        Value::Array(values) => values.iter().any(|value| has_text(value, path, text)),
        Value::String(found) => path.is_empty() && found == text,
        Value::Object(members) if !path.is_empty() => members
            .get(name)
            .is_some_and(|value| has_text(value, rest, text)),
        _ => false,
    }
}

fn same_origin(one: &Setting, other: &Setting) -> bool {
    match (one.literal(), other.literal()) {
        (Some(one), Some(other)) => Origin::of(one).fits(&Origin::of(other)),
        // Before the settings are known, only the same reference is the same.
        (None, None) => one.variable() == other.variable(),
        _ => false,
    }
}

fn is_origin(from: Option<&Setting>, origin: &str) -> bool {
    from.is_none_or(|from| {
        let from = from.literal();
        from.is_some_and(|from| Origin::of(from).fits(&Origin::of(origin)))
    })
}

/// Whether an event of EventBridge is that of a schedule: of a rule, or of EventBridge Scheduler without an
/// input of its own.
fn is_scheduled(source: &str, detail_type: &str) -> bool {
    SCHEDULERS.contains(&source) && detail_type == SCHEDULED
}

/// Whether an ARN is that of a rule or a schedule, with or without its bus or group:
/// `arn:aws:events:eu-west-1:123456789012:rule/nightly`, `arn:aws:scheduler:..:schedule/default/nightly`.
fn is_rule(arn: &str, rule: &str) -> bool {
    let path = [":rule/", ":schedule/"]
        .iter()
        .find_map(|kind| arn.rsplit_once(kind));
    path.is_some_and(|(_, path)| is_path_of(path, rule))
}

/// Whether a path of a rule, with or without its bus, is that of this rule.
fn is_path_of(path: &str, rule: &str) -> bool {
    path == rule || path.rsplit('/').next() == Some(rule)
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Records { kind, from } => {
                f.write_str(kind.name())?;
                match from {
                    Some(from) => write!(f, "(from = {from})"),
                    None => Ok(()),
                }
            }
            Self::EventBridge {
                source,
                detail_type,
                detail,
            } => {
                f.write_str("event_bridge")?;
                let mut parts = Vec::new();
                if !source.is_empty() {
                    parts.push(format!("source = {}", source.join(" | ")));
                }
                if !detail_type.is_empty() {
                    parts.push(format!("detail_type = {}", detail_type.join(" | ")));
                }
                if !detail.is_empty() {
                    let texts = detail.iter().map(|(path, text)| format!("{path} = {text}"));
                    let texts: Vec<_> = texts.collect();
                    parts.push(format!("detail({})", texts.join(", ")));
                }
                match parts.is_empty() {
                    true => Ok(()),
                    false => write!(f, "({})", parts.join(", ")),
                }
            }
            Self::Schedule { expression, rule } => {
                f.write_str("schedule")?;
                match (expression, rule) {
                    (Some(expression), Some(rule)) => write!(f, "({expression}, rule = {rule})"),
                    (Some(expression), None) => write!(f, "({expression})"),
                    (None, Some(rule)) => write!(f, "(rule = {rule})"),
                    (None, None) => Ok(()),
                }
            }
            Self::WebSocket(route) => write!(f, "websocket({route})"),
            Self::Authorizer(authorizer) => authorizer.fmt(f),
            Self::Any { key } => {
                f.write_str("any")?;
                key.map_or(Ok(()), |key| write!(f, "(key = {key})"))
            }
        }
    }
}

#[cfg(test)]
mod tests;
