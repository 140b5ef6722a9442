//! Authenticator for the Lambda authorizers of API Gateway.

use super::{
    claims_coercion::Lists,
    trusted_apis::{API_GATEWAY, Event, Trust, origins},
};
use crate::{
    Request,
    auth::{
        AuthError, Authenticator, Identity, IdentityKind, Installed, Scheme,
        authenticator::{BuiltIn, Own},
        description::{Description, Kind},
        identity::{LambdaIdentity, RawClaims},
        install,
        json::Object,
    },
    event::Source,
    setting::{Setting, Visit},
};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Authenticator for callers that a Lambda authorizer has accepted: a
/// [Lambda authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html)
/// of a REST API or an HTTP API.
///
/// ```
/// use lambda_api::{Api, Claims, api_handler, auth::gateway::LambdaAuthorizer, routes};
/// use serde::Deserialize;
///
/// /// The `context` of the authorizer's response.
/// #[derive(Deserialize)]
/// struct Caller {
///     tenant: String,
///     premium: bool,
/// }
///
/// #[api_handler(GET "/tenant")]
/// async fn tenant(Claims(caller): Claims<Caller>) -> String {
///     caller.tenant
/// }
///
/// let api = Api::new()
///     .authenticate(LambdaAuthorizer::from_apis(["a1b2c3d4e5"]).subject("tenant"))
///     .routes(routes![tenant]);
/// ```
///
/// `Claims<T>` reads the context. Payload format 2.0 sends it as JSON. REST APIs and payload format 1.0
/// turn its values into strings, from which `T` reads booleans and numbers; the principal is not part
/// of it there.
///
/// # Subject
/// The subject is `principalId` of the authorizer's response. Payload format 2.0 does not send it, and
/// the simple response of an HTTP API does not have it: the subject is then the member `principalId` or
/// `sub` of the context, or the one that [`subject`](LambdaAuthorizer::subject) names. An
/// [`#[authorizer]`](macro@crate::authorizer) writes `sub`. A caller without
/// a subject is rejected with [`AuthError::NoSubject`].
#[derive(Clone, Debug)]
#[must_use]
pub struct LambdaAuthorizer {
    trust: Trust,
    subject: Option<String>,
}

origins!(LambdaAuthorizer, "lambda");

const PRINCIPAL: &str = "principalId";

/// Members that the gateway adds to the context in payload format 1.0.
const OF_GATEWAY: [&str; 2] = [PRINCIPAL, "integrationLatency"];

enum Part<'a> {
    /// `requestContext.authorizer` of payload format 1.0.
    Flat(Object<'a>),
    /// `requestContext.authorizer.lambda` of payload format 2.0.
    Nested(&'a RawValue, Object<'a>),
}

impl LambdaAuthorizer {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            subject: None,
        }
    }

    /// Reads the subject from this member of the context instead of `principalId`. Its value must be
    /// different for each caller.
    pub fn subject(mut self, member: impl Into<String>) -> Self {
        self.subject = Some(member.into());
        self
    }

    fn read(&self, request: &Request) -> Result<Identity, AuthError> {
        let event = Event::of(request)?;
        let part = find(&event)?.ok_or(AuthError::Absent)?;
        self.trust.check(&event, API_GATEWAY)?;
        let (principal_id, context, claims) = match part {
            Part::Flat(authorizer) => {
                let members: BTreeMap<_, _> = authorizer
                    .members()
                    .filter(|(name, _)| !OF_GATEWAY.contains(name))
                    .collect();
                let json = serde_json::to_string(&members);
                let json = json.map_err(|_| AuthError::MalformedContext)?;
                (
                    authorizer.owned_text(PRINCIPAL),
                    authorizer,
                    RawClaims::Stringified(json.into(), Lists::Commas),
                )
            }
            Part::Nested(json, context) => (None, context, RawClaims::Json(json.get().into())),
        };
        let subject = match &self.subject {
            Some(member) => context.owned_text(member),
            None => context
                .owned_text(PRINCIPAL)
                .or_else(|| context.owned_text("sub")),
        };
        let kind = IdentityKind::LambdaAuthorizer(LambdaIdentity { principal_id });
        Ok(Identity::new(subject.ok_or(AuthError::NoSubject)?)
            .with_kind(kind)
            .with_raw_claims(claims))
    }
}

fn find<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, AuthError> {
    let Some(authorizer) = event.authorizer()? else {
        return Ok(None);
    };
    match event.source {
        Source::RestApi | Source::HttpApiV1 => {
            // A token has no principal. Without either, other members are the context of a simple
            // response.
            let by_lambda = match (authorizer.get(PRINCIPAL), authorizer.object("claims")?) {
                (Some(_), _) => true,
                (None, Some(_)) => false,
                (None, None) => authorizer
                    .members()
                    .any(|(name, _)| !matches!(name, "claims" | "scopes" | "integrationLatency")),
            };
            Ok(by_lambda.then_some(Part::Flat(authorizer)))
        }
        _ => {
            let Some(context) = authorizer.only_object("lambda")? else {
                return Ok(None);
            };
            let json = authorizer.get("lambda");
            Ok(json.map(|json| Part::Nested(json, context)))
        }
    }
}

impl Authenticator for LambdaAuthorizer {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "lambda", self.trust.apis())
            .named_by(self.subject.clone())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        self.read(request)
    }

    fn config_errors(&self) -> Vec<String> {
        self.checked(|| self.trust.config_errors())
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for LambdaAuthorizer {
    fn describe(&self) -> Description {
        Description {
            subject: self.subject.clone(),
            ..self.trust.describe(Kind::Lambda, &self.scheme())
        }
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        let mut visited = self.clone();
        visited.trust.settings(visit);
        install(visited)
    }
}
