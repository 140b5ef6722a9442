//! Authorizers of the program itself.

use super::verifiers::verifiers;
use crate::{
    auth::{Place, description::Kind},
    describe::Operation,
    events::{AuthorizerKind, AuthorizerTrigger, Listed, Trigger},
    setting::Setting,
    template::{Gateway, described::Described, tree::Node, values::Values},
};
use http::header::AUTHORIZATION;

/// The logical id of the API.
const API: &str = "Api";

/// An authorizer that is the function of the whole API.
pub(in crate::template) struct OwnAuthorizer {
    pub(in crate::template) is_token: bool,
    pub(in crate::template) simple: bool,
    /// The header with the credential, if decisions may be cached for it, or why they are not.
    pub(in crate::template) cached_by: Result<String, &'static str>,
    /// The header whose value a REST API hands over.
    pub(in crate::template) header: String,
}

impl OwnAuthorizer {
    /// How long a decision is cached.
    pub(in crate::template) fn seconds(&self) -> u32 {
        self.cached_by.as_ref().map_or(0, |_| 300)
    }

    /// The authorizer of the program that the gateway asks. A warning says which one, if several name an API.
    pub(super) fn new(
        api: &Described<'_>,
        values: &mut Values,
        warnings: &mut Vec<String>,
    ) -> Option<Self> {
        let (listed, trigger) = of_gateway(api, values)?;
        if let Some(variable) = trigger.api.as_ref().and_then(Setting::variable) {
            let others = candidates(api, values, kinds(api.options.gateway)).into_iter();
            let others = others.filter_map(|(_, one)| one.api.as_ref().and_then(Setting::variable));
            if let Some(other) = others.into_iter().find(|other| *other != variable) {
                warnings.push(format!(
                    "`{variable}` of the authorizer `{}` is the API of this template, and `{other}` another one: \
                     list the authorizers in the other order if this is wrong",
                    listed.handler.name
                ));
            }
            values.set(variable, Node::reference(API));
        }
        Some(Self {
            is_token: !trigger.takes_any(&[AuthorizerKind::Request]),
            simple: trigger.simple,
            cached_by: cached_by(api, listed, trigger),
            header: verifiers(api)
                .find_map(|one| one.credential.as_ref().map(header))
                .unwrap_or_else(|| "Authorization".to_owned()),
        })
    }
}

/// The kinds of events that authorizers of a gateway get.
fn kinds(gateway: Gateway) -> &'static [AuthorizerKind] {
    match gateway {
        Gateway::HttpApi => &[AuthorizerKind::Http],
        Gateway::RestApi => &[AuthorizerKind::Token, AuthorizerKind::Request],
        Gateway::FunctionUrl | Gateway::LoadBalancer => &[],
    }
}

/// The authorizers that may be asked by an API of this template: its id is not known yet, so an id that is known is that
/// of another one.
fn candidates<'a>(
    api: &'a Described<'_>,
    values: &Values,
    kinds: &[AuthorizerKind],
) -> Vec<(&'a Listed, &'a AuthorizerTrigger)> {
    let is_text = |setting: &Setting| matches!(values.known(setting), Some(Node::Text(_)));
    let authorizers = api
        .handlers
        .iter()
        .filter_map(|listed| match &listed.trigger {
            Trigger::Authorizer(trigger) => Some((listed, trigger)),
            _ => None,
        });
    authorizers
        .filter(|(_, one)| !kinds.is_empty() && one.takes_any(kinds))
        .filter(|(_, one)| !one.api.as_ref().is_some_and(is_text))
        .collect()
}

/// The authorizer that the API asks, if it asks one of the program: one for every API before one that names its API.
pub(in crate::template) fn of_gateway<'a>(
    api: &'a Described<'_>,
    values: &Values,
) -> Option<(&'a Listed, &'a AuthorizerTrigger)> {
    let all = candidates(api, values, kinds(api.options.gateway));
    all.into_iter().min_by_key(|(_, one)| one.api.is_some())
}

/// The authorizer that the WebSocket API asks. `values` have the id of the other API, which is not its own.
pub(in crate::template) fn of_socket<'a>(
    api: &'a Described<'_>,
    values: &Values,
) -> Option<(&'a Listed, &'a AuthorizerTrigger)> {
    let is_other =
        |setting: &Setting| matches!(values.known(setting), Some(Node::Ref(id)) if id == API);
    candidates(api, values, &[AuthorizerKind::WebSocket])
        .into_iter()
        .filter(|(_, one)| !one.api.as_ref().is_some_and(is_other))
        .min_by_key(|(_, one)| one.api.is_some())
}

/// The header for whose value the decisions of an authorizer may be cached, or why they may depend on more.
///
/// A gateway applies a cached decision to all requests with the same header. Without the header, it responds with 401
/// itself. If two verifiers read two headers, the decision of a caller with a valid key would be that of all who send the
/// same `Authorization`, with any key or none.
pub(in crate::template) fn cached_by(
    api: &Described<'_>,
    listed: &Listed,
    trigger: &AuthorizerTrigger,
) -> Result<String, &'static str> {
    let mut operation = Operation::default();
    (listed.handler.describe)(&mut operation);
    if trigger.per_request {
        return Err("the authorizer is `per_request`");
    }
    if !operation.needs_identity {
        return Err("no argument of the authorizer is an `Identity` or `Claims`");
    }
    if trigger.reads_request {
        return Err("an argument of the authorizer has more of the request than the credential");
    }
    let mut found = None;
    for one in verifiers(api) {
        if one.kind == Kind::Custom {
            return Err("an authenticator of the program may read more than its credential");
        }
        let header = one.credential.as_ref().map(header);
        if found.is_some() && found != header {
            return Err("the authenticators read several headers");
        }
        found = header;
    }
    found.ok_or("no authenticator verifies a credential")
}

/// The header with a credential.
fn header(place: &Place) -> String {
    match place {
        Place::Header { name, .. } if name == AUTHORIZATION.as_str() => "Authorization".to_owned(),
        Place::Header { name, .. } => name.clone(),
        Place::Cookie { .. } => "Cookie".to_owned(),
    }
}
