//! Settings of a WebSocket API.

use super::{
    connections::Connections,
    emulate::RouteSelection,
    management::{Endpoint, Management},
};
use crate::{Setting, setting::Variables};
use std::sync::Arc;

/// The address of `serve`, whose Management API checks no signature.
const SERVE: &str = "http://127.0.0.1:9000";

/// Settings of the WebSocket API of a program, for [`Api::websocket`](crate::Api::websocket).
///
/// ```
/// use lambda_api::{Api, env, websocket::WebSocketApi};
///
/// let api = Api::new().websocket(WebSocketApi::new().endpoint(env("WS_ENDPOINT")));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "settings do nothing until they are passed to an `Api`"]
pub struct WebSocketApi {
    endpoint: Option<Setting>,
    route_selection: Option<&'static str>,
}

impl WebSocketApi {
    /// The settings without an endpoint, for messages whose `action` names their route.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the URL of the stage: `https://abc123.execute-api.eu-west-1.amazonaws.com/prod`, or
    /// the URL of a custom domain with its base path. `wss://` is read as `https://`.
    ///
    /// [`Connections`] needs it, and [`Connection`](super::Connection) does for a custom domain. Without it,
    /// a connection is reached through the domain that its event names, if that is one of API Gateway's.
    /// With it, the domain of events is never used.
    ///
    /// The variable may be missing on the developer's machine, where [`Setting::locally`] applies: then it is the address of
    /// `serve`, `http://127.0.0.1:9000`. `serve` and tests reach the connections that they have themselves.
    pub fn endpoint(mut self, url: impl Into<Setting>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the expression that names the route of a message: `$request.body.action` unless it is set.
    ///
    /// It has to be that of the WebSocket API, whose gateway evaluates it; the local server and
    /// the test client do the same.
    pub fn route_selection(mut self, expression: &'static str) -> Self {
        self.route_selection = Some(expression);
        self
    }

    /// The URL of the stage, and the expression that names the route of a message, for descriptions.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn described(&self) -> (Option<&Setting>, Option<&'static str>) {
        (self.endpoint.as_ref(), self.route_selection)
    }

    /// Replaces a reference to an environment variable by its value.
    pub(crate) fn resolve(&mut self, variables: &Variables<'_>) {
        if let Some(endpoint) = &mut self.endpoint {
            endpoint.resolve(variables);
            if variables.local && endpoint.literal().is_none() {
                *endpoint = SERVE.into();
            }
        }
    }

    /// The way to the connections. Errors of the settings go to `errors`.
    pub(crate) fn connections(&self, errors: &mut Vec<String>) -> Connections {
        let selection = self.route_selection.map(RouteSelection::parse).transpose();
        let selection = selection.unwrap_or_else(|why| {
            errors.push(format!("`WebSocketApi::route_selection`: {why}"));
            None
        });
        let endpoint = self.endpoint.as_ref().and_then(|setting| {
            let Some(url) = setting.literal() else {
                errors.push(format!(
                    "`WebSocketApi::endpoint`: the environment variable `{}` is missing or empty",
                    setting.variable().unwrap_or_default()
                ));
                return None;
            };
            let endpoint = Endpoint::parse(url).map_err(|why| {
                errors.push(format!("`WebSocketApi::endpoint`: {why}"));
            });
            Some(Arc::new(Management::new(endpoint.ok()?)) as _)
        });
        Connections::new(endpoint, selection.unwrap_or_default())
    }
}
