//! Verification of tokens in place of the authorizers of the gateway.

use super::caller::LocalCaller;
use crate::{
    Body, Identity, Problem, Request, Response,
    auth::{AuthError, GatewayScheme, Installed},
    event::Source,
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Map, Value};

/// The authenticators that verify tokens in place of the gateway.
#[derive(Debug, Default)]
pub(super) struct Verifiers(Vec<Verifier>);

#[derive(Debug)]
struct Verifier {
    kind: Kind,
    verifier: Installed,
}

/// The authorizer that the verifier replaces.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Jwt,
    Cognito,
}

/// Rejection of a token by all verifiers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rejected(String);

impl Verifiers {
    /// The verifiers of the authorizers that the source has.
    pub(super) fn new(schemes: &[GatewayScheme], source: Source) -> Self {
        let verifiers = schemes.iter().filter_map(|scheme| {
            let kind = match scheme.kind {
                "jwt" => Kind::Jwt,
                "cognito" => Kind::Cognito,
                _ => return None,
            };
            let caller = kind.caller(Value::Object(Map::new()), Vec::new());
            caller.sent().check(source).ok()?;
            Some(Verifier {
                kind,
                verifier: scheme.verifier.clone()?,
            })
        });
        Self(verifiers.collect())
    }

    /// The names of the authenticators that verify tokens.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|one| one.verifier.name())
    }

    /// The caller with the token of this request; `None` if it has no token.
    ///
    /// It is not known which authorizer a route has. So one of them must accept the token, and the
    /// authenticators of the Api decide where it may be used.
    ///
    /// # Errors
    /// If no authorizer accepts the token.
    pub(super) async fn caller(
        &self,
        request: &http::Request<Bytes>,
    ) -> Result<Option<LocalCaller>, Rejected> {
        let mut rejected = Vec::new();
        for Verifier { kind, verifier } in &self.0 {
            match verifier.authenticate(&with_body(request)).await {
                Ok(identity) => return Ok(Some(kind.caller(claims(&identity), scopes(&identity)))),
                Err(AuthError::Absent) => {}
                Err(rejection) => rejected.push((verifier.name(), rejection)),
            }
        }
        if rejected.is_empty() {
            return Ok(None);
        }
        let reasons: Vec<String> = rejected
            .into_iter()
            .map(|(name, rejection)| format!("token rejected by `{name}`: {rejection}"))
            .collect();
        Err(Rejected(reasons.join("\n")))
    }
}

impl Kind {
    fn caller(self, claims: Value, scopes: Vec<String>) -> LocalCaller {
        match self {
            Self::Jwt => LocalCaller::Jwt { claims, scopes },
            Self::Cognito => LocalCaller::Cognito(claims),
        }
    }
}

/// The request for an authenticator.
fn with_body(request: &http::Request<Bytes>) -> Request {
    let (parts, body) = request.clone().into_parts();
    Request::from_parts(parts, Body::from(body))
}

/// The claims of the token, or those made of an identity without claims.
fn claims(identity: &Identity) -> Value {
    let raw = identity.raw_claims().unwrap_or_default();
    if let Ok(claims @ Value::Object(_)) = serde_json::from_str(raw) {
        return claims;
    }
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), identity.subject().into());
    if let Some(issuer) = identity.issuer() {
        claims.insert("iss".to_owned(), issuer.into());
    }
    let groups: Vec<Value> = identity.groups().map(Value::from).collect();
    if !groups.is_empty() {
        claims.insert("cognito:groups".to_owned(), groups.into());
    }
    let scopes = scopes(identity).join(" ");
    if !scopes.is_empty() {
        claims.insert("scope".to_owned(), scopes.into());
    }
    claims.into()
}

fn scopes(identity: &Identity) -> Vec<String> {
    identity.scopes().map(str::to_owned).collect()
}

impl Rejected {
    /// The response of API Gateway, which does not call the function.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>.
    pub(super) fn response(&self) -> Response {
        let mut response = Response::new(Body::from(r#"{"message":"Unauthorized"}"#));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }

    /// The problem shown in the terminal.
    pub(super) fn problem(&self) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized").with_cause(self.0.as_str())
    }
}
