//! Which authorizer takes an event, and what it gets before it runs.

use crate::{Setting, auth::Installed};
use serde::Deserialize;
use std::{
    any::Any,
    borrow::Cow,
    fmt,
    sync::{Arc, OnceLock},
};

/// Kind of event that an authorizer gets: it depends on the gateway and its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthorizerKind {
    /// A REST API's authorizer of type `TOKEN`: one header, without its name, and the ARN.
    Token,
    /// A REST API's authorizer of type `REQUEST`.
    Request,
    /// An HTTP API's authorizer with payload format 2.0.
    Http,
    /// An HTTP API's authorizer with payload format 1.0.
    HttpV1,
    /// The authorizer of a WebSocket API, which is asked when a client connects.
    WebSocket,
}

/// What tells the kinds of events apart.
pub(crate) struct Signs<'e> {
    /// `type`.
    pub(crate) r#type: Option<&'e str>,
    pub(crate) version: Option<&'e str>,
    /// Whether the ARN is a `routeArn` rather than a `methodArn`.
    pub(crate) has_route_arn: bool,
    /// Whether the request context is that of a new connection.
    pub(crate) connects: bool,
}

impl AuthorizerKind {
    pub(crate) fn of(signs: &Signs<'_>) -> Option<Self> {
        let Signs {
            r#type,
            version,
            has_route_arn,
            connects,
        } = *signs;
        Some(match (r#type?, has_route_arn, version) {
            ("TOKEN", false, _) => Self::Token,
            ("REQUEST", true, Some("2.0")) => Self::Http,
            ("REQUEST", false, Some("1.0")) => Self::HttpV1,
            ("REQUEST", false, None) if connects => Self::WebSocket,
            ("REQUEST", false, None) => Self::Request,
            _ => return None,
        })
    }
}

/// The events that an authorizer takes, and what it says about its responses.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct AuthorizerTrigger {
    /// An empty list stands for all kinds.
    pub kinds: &'static [AuthorizerKind],
    /// The id of the API; `None` for any.
    pub api: Option<Setting>,
    /// Responds to events of payload format 2.0 with a boolean instead of a policy.
    pub simple: bool,
    /// Its decisions depend on more than the credential, so they are not cached.
    pub per_request: bool,
    /// An argument may depend on more of the request than the credential.
    pub reads_request: bool,
}

impl AuthorizerTrigger {
    /// The kinds, as the options of `#[authorizer]`; none for all.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.iter().filter_map(name)
    }

    /// Whether it takes one of these kinds.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn takes_any(&self, kinds: &[AuthorizerKind]) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|kind| kinds.contains(kind))
    }

    pub(super) fn takes(&self, kind: AuthorizerKind, api_id: &str) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && self.api.as_ref().is_none_or(|api| api.is(api_id))
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let kinds = self.kinds.is_empty()
            || other.kinds.is_empty()
            || self.kinds.iter().any(|kind| other.kinds.contains(kind));
        kinds
            && match (&self.api, &other.api) {
                // Before the settings are known, only the same reference is the same.
                (Some(one), Some(other)) => one == other,
                _ => true,
            }
    }
}

/// `authorizer(token, api = $API_ID)`.
impl fmt::Display for AuthorizerTrigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<_> = self.names().map(str::to_owned).collect();
        parts.extend(self.api.as_ref().map(|api| format!("api = {api}")));
        f.write_str("authorizer")?;
        match parts.is_empty() {
            true => Ok(()),
            false => write!(f, "({})", parts.join(", ")),
        }
    }
}

/// The option of `#[authorizer]`. `http` stands for both formats.
fn name(kind: &AuthorizerKind) -> Option<&'static str> {
    match kind {
        AuthorizerKind::Token => Some("token"),
        AuthorizerKind::Request => Some("request"),
        AuthorizerKind::Http => Some("http"),
        AuthorizerKind::HttpV1 => None,
        AuthorizerKind::WebSocket => Some("websocket"),
    }
}

/// The members of an event that select the authorizer.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct AuthorizerHead<'e> {
    #[serde(borrow)]
    r#type: Cow<'e, str>,
    #[serde(borrow, default)]
    version: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    method_arn: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    route_arn: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    request_context: Option<Connecting<'e>>,
}

/// What the request context of a new connection has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connecting<'e> {
    #[serde(borrow, default)]
    connection_id: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    event_type: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    route_key: Option<Cow<'e, str>>,
}

/// Whether a request context is that of a new connection.
pub(crate) fn connects(
    connection_id: Option<&str>,
    event_type: Option<&str>,
    route_key: Option<&str>,
) -> bool {
    connection_id.is_some() || event_type == Some("CONNECT") || route_key == Some("$connect")
}

impl AuthorizerHead<'_> {
    pub(in super::super) fn kind(&self) -> Option<AuthorizerKind> {
        let connects = self.request_context.as_ref().is_some_and(|context| {
            connects(
                context.connection_id.as_deref(),
                context.event_type.as_deref(),
                context.route_key.as_deref(),
            )
        });
        AuthorizerKind::of(&Signs {
            r#type: Some(&self.r#type),
            version: self.version.as_deref(),
            has_route_arn: self.route_arn.is_some(),
            connects,
        })
    }

    /// The id in the ARN: `arn:aws:execute-api:REGION:ACCOUNT:API/STAGE/..`.
    pub(in super::super) fn api_id(&self) -> &str {
        let arn = self.route_arn.as_deref().or(self.method_arn.as_deref());
        let resource = arn.and_then(|arn| arn.splitn(6, ':').nth(5));
        let id = resource.and_then(|resource| resource.split('/').next());
        id.unwrap_or_default()
    }
}

/// What an authorizer gets before it runs, in the extensions of its event.
#[derive(Clone)]
pub(crate) struct ForAuthorizer {
    pub(crate) authenticators: Arc<[Installed]>,
    pub(crate) simple: bool,
    pub(crate) per_request: bool,
    /// What is read and verified before the arguments are taken.
    pub(crate) prepared: Arc<OnceLock<Box<dyn Any + Send + Sync>>>,
}

impl ForAuthorizer {
    pub(in super::super) fn new(
        trigger: &AuthorizerTrigger,
        authenticators: &Arc<[Installed]>,
    ) -> Self {
        Self {
            authenticators: Arc::clone(authenticators),
            simple: trigger.simple,
            per_request: trigger.per_request,
            prepared: Arc::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env;

    fn trigger(kinds: &'static [AuthorizerKind], api: Option<Setting>) -> AuthorizerTrigger {
        AuthorizerTrigger {
            kinds,
            api,
            simple: false,
            per_request: false,
            reads_request: false,
        }
    }

    const TOKEN: &[AuthorizerKind] = &[AuthorizerKind::Token];
    const HTTP: &[AuthorizerKind] = &[AuthorizerKind::Http, AuthorizerKind::HttpV1];

    #[test]
    fn authorizers_overlap_in_kind_and_api() {
        let a = || Some(Setting::from("a"));
        for (one, other, expected) in [
            (trigger(&[], None), trigger(&[], None), true),
            (trigger(&[], None), trigger(TOKEN, a()), true),
            (trigger(TOKEN, None), trigger(HTTP, None), false),
            (trigger(TOKEN, a()), trigger(TOKEN, Some("b".into())), false),
            (trigger(TOKEN, a()), trigger(TOKEN, a()), true),
            (trigger(TOKEN, a()), trigger(TOKEN, None), true),
            (
                trigger(TOKEN, Some(env("A"))),
                trigger(TOKEN, Some(env("B"))),
                false,
            ),
            (
                trigger(TOKEN, Some(env("A"))),
                trigger(TOKEN, Some(env("A"))),
                true,
            ),
        ] {
            assert_eq!(one.overlaps(&other), expected, "{one} {other}");
            assert_eq!(other.overlaps(&one), expected, "{one} {other}");
        }
    }

    #[test]
    fn an_authorizer_takes_its_kinds_of_its_api() {
        let of_a = trigger(TOKEN, Some("a".into()));
        assert!(of_a.takes(AuthorizerKind::Token, "a"));
        assert!(!of_a.takes(AuthorizerKind::Token, "b"));
        assert!(!of_a.takes(AuthorizerKind::Request, "a"));
        assert!(!trigger(TOKEN, Some(env("A"))).takes(AuthorizerKind::Token, "a"));
        assert!(trigger(&[], None).takes(AuthorizerKind::WebSocket, ""));
    }

    #[test]
    fn triggers_are_shown_as_they_are_written() {
        for (trigger, expected) in [
            (trigger(&[], None), "authorizer"),
            (trigger(HTTP, None), "authorizer(http)"),
            (
                trigger(TOKEN, Some(env("API"))),
                "authorizer(token, api = $API)",
            ),
        ] {
            assert_eq!(trigger.to_string(), expected);
        }
    }
}
