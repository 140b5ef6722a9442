//! What the gateway reports about a request: its caller, the client's address, its base path.

use super::EventBuilder;
use lambda_api::event::emulate::{Caller, GatewayContext};

impl EventBuilder {
    /// Adds a caller that the source has checked, in the source's own shape: IAM credentials, claims
    /// of a token, what a Lambda authorizer returned, an API key, a client certificate. An event may
    /// have several, such as an API key and claims.
    ///
    /// ```
    /// use lambda_api::event::{Source, emulate::{Caller, ClientCertificate}};
    /// use lambda_api_testing::EventBuilder;
    /// use serde_json::json;
    ///
    /// let event = EventBuilder::new(Source::FunctionUrl)
    ///     .caller(Caller::iam("arn:aws:iam::123456789012:user/alice"))
    ///     .to_value();
    /// assert_eq!(event["requestContext"]["authorizer"]["iam"]["accountId"], "123456789012");
    ///
    /// let event = EventBuilder::new(Source::RestApi)
    ///     .caller(Caller::cognito(json!({"sub": "alice", "cognito:groups": ["admins", "users"]})))
    ///     .to_value();
    /// let claims = &event["requestContext"]["authorizer"]["claims"];
    /// assert_eq!(claims["cognito:groups"], "admins,users");
    ///
    /// let event = EventBuilder::new(Source::HttpApi)
    ///     .caller(Caller::jwt(json!({"sub": "alice"}), ["orders/read"]))
    ///     .to_value();
    /// let jwt = &event["requestContext"]["authorizer"]["jwt"];
    /// assert_eq!(jwt, &json!({"claims": {"sub": "alice"}, "scopes": ["orders/read"]}));
    ///
    /// let event = EventBuilder::new(Source::HttpApi)
    ///     .caller(Caller::lambda("alice", json!({"tenant": "blue", "level": 3})))
    ///     .to_value();
    /// let context = &event["requestContext"]["authorizer"]["lambda"];
    /// assert_eq!(context, &json!({"tenant": "blue", "level": 3}));
    ///
    /// let event = EventBuilder::new(Source::HttpApi)
    ///     .gateway(|gateway| gateway.domain("api.example.com"))
    ///     .caller(ClientCertificate::new("CN=till-7").serial_number("0a:1b"))
    ///     .to_value();
    /// let certificate = &event["requestContext"]["authentication"]["clientCert"];
    /// assert_eq!(certificate["serialNumber"], "0a:1b");
    /// ```
    ///
    /// # Panics
    /// If the source knows no such caller. A function URL has no API keys, for example.
    #[track_caller]
    pub fn caller(self, caller: impl Into<Caller>) -> Self {
        let caller = caller.into();
        if let Err(unknown) = caller.check(self.source) {
            panic!("{unknown}");
        }
        self.gateway(|gateway| gateway.caller(caller))
    }

    /// The base path of a custom domain, `/v1`: the client sent it before the path. The domain is
    /// `api.example.com` unless the test says another.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::RestApi).base_path("/v1").path("/orders");
    /// assert_eq!(event.to_value()["path"], "/v1/orders");
    /// assert_eq!(event.decode().uri(), "/orders");
    /// ```
    pub fn base_path(mut self, base_path: &str) -> Self {
        self.base_path = Some(base_path.to_owned());
        self.gateway(|gateway| gateway.base_path(base_path))
    }

    /// The address of the client.
    pub fn source_ip(self, ip: &str) -> Self {
        self.gateway(|gateway| gateway.source_ip(ip))
    }

    /// Changes what the gateway reports about the request: stage, domain, route, stage variables, ids, time.
    pub fn gateway(mut self, change: impl FnOnce(GatewayContext) -> GatewayContext) -> Self {
        self.gateway = change(self.gateway);
        self
    }
}
