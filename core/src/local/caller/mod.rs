//! `serve --as CALLER`: whom the local gateway passes off as verified.

mod members;
mod parse;
mod redact;

use crate::event::{
    Source,
    emulate::{Caller, ClientCertificate, IamCaller},
};
use serde_json::Value;
use std::fmt;

/// A caller whom the gateway has recognised: one of `--as`, or one with a token that was verified
/// here.
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
    arn: String,
    organization: Option<String>,
    access_key: Option<String>,
    /// The id of the identity in a Cognito identity pool.
    cognito_identity: Option<String>,
}

/// The pool of Cognito identities.
const IDENTITY_POOL: &str = "eu-west-1:1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b";

/// What an API key of a usage plan is called in the event; only its id says whose it is.
const API_KEY: &str = "local-api-key";

impl LocalCaller {
    /// Reads what follows `--as`. The error says what was expected, with an example.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parse::parse(text)
    }

    /// A caller with a token, as the JWT authorizer of an HTTP API passes him on.
    pub(super) fn jwt(claims: Value, scopes: Vec<String>) -> Self {
        Self::Jwt { claims, scopes }
    }

    /// A caller with a token of a user pool.
    pub(super) fn cognito(claims: Value) -> Self {
        Self::Cognito(claims)
    }

    /// What the schemes of authenticators call this kind of caller.
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

    /// Whether this is what the authorizer of a route says, of which there is one.
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

    /// The issuer of a token of which none was said.
    pub(super) fn issued_by(&mut self, issuer: &str) {
        if let Self::Cognito(claims) | Self::Jwt { claims, .. } = self
            && let Some(claims) = claims.as_object_mut()
            && !claims.contains_key("iss")
        {
            claims.insert("iss".to_owned(), issuer.into());
        }
    }

    /// Has the context of a Lambda authorizer name the principal in this member, unless it names
    /// one. An authenticator that looks for `principalId` takes `sub` as well.
    pub(super) fn named_by(&mut self, member: &str) {
        if let Self::Lambda { principal, context } = self
            && let Some(context) = context.as_object_mut()
            && !context.contains_key(member)
            && !(member == "principalId" && context.contains_key("sub"))
        {
            context.insert(member.to_owned(), principal.as_str().into());
        }
    }

    /// The same caller with nothing in it that says who it is: for a recorded event.
    pub(super) fn redacted(&self) -> Self {
        redact::redacted(self)
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

/// Whether a source can send these callers, in one event.
///
/// # Errors
/// A sentence that names the caller.
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
