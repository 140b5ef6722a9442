//! Whom a source says the caller is.

mod certificate;
mod claims;
mod iam;
mod place;

pub use certificate::ClientCertificate;
pub use iam::IamCaller;
pub(super) use place::{authentication, authorizer, headers, identity, lattice_identity};

use crate::event::Source;
use serde_json::Value;
use std::fmt;

/// Whom a source says the caller is, having checked it: an IAM user, the claims of a token, what a
/// Lambda authorizer said, an API key, a client certificate.
///
/// Each source that knows such a caller has a shape of its own for it:
///
/// | caller | where it stands |
/// |---|---|
/// | [`iam`](Caller::iam) | REST API and HTTP API 1.0: `requestContext.identity`; HTTP API 2.0 and function URL: `requestContext.authorizer.iam`; VPC Lattice 2: `requestContext.identity`; VPC Lattice 1: the header `x-amzn-lattice-identity` |
/// | [`cognito`](Caller::cognito) | REST API and HTTP API 1.0: `requestContext.authorizer.claims`; HTTP API 2.0: `requestContext.authorizer.jwt.claims` |
/// | [`jwt`](Caller::jwt) | HTTP API 2.0: `requestContext.authorizer.jwt`; HTTP API 1.0: `requestContext.authorizer`; REST API: `requestContext.authorizer.claims` |
/// | [`lambda`](Caller::lambda) | REST API and HTTP API 1.0: `requestContext.authorizer`; HTTP API 2.0: `requestContext.authorizer.lambda` |
/// | [`api_key`](Caller::api_key) | REST API: `requestContext.identity.apiKey`, and the header `x-api-key` |
/// | [`ClientCertificate`] | REST API and HTTP API 1.0: `requestContext.identity.clientCert`; HTTP API 2.0: `requestContext.authentication.clientCert`; ALB: the headers `x-amzn-mtls-clientcert-*` |
///
/// ```
/// use bytes::Bytes;
/// use lambda_api::event::{Source, emulate::{self, Caller, Facts}};
/// use serde_json::json;
///
/// let request = http::Request::get("/").body(Bytes::new())?;
/// let facts = Facts::new().caller(Caller::jwt(json!({"sub": "alice", "exp": 1583798639}), ["orders/read"]));
/// let event = emulate::event(Source::HttpApi, &request, &facts);
/// assert_eq!(
///     event["requestContext"]["authorizer"]["jwt"],
///     json!({"claims": {"sub": "alice", "exp": "1583798639"}, "scopes": ["orders/read"]}),
/// );
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Caller(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Iam(IamCaller),
    Cognito(Value),
    Jwt { claims: Value, scopes: Vec<String> },
    Lambda { principal: String, context: Value },
    ApiKey { key: String, id: String },
    Certificate(ClientCertificate),
}

impl Caller {
    /// A user or role that signed the request. [`IamCaller`] has the details.
    ///
    /// ```
    /// use lambda_api::event::emulate::Caller;
    ///
    /// let caller = Caller::iam("arn:aws:iam::123456789012:user/alice");
    /// ```
    pub fn iam(arn: impl Into<String>) -> Self {
        IamCaller::new(arn).into()
    }

    /// The claims of a token of a Cognito user pool.
    ///
    /// They are an object, and arrive as strings. A REST API separates the entries of a list by
    /// commas and writes `exp` and `iat` as dates (`Tue Mar 10 00:03:59 UTC 2020`); an HTTP API,
    /// where the authorizer is one for JWTs, writes a list as `[admins users]`. A claim that is an
    /// object arrives as JSON.
    pub fn cognito(claims: Value) -> Self {
        Self(Kind::Cognito(claims))
    }

    /// The claims of a token that a JWT authorizer has verified, with the scopes of the token where
    /// the route asks for any. At an HTTP API claims arrive as strings, a list as `[admins users]`.
    ///
    /// At a REST API they have their types. How its events look is not public yet, so this is what is
    /// assumed: see [`JwtAuthorizer`](crate::auth::gateway::JwtAuthorizer). The scopes stand in the
    /// claims alone, and `exp`, which such an authorizer asks for, is added where it is missing.
    pub fn jwt<S: Into<String>>(claims: Value, scopes: impl IntoIterator<Item = S>) -> Self {
        Self(Kind::Jwt {
            claims,
            scopes: scopes.into_iter().map(Into::into).collect(),
        })
    }

    /// What a Lambda authorizer said: the principal, and an object of its own making.
    ///
    /// A REST API sends the members of that object as strings, and takes none that are lists or
    /// objects. HTTP API 2.0 sends it as it is, without the principal.
    pub fn lambda(principal: impl Into<String>, context: Value) -> Self {
        Self(Kind::Lambda {
            principal: principal.into(),
            context,
        })
    }

    /// The value of an API key of a usage plan.
    pub fn api_key(key: impl Into<String>) -> Self {
        Self::api_key_with_id(key, "a1b2c3d4e5")
    }

    /// The value of an API key of a usage plan, and the id by which API Gateway knows that key.
    ///
    /// ```
    /// use lambda_api::event::emulate::Caller;
    ///
    /// let caller = Caller::api_key_with_id("k-1", "x9y8z7");
    /// ```
    pub fn api_key_with_id(key: impl Into<String>, id: impl Into<String>) -> Self {
        Self(Kind::ApiKey {
            key: key.into(),
            id: id.into(),
        })
    }

    /// Whether a source can send this caller. [`event`](super::event) leaves out one that it
    /// cannot.
    ///
    /// ```
    /// use lambda_api::event::{Source, emulate::Caller};
    ///
    /// let caller = Caller::api_key("k-1");
    /// assert!(caller.check(Source::RestApi).is_ok());
    /// assert_eq!(
    ///     caller.check(Source::FunctionUrl).unwrap_err().to_string(),
    ///     "source `url` knows no callers with an API key; these do: `rest`",
    /// );
    /// ```
    ///
    /// # Errors
    /// When the source has no such callers, or the claims or the context have members that it
    /// does not take.
    pub fn check(&self, source: Source) -> Result<(), UnknownCaller> {
        let (name, sources) = self.known_to();
        if !sources.contains(&source) {
            let names: Vec<_> = sources.iter().map(|known| format!("`{known}`")).collect();
            return Err(UnknownCaller(format!(
                "source `{source}` knows no {name}; these do: {}",
                names.join(", ")
            )));
        }
        let content = match &self.0 {
            Kind::Cognito(claims) | Kind::Jwt { claims, .. } => ("claims", claims),
            Kind::Lambda { context, .. } => ("the context of a Lambda authorizer", context),
            Kind::Iam(_) | Kind::ApiKey { .. } | Kind::Certificate(_) => return Ok(()),
        };
        let (what, Some(members)) = (content.0, content.1.as_object()) else {
            return Err(UnknownCaller(format!(
                "{} must be an object, found {}",
                content.0, content.1
            )));
        };
        let nested = members
            .iter()
            .find(|(_, value)| value.is_array() || value.is_object());
        match nested {
            Some((name, _))
                if matches!(self.0, Kind::Lambda { .. }) && source != Source::HttpApi =>
            {
                Err(UnknownCaller(format!(
                    "{what} has strings, numbers and booleans at source `{source}`, found a list or an object in `{name}`"
                )))
            }
            _ => Ok(()),
        }
    }

    /// The account of the caller.
    pub(super) fn account(&self) -> Option<&str> {
        match &self.0 {
            Kind::Iam(caller) => caller.account(),
            _ => None,
        }
    }

    fn known_to(&self) -> (&'static str, &'static [Source]) {
        use Source::{
            Alb, AlbMultiValue, FunctionUrl, HttpApi, HttpApiV1, LatticeV1, LatticeV2, RestApi,
        };
        match &self.0 {
            Kind::Iam(_) => (
                "callers with IAM credentials",
                &[
                    RestApi,
                    HttpApi,
                    HttpApiV1,
                    FunctionUrl,
                    LatticeV1,
                    LatticeV2,
                ],
            ),
            Kind::Cognito(_) => (
                "callers of a Cognito user pool",
                &[RestApi, HttpApi, HttpApiV1],
            ),
            Kind::Jwt { .. } => ("callers with a JWT", &[RestApi, HttpApi, HttpApiV1]),
            Kind::Lambda { .. } => (
                "callers of a Lambda authorizer",
                &[RestApi, HttpApi, HttpApiV1],
            ),
            Kind::ApiKey { .. } => ("callers with an API key", &[RestApi]),
            Kind::Certificate(_) => (
                "callers with a client certificate",
                &[RestApi, HttpApi, HttpApiV1, Alb, AlbMultiValue],
            ),
        }
    }
}

impl From<IamCaller> for Caller {
    fn from(caller: IamCaller) -> Self {
        Self(Kind::Iam(caller))
    }
}

impl From<ClientCertificate> for Caller {
    fn from(certificate: ClientCertificate) -> Self {
        Self(Kind::Certificate(certificate))
    }
}

/// Why a source cannot send a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCaller(String);

impl fmt::Display for UnknownCaller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnknownCaller {}

#[cfg(test)]
mod tests;
