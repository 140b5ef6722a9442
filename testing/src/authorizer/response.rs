//! What an authorizer has responded, as API Gateway reads it.

use lambda_api::{event::emulate::policy_allows, events::EventError};
use serde_json::Value;

/// The response of an authorizer, read as API Gateway reads it.
#[derive(Debug)]
pub struct AuthorizerResponse {
    response: Result<Value, EventError>,
    stage_arn: String,
    arn: String,
}

impl AuthorizerResponse {
    #[track_caller]
    pub(super) fn new(
        response: Result<Vec<u8>, EventError>,
        stage_arn: String,
        arn: String,
    ) -> Self {
        let response = response.map(|json| match serde_json::from_slice(&json) {
            Ok(value) => value,
            Err(error) => panic!("the response of the authorizer is not JSON: {error}"),
        });
        Self {
            response,
            stage_arn,
            arn,
        }
    }

    /// The status that the client gets: 200 if the request goes on to the function of its route, 401 for
    /// [`Unauthorized`](lambda_api::authorizer::Unauthorized), 403 if it is denied, 500 for any other error.
    #[must_use]
    pub fn status(&self) -> u16 {
        match &self.response {
            Ok(_) if self.allows(&self.arn) => 200,
            Ok(_) => 403,
            Err(error) if error.to_string() == "Unauthorized" => 401,
            Err(_) => 500,
        }
    }

    /// The error of the invocation, if it failed.
    #[must_use]
    pub fn error(&self) -> Option<&EventError> {
        self.response.as_ref().err()
    }

    /// The JSON, if the invocation succeeded.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        self.response.as_ref().ok()
    }

    /// Whether API Gateway would let another request of the stage pass with the same decision, if it is cached. A
    /// simple response decides for all requests.
    #[must_use]
    pub fn is_allowed(&self, method: &str, path: &str) -> bool {
        self.allows(&format!("{}{method}{path}", self.stage_arn))
    }

    /// Whether API Gateway would let this ARN pass.
    fn allows(&self, arn: &str) -> bool {
        let Ok(response) = &self.response else {
            return false;
        };
        policy_allows(response, arn)
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
