//! What the source knows of the request.

use super::EventBuilder;
use lambda_api::event::emulate;
use std::time::SystemTime;

impl EventBuilder {
    /// The stage of the gateway.
    pub fn stage(self, stage: &str) -> Self {
        self.facts(|facts| facts.stage(stage))
    }

    /// The domain that the client called, which is the `host` as well. At one of your own, clients
    /// write no stage; see [`Facts::domain`](emulate::Facts::domain).
    pub fn domain(self, domain: &str) -> Self {
        self.facts(|facts| facts.domain(domain))
    }

    /// The base path of a custom domain, `/v1`: the client sent it before the path. The domain is
    /// `api.example.com` unless the test says another.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::RestApi).base_path("/v1").path("/orders");
    /// assert_eq!(event.to_value()["path"], "/v1/orders");
    /// // As it is for an Api that was told of its base path.
    /// assert_eq!(event.decode().uri(), "/orders");
    /// ```
    pub fn base_path(mut self, base_path: &str) -> Self {
        self.base_path = Some(base_path.to_owned());
        self.facts(|facts| facts.base_path(base_path))
    }

    /// The account that owns the gateway.
    pub fn account_id(self, account: &str) -> Self {
        self.facts(|facts| facts.account_id(account))
    }

    /// The id of the API.
    pub fn api_id(self, id: &str) -> Self {
        self.facts(|facts| facts.api_id(id))
    }

    /// The gateway's id of the request. Lambda's own is part of [`lambda`](EventBuilder::lambda).
    pub fn request_id(self, id: &str) -> Self {
        self.facts(|facts| facts.request_id(id))
    }

    /// The address of the client.
    pub fn source_ip(self, ip: &str) -> Self {
        self.facts(|facts| facts.source_ip(ip))
    }

    /// When the request arrived; now, by default.
    pub fn time(self, time: SystemTime) -> Self {
        self.facts(|facts| facts.time(time))
    }

    /// Adds a stage variable.
    pub fn stage_variable(self, name: &str, value: &str) -> Self {
        self.facts(|facts| facts.stage_variable(name, value))
    }

    /// The route of the gateway that the request matched, such as `/orders/{id}`.
    pub fn route(self, route: &str) -> Self {
        self.facts(|facts| facts.route(route))
    }

    /// Adds a path parameter of the gateway, or replaces the one that the route gives.
    pub fn path_parameter(self, name: &str, value: &str) -> Self {
        self.facts(|facts| facts.path_parameter(name, value))
    }

    /// Changes the facts that the source knows of the request: all that has no method here.
    pub fn facts(mut self, change: impl FnOnce(emulate::Facts) -> emulate::Facts) -> Self {
        self.facts = change(self.facts);
        self
    }
}
