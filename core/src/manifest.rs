//! The manifest of an API, for programs that create its infrastructure: `routes --json`.
//!
//! `docs/routes.schema.json` is its schema.

use crate::{
    auth::{Required, description::Description},
    setting::Setting,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the format. Members may be added to a version.
pub(crate) const VERSION: u32 = 1;

#[derive(Serialize)]
pub(crate) struct Manifest {
    pub(crate) version: u32,
    /// The sources that stream, by name; `None` if the program leaves them to its environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) streams: Option<Vec<&'static str>>,
    pub(crate) routes: Vec<Route>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) fallbacks: Vec<Fallbacks>,
    /// The handlers of events that are not HTTP requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<EventHandler>,
    pub(crate) authenticators: Vec<Authenticator>,
}

#[derive(Serialize)]
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) access: Rule,
    /// The name of the function of a nested API; `None` for the function of the whole API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout_ms: Option<u64>,
    pub(crate) handler: String,
    pub(crate) location: String,
}

/// A mounted service: it gets every method of its prefix and of all paths below.
#[derive(Serialize)]
pub(crate) struct Mount {
    pub(crate) prefix: String,
    pub(crate) access: Rule,
    /// The name of the function of a nested API; `None` for the function of the whole API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    pub(crate) service: &'static str,
    pub(crate) location: String,
}

/// What handles the paths without a route, and its prefix.
#[derive(Serialize)]
pub(crate) struct Fallbacks {
    pub(crate) prefix: String,
    pub(crate) access: Rule,
    /// The name of the function of a nested API; `None` for the function of the whole API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) function: Option<String>,
    /// Whether it also gets the methods that no route of a path has.
    pub(crate) every_method: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timeout_ms: Option<u64>,
    /// `None` for a service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) handler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<String>,
}

/// A handler of events that are not HTTP requests, and which of them it takes: an absent member stands for
/// all. The function of the whole API gets the events.
#[derive(Default, Serialize)]
pub(crate) struct EventHandler {
    pub(crate) kind: &'static str,
    /// The queue, topic, table or stream by its ARN or its name, the bucket by its name, the API of an authorizer
    /// by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Setting>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) source: &'static [&'static str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(crate) detail_type: &'static [&'static str],
    /// Texts of the detail by their paths, with dots.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) detail: BTreeMap<&'static str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schedule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'static str>,
    /// The key of a route of a WebSocket API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route: Option<&'static str>,
    /// The member that an event has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<&'static str>,
    /// `token`, `request`, `http`, `websocket`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) authorizer_kinds: Vec<&'static str>,
    /// Whether a gateway must not cache the decisions of an authorizer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) per_request: bool,
    pub(crate) handler: String,
    pub(crate) location: String,
}

/// Who may call.
#[derive(Serialize)]
pub(crate) struct Rule {
    pub(crate) public: bool,
    /// The ids of the authenticators of which one must recognise the caller.
    pub(crate) authenticators: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scopes: Option<Required>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) groups: Option<Required>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) guard: Option<&'static str>,
}

#[derive(Serialize)]
pub(crate) struct Authenticator {
    /// The name, with `@` and the prefix of the nested API that it belongs to.
    pub(crate) id: String,
    #[serde(flatten)]
    pub(crate) description: Description,
}

impl Manifest {
    /// The manifest as JSON that ends with a newline.
    pub(crate) fn json(&self) -> String {
        // Serialising strings and numbers cannot fail.
        let mut json = serde_json::to_string_pretty(self).unwrap_or_default();
        json.push('\n');
        json
    }
}
