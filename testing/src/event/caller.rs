//! Callers that the source has checked.

use super::EventBuilder;
use lambda_api::event::emulate::{Caller, ClientCertificate};
use serde::Serialize;
use serde_json::Value;

/// Callers that the source has checked, each in the source's own shape; [`Caller`] says where it
/// stands.
///
/// They can be combined as far as a source does so: an API key with a token, say.
///
/// # Panics
/// When the source knows no such caller: a function URL has no API keys, and the event would not
/// say what the test thinks it says.
impl EventBuilder {
    /// A user or role that signed the request with IAM credentials.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// let event = EventBuilder::new(Source::FunctionUrl)
    ///     .iam("arn:aws:iam::123456789012:user/alice")
    ///     .to_value();
    /// let iam = &event["requestContext"]["authorizer"]["iam"];
    /// assert_eq!(iam["accountId"], "123456789012");
    /// ```
    #[track_caller]
    pub fn iam(self, arn: &str) -> Self {
        self.caller(Caller::iam(arn))
    }

    /// The claims of a token of a Cognito user pool.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// # use serde_json::json;
    /// let event = EventBuilder::new(Source::RestApi)
    ///     .cognito(&json!({"sub": "alice", "cognito:groups": ["admins", "users"]}))
    ///     .to_value();
    /// let claims = &event["requestContext"]["authorizer"]["claims"];
    /// assert_eq!(claims["cognito:groups"], "admins,users");
    /// ```
    #[track_caller]
    pub fn cognito(self, claims: &(impl Serialize + ?Sized)) -> Self {
        self.caller(Caller::cognito(json(claims)))
    }

    /// The claims of a token that the JWT authorizer of an HTTP API has verified, and the scopes of
    /// the token where the route asks for any.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// # use serde_json::json;
    /// let event = EventBuilder::new(Source::HttpApi)
    ///     .jwt(&json!({"sub": "alice"}), &["orders/read"])
    ///     .to_value();
    /// let jwt = &event["requestContext"]["authorizer"]["jwt"];
    /// assert_eq!(jwt, &json!({"claims": {"sub": "alice"}, "scopes": ["orders/read"]}));
    /// ```
    #[track_caller]
    pub fn jwt(self, claims: &(impl Serialize + ?Sized), scopes: &[&str]) -> Self {
        self.caller(Caller::jwt(json(claims), scopes.iter().copied()))
    }

    /// What a Lambda authorizer said: the principal, and the context of its own making.
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// # use serde_json::json;
    /// let event = EventBuilder::new(Source::HttpApi)
    ///     .lambda_authorizer("alice", &json!({"tenant": "blue", "level": 3}))
    ///     .to_value();
    /// let context = &event["requestContext"]["authorizer"]["lambda"];
    /// assert_eq!(context, &json!({"tenant": "blue", "level": 3}));
    /// ```
    #[track_caller]
    pub fn lambda_authorizer(self, principal: &str, context: &(impl Serialize + ?Sized)) -> Self {
        self.caller(Caller::lambda(principal, json(context)))
    }

    /// The API key of a usage plan of a REST API; it is the header `x-api-key` as well.
    #[track_caller]
    pub fn api_key(self, key: &str) -> Self {
        self.caller(Caller::api_key(key))
    }

    /// The subject of a client certificate (mutual TLS).
    #[track_caller]
    pub fn client_certificate(self, subject: &str) -> Self {
        self.caller(ClientCertificate::new(subject))
    }

    /// A caller with more details than the methods above take, such as an
    /// [`IamCaller`](lambda_api::event::emulate::IamCaller) or a [`ClientCertificate`].
    ///
    /// ```
    /// # use lambda_api::event::Source;
    /// # use lambda_api_testing::EventBuilder;
    /// use lambda_api::event::emulate::ClientCertificate;
    ///
    /// let event = EventBuilder::new(Source::HttpApi)
    ///     .domain("api.example.com")
    ///     .caller(ClientCertificate::new("CN=till-7").serial_number("0a:1b"))
    ///     .to_value();
    /// let certificate = &event["requestContext"]["authentication"]["clientCert"];
    /// assert_eq!(certificate["serialNumber"], "0a:1b");
    /// ```
    ///
    #[track_caller]
    pub fn caller(self, caller: impl Into<Caller>) -> Self {
        let caller = caller.into();
        if let Err(unknown) = caller.check(self.source) {
            panic!("{unknown}");
        }
        self.facts(|facts| facts.caller(caller))
    }

    /// What is in `requestContext.authorizer`, as it stands.
    pub fn authorizer(self, authorizer: Value) -> Self {
        self.facts(|facts| facts.authorizer(authorizer))
    }
}

#[track_caller]
fn json(value: &(impl Serialize + ?Sized)) -> Value {
    match serde_json::to_value(value) {
        Ok(json) => json,
        Err(error) => panic!("the value cannot be written as JSON: {error}"),
    }
}
