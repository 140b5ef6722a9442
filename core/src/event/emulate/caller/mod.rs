//! The caller of a request, as authenticated by the source.

mod caller_location;
mod certificate;
mod claims;
mod iam;

pub(super) use caller_location::{authentication, authorizer, headers, identity, lattice_identity};
pub use certificate::ClientCertificate;
#[cfg(feature = "websocket")]
pub(crate) use claims::of_context as authorizer_context;
pub use iam::IamCaller;

use crate::event::Source;
use serde_json::Value;
use std::fmt;

/// The caller of a request, as authenticated by the source: an IAM user, the claims of a token, the
/// context of a Lambda authorizer, an API key, or a client certificate.
///
/// Each source that supports a kind of caller has its own location for it:
///
/// | caller | location |
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
/// use lambda_api::event::{Source, emulate::{self, Caller, GatewayContext}};
/// use serde_json::json;
///
/// let request = http::Request::get("/").body(Bytes::new())?;
/// let gateway = GatewayContext::new().caller(Caller::jwt(json!({"sub": "alice", "exp": 1583798639}), ["orders/read"]));
/// let event = emulate::event(Source::HttpApi, &request, &gateway);
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
    /// A user or role that signed the request. [`IamCaller`] has more options.
    ///
    /// ```
    /// use lambda_api::event::emulate::Caller;
    ///
    /// let caller = Caller::iam("arn:aws:iam::123456789012:user/alice");
    /// ```
    pub fn iam(arn: impl Into<String>) -> Self {
        IamCaller::new(arn).into()
    }

    /// The claims of a token from a Cognito user pool.
    ///
    /// The claims are an object, and arrive as strings. A REST API joins a list by commas and
    /// writes `exp` and `iat` as dates (`Tue Mar 10 00:03:59 UTC 2020`). The JWT authorizer of an
    /// HTTP API writes a list as `[admins users]`. A claim that is an object arrives as JSON.
    pub fn cognito(claims: Value) -> Self {
        Self(Kind::Cognito(claims))
    }

    /// The claims of a token that a JWT authorizer has verified, with the token's scopes if the
    /// route requires any. At an HTTP API the claims arrive as strings, and a list as
    /// `[admins users]`.
    ///
    /// At a REST API the claims keep their types. The format of its events is not documented yet,
    /// so this is an assumption: see [`JwtAuthorizer`](crate::auth::gateway::JwtAuthorizer). The
    /// scopes are only in the claims, and `exp`, which such an authorizer requires, is added if it
    /// is missing.
    pub fn jwt<S: Into<String>>(claims: Value, scopes: impl IntoIterator<Item = S>) -> Self {
        Self(Kind::Jwt {
            claims,
            scopes: scopes.into_iter().map(Into::into).collect(),
        })
    }

    /// The result of a Lambda authorizer: the principal, and a custom context object.
    ///
    /// A REST API sends the members of the context as strings, and does not accept lists and
    /// objects. HTTP API 2.0 sends the context unchanged, without the principal.
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

    /// The value of an API key of a usage plan, and the id of that key in API Gateway.
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

    /// Checks whether a source supports this caller. [`event`](super::event) omits callers that the
    /// source does not support.
    ///
    /// ```
    /// use lambda_api::event::{Source, emulate::Caller};
    ///
    /// let caller = Caller::api_key("k-1");
    /// assert!(caller.check(Source::RestApi).is_ok());
    /// assert_eq!(
    ///     caller.check(Source::FunctionUrl).unwrap_err().to_string(),
    ///     "source `url` does not support callers with an API key; supported sources: `rest`",
    /// );
    /// ```
    ///
    /// # Errors
    /// Returns an error if:
    ///
    /// - the source does not support this kind of caller, or
    /// - the claims or the context have members that the source does not accept.
    pub fn check(&self, source: Source) -> Result<(), UnknownCaller> {
        let (name, sources) = self.known_to();
        if !sources.contains(&source) {
            let names: Vec<_> = sources.iter().map(|known| format!("`{known}`")).collect();
            return Err(UnknownCaller(format!(
                "source `{source}` does not support {name}; supported sources: {}",
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
                    "{what} can only have strings, numbers and booleans at source `{source}`, found a list or an object in `{name}`"
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

/// The error of a caller that a source does not support.
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
