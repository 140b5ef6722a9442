//! What differs between deployments, from the environment.

use std::env;

pub(crate) struct Settings {
    /// The id of the user pool, such as `eu-west-1_abc123`.
    pub(crate) pool: String,
    /// The id of the app client that the tokens are issued to.
    pub(crate) client: String,
    /// Where the keys of the pool are, when not at Cognito itself.
    pub(crate) jwks_url: Option<String>,
    /// The id of the API Gateway API that checks IAM; a release build needs it.
    pub(crate) api_id: Option<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("the environment variable {0} is not set: {1}")]
pub(crate) struct MissingSetting(&'static str, &'static str);

impl Settings {
    pub(crate) fn from_environment() -> Result<Self, MissingSetting> {
        let optional = |name| {
            env::var(name)
                .ok()
                .filter(|value: &String| !value.is_empty())
        };
        let required = |name, what| optional(name).ok_or(MissingSetting(name, what));
        Ok(Self {
            pool: required("COGNITO_POOL", "the id of the Cognito user pool")?,
            client: required("COGNITO_CLIENT", "the id of its app client")?,
            jwks_url: optional("JWKS_URL"),
            api_id: optional("API_ID"),
        })
    }
}
