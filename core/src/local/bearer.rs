//! A token that comes with a request: verified as an authorizer of the gateway would.

use super::caller::LocalCaller;
use crate::{
    Body, Identity, Problem, Request, Response,
    auth::{GatewayScheme, Installed, Refusal},
    event::Source,
};
use bytes::Bytes;
use http::{HeaderValue, StatusCode, header::CONTENT_TYPE};
use serde_json::{Map, Value};

/// Who verifies tokens in place of the gateway.
#[derive(Debug, Default)]
pub(super) struct Verifiers(Vec<Verifier>);

#[derive(Debug)]
struct Verifier {
    kind: Kind,
    verifier: Installed,
}

/// The authorizer that the verifier stands for.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Jwt,
    Cognito,
}

/// Why no verifier accepts a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refused(String);

impl Verifiers {
    /// Those of authorizers that the source has.
    pub(super) fn new(schemes: &[GatewayScheme], source: Source) -> Self {
        let verifiers = schemes.iter().filter_map(|scheme| {
            let kind = match scheme.kind {
                "jwt" => Kind::Jwt,
                "cognito" => Kind::Cognito,
                _ => return None,
            };
            let has_authorizer = kind.caller(Value::Object(Map::new()), Vec::new());
            has_authorizer.sent().check(source).ok()?;
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

    /// The caller with the token of this request; `None` when it has none.
    ///
    /// Here it is not known which authorizer a route has. So a token has to be good for one of
    /// them, and the authenticators of the Api decide where it may be used.
    ///
    /// # Errors
    /// When there is a token, and no authorizer accepts it.
    pub(super) async fn caller(
        &self,
        request: &http::Request<Bytes>,
    ) -> Result<Option<LocalCaller>, Refused> {
        let mut refused = Vec::new();
        for Verifier { kind, verifier } in &self.0 {
            match verifier.authenticate(&with_body(request)).await {
                Ok(identity) => return Ok(Some(kind.caller(claims(&identity), scopes(&identity)))),
                Err(Refusal::Absent) => {}
                Err(refusal) => refused.push((verifier.name(), refusal)),
            }
        }
        if refused.is_empty() {
            return Ok(None);
        }
        let reasons: Vec<String> = refused
            .into_iter()
            .map(|(name, refusal)| format!("token refused by `{name}`: {refusal}"))
            .collect();
        Err(Refused(reasons.join("\n")))
    }
}

impl Kind {
    fn caller(self, claims: Value, scopes: Vec<String>) -> LocalCaller {
        match self {
            Self::Jwt => LocalCaller::jwt(claims, scopes),
            Self::Cognito => LocalCaller::cognito(claims),
        }
    }
}

/// The request as an authenticator sees it.
fn with_body(request: &http::Request<Bytes>) -> Request {
    let (parts, body) = request.clone().into_parts();
    Request::from_parts(parts, Body::from(body))
}

/// The claims of the token; of a verifier that tells none, what it says instead.
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

impl Refused {
    /// What API Gateway answers before any function is called.
    ///
    /// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html>.
    pub(super) fn response(&self) -> Response {
        let mut response = Response::new(Body::from(r#"{"message":"Unauthorized"}"#));
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        response
    }

    /// What the terminal says of it.
    pub(super) fn problem(&self) -> Problem {
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized").with_cause(self.0.as_str())
    }
}
