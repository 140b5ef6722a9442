//! Callers whom a Lambda authorizer let in.

use super::{
    lists::Lists,
    object::Object,
    origin::{Event, Trust, origins},
};
use crate::{
    Request,
    auth::{Authenticator, Identity, IdentityKind, Refusal, Scheme, identity::RawClaims},
    event::Source,
};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Trusts what a
/// [Lambda authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html)
/// of a REST API or an HTTP API says of callers.
///
/// ```
/// use lambda_api::{Api, Claims, api_handler, auth::gateway::LambdaAuthorizer, routes};
/// use serde::Deserialize;
///
/// /// The `context` of the authorizer's reply.
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
/// The context is what `Claims<T>` has. Payload format 2.0 sends it as it is. REST API and payload
/// format 1.0 make strings of its values, and `T` reads booleans and numbers from them; the
/// principal is no part of it there.
///
/// # Who the subject is
/// `principalId` of the authorizer's reply. Payload format 2.0 does not send that, and the simple
/// reply of an HTTP API has none; then it is the member `principalId` or `sub` of the context. Where
/// it is called otherwise, name it with [`subject`](LambdaAuthorizer::subject). Without any there is
/// nobody: [`Refusal::NoSubject`].
#[derive(Clone, Debug)]
#[must_use]
pub struct LambdaAuthorizer {
    trust: Trust,
    subject: Option<String>,
}

origins!(LambdaAuthorizer, "lambda");

/// Whom a Lambda authorizer let in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LambdaIdentity {
    /// The `principalId` of its reply, where the event has it: payload format 1.0 alone does.
    pub principal_id: Option<String>,
}

const PRINCIPAL: &str = "principalId";

/// What the gateway adds to the context in payload format 1.0.
const OF_GATEWAY: [&str; 2] = [PRINCIPAL, "integrationLatency"];

enum Part<'a> {
    /// `requestContext.authorizer` of payload format 1.0: all flat.
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

    /// The member of the context that names the caller, instead of `principalId`. It must be
    /// different for each of them.
    pub fn subject(mut self, member: impl Into<String>) -> Self {
        self.subject = Some(member.into());
        self
    }

    fn read(&self, request: &Request) -> Result<Identity, Refusal> {
        let event = Event::of(request)?;
        let part = find(&event)?.ok_or(Refusal::Absent)?;
        self.trust.check(
            &event,
            &[Source::RestApi, Source::HttpApi, Source::HttpApiV1],
        )?;
        let (principal_id, context, claims) = match part {
            Part::Flat(authorizer) => {
                let members: BTreeMap<_, _> = authorizer
                    .members()
                    .filter(|(name, _)| !OF_GATEWAY.contains(name))
                    .collect();
                let json = serde_json::to_string(&members);
                let json = json.map_err(|_| Refusal::MalformedContext)?;
                (
                    authorizer.string(PRINCIPAL),
                    authorizer,
                    RawClaims::Stringified(json.into(), Lists::Commas),
                )
            }
            Part::Nested(json, context) => (None, context, RawClaims::Json(json.get().into())),
        };
        let subject = match &self.subject {
            Some(member) => context.string(member),
            None => context.string(PRINCIPAL).or_else(|| context.string("sub")),
        };
        let kind = IdentityKind::LambdaAuthorizer(LambdaIdentity { principal_id });
        Ok(Identity::new(subject.ok_or(Refusal::NoSubject)?)
            .with_kind(kind)
            .with_raw_claims(claims))
    }
}

fn find<'a>(event: &Event<'a>) -> Result<Option<Part<'a>>, Refusal> {
    let Some(authorizer) = event.authorizer()? else {
        return Ok(None);
    };
    match event.source {
        Source::RestApi | Source::HttpApiV1 => {
            // Beside the claims of a token there is no principal; and where there is neither,
            // anything else can only be the context of a simple reply.
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

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.read(request)
    }

    fn faults(&self) -> Vec<String> {
        self.trust.faults()
    }
}
