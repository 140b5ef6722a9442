//! What an authorizer has responded, as API Gateway reads it.

use super::AuthorizerEvent;
use crate::{EventOutcome, TestClient, TrackedFuture};
use lambda_api::event::emulate::policy_allows;
use serde_json::Value;
use std::borrow::Borrow;

impl TestClient {
    /// Has the authorizer of the application decide about a request.
    ///
    /// It is invoked as by [`event`](Self::event). [`AuthorizerEvent`] has an example.
    pub fn authorize(
        &self,
        event: impl Borrow<AuthorizerEvent>,
    ) -> TrackedFuture<'static, AuthorizerResponse> {
        let event = event.borrow();
        let (stage_arn, arn) = (event.stage_arn(), event.arn());
        let outcome = self.event(event);
        TrackedFuture::new(async move {
            let outcome = outcome.await;
            let json = outcome.error_type().is_none().then(|| outcome.response());
            Ok(AuthorizerResponse {
                outcome,
                json,
                stage_arn,
                arn,
            })
        })
    }
}

/// The response of an authorizer, read as API Gateway reads it. [`TestClient::authorize`] returns it.
#[derive(Debug)]
pub struct AuthorizerResponse {
    outcome: EventOutcome,
    json: Option<Value>,
    stage_arn: String,
    arn: String,
}

impl AuthorizerResponse {
    /// The status that the client gets: 200 if the request goes on to the function of its route, 401 for
    /// [`Unauthorized`](lambda_api::authorizer::Unauthorized), 403 if it is denied, 500 for any other error.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.outcome.error_message() {
            None if self.allows(&self.arn) => 200,
            None => 403,
            Some("Unauthorized") => 401,
            Some(_) => 500,
        }
    }

    /// The outcome of the invocation: its error, and which authorizer it was.
    pub fn outcome(&self) -> &EventOutcome {
        &self.outcome
    }

    /// The JSON, if the invocation succeeded.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.json.as_ref()
    }

    /// Whether API Gateway would let another request of the stage pass with the same decision, if it is cached. A
    /// simple response decides for all requests.
    #[must_use]
    pub fn is_allowed(&self, method: &str, path: &str) -> bool {
        self.allows(&format!("{}{method}{path}", self.stage_arn))
    }

    /// Whether API Gateway would let this ARN pass.
    fn allows(&self, arn: &str) -> bool {
        self.json()
            .is_some_and(|response| policy_allows(response, arn))
    }

    /// The `principalId`.
    #[must_use]
    pub fn principal(&self) -> Option<&str> {
        self.json()?.get("principalId")?.as_str()
    }

    /// A value in the context.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<&Value> {
        self.json()?.get("context")?.get(name)
    }

    /// The `usageIdentifierKey`.
    #[must_use]
    pub fn usage_identifier_key(&self) -> Option<&str> {
        self.json()?.get("usageIdentifierKey")?.as_str()
    }
}
