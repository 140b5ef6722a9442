//! Callers of `serve --as`: the local gateway treats them as authenticated.

mod parse;

use crate::event::{
    Source,
    emulate::{Caller, ClientCertificate, IamCaller},
};
use serde_json::Value;
use std::fmt;

/// A caller that the local gateway has authenticated: by `--as`, or by a token that was verified here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LocalCaller {
    Iam(Iam),
    /// An object of claims.
    Cognito(Value),
    Jwt {
        claims: Value,
        scopes: Vec<String>,
    },
    Lambda {
        principal: String,
        context: Value,
    },
    Certificate {
        subject: String,
    },
    ApiKey {
        id: String,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Iam {
    pub(super) arn: String,
    pub(super) organization: Option<String>,
    pub(super) access_key: Option<String>,
    /// The id of the identity in a Cognito identity pool.
    pub(super) cognito_identity: Option<String>,
}

/// The pool of all Cognito identities.
const IDENTITY_POOL: &str = "eu-west-1:1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b";

/// The value of an API key in the event. Its id identifies the key.
const API_KEY: &str = "local-api-key";

impl LocalCaller {
    /// The kind, as in the schemes of authenticators.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Iam(_) => "iam",
            Self::Cognito(_) => "cognito",
            Self::Jwt { .. } => "jwt",
            Self::Lambda { .. } => "lambda",
            Self::Certificate { .. } => "mtls",
            Self::ApiKey { .. } => "api-key",
        }
    }

    /// Whether the authorizer of a route recognises such callers. An event has at most one.
    pub(super) fn is_authorized(&self) -> bool {
        !matches!(self, Self::Certificate { .. } | Self::ApiKey { .. })
    }

    /// The caller in the events of a source.
    pub(super) fn sent(&self) -> Caller {
        match self {
            Self::Iam(iam) => iam.sent(),
            Self::Cognito(claims) => Caller::cognito(claims.clone()),
            Self::Jwt { claims, scopes } => Caller::jwt(claims.clone(), scopes),
            Self::Lambda { principal, context } => {
                Caller::lambda(principal.as_str(), context.clone())
            }
            Self::Certificate { subject } => ClientCertificate::new(subject.as_str()).into(),
            Self::ApiKey { id } => Caller::api_key_with_id(API_KEY, id.as_str()),
        }
    }

    /// Sets the issuer of a token if it has none.
    pub(super) fn issued_by(&mut self, issuer: &str) {
        if let Self::Cognito(claims) | Self::Jwt { claims, .. } = self
            && let Some(claims) = claims.as_object_mut()
            && !claims.contains_key("iss")
        {
            claims.insert("iss".to_owned(), issuer.into());
        }
    }

    /// Adds the principal to the context of a Lambda authorizer as this member if there is none. For
    /// `principalId`, authenticators read `sub` as well.
    pub(super) fn named_by(&mut self, member: &str) {
        if let Self::Lambda { principal, context } = self
            && let Some(context) = context.as_object_mut()
            && !context.contains_key(member)
            && !(member == "principalId" && context.contains_key("sub"))
        {
            context.insert(member.to_owned(), principal.as_str().into());
        }
    }
}

impl Iam {
    fn sent(&self) -> Caller {
        let mut caller = IamCaller::new(self.arn.as_str());
        if let Some(organization) = &self.organization {
            caller = caller.organization(organization.as_str());
        }
        if let Some(id) = &self.access_key {
            caller = caller.access_key(id.as_str());
        }
        if let Some(id) = &self.cognito_identity {
            caller = caller.cognito_identity(IDENTITY_POOL, id.as_str(), ["authenticated"]);
        }
        caller.into()
    }
}

/// Kind and name: `cognito:alice`.
impl fmt::Display for LocalCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = |claims: &Value| match claims.get("sub") {
            Some(Value::String(subject)) => subject.clone(),
            _ => String::new(),
        };
        match self {
            Self::Iam(iam) => write!(f, "iam:{}", iam.arn),
            Self::Cognito(claims) => write!(f, "cognito:{}", subject(claims)),
            Self::Jwt { claims, .. } => write!(f, "jwt:{}", subject(claims)),
            Self::Lambda { principal, .. } => write!(f, "lambda:{principal}"),
            Self::Certificate { subject } => write!(f, "certificate:{subject}"),
            Self::ApiKey { id } => write!(f, "api-key:{id}"),
        }
    }
}

/// Checks whether a source can send these callers in one event.
///
/// # Errors
/// A sentence that names the callers.
pub(super) fn check(callers: &[LocalCaller], source: Source) -> Result<(), String> {
    for caller in callers {
        caller
            .sent()
            .check(source)
            .map_err(|error| format!("`--as {caller}` cannot be served: {error}"))?;
    }
    for (at, caller) in callers.iter().enumerate() {
        let before = callers.iter().take(at);
        for other in before {
            if other.is_authorized() && caller.is_authorized() {
                return Err(format!(
                    "an event has one of the callers `iam`, `cognito`, `jwt` and `lambda`, found \
                     `--as {other}` and `--as {caller}`; `certificate` and `api-key` may come with \
                     it"
                ));
            }
            if other.kind() == caller.kind() {
                return Err(format!(
                    "an event has one caller of a kind, found `--as {other}` and `--as {caller}`"
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
