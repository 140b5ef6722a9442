//! Callers whose token the JWT authorizer of an HTTP API has verified.

use super::{
    lists::Lists,
    origin::{Event, Trust, origins},
    token::{COGNITO_GROUPS, Token},
};
use crate::{
    Request,
    auth::{Authenticator, Identity, IdentityKind, Installed, Refusal, Scheme, install},
    event::Source,
};
use std::borrow::Cow;

/// Trusts the claims of tokens that the
/// [JWT authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)
/// of an HTTP API has verified.
///
/// ```
/// use lambda_api::{Api, auth::gateway::JwtAuthorizer};
///
/// let api = Api::new().authenticate(
///     JwtAuthorizer::from_apis(["a1b2c3d4e5"]).issuer("https://issuer.example.com"),
/// );
/// ```
///
/// The subject is `sub`, and a token without it is refused with [`Refusal::NoSubject`]. Scopes come
/// from `scope` or `scp`, groups from `cognito:groups` unless
/// [another claim](JwtAuthorizer::groups_claim) is named; of the lists, and what cannot be known of
/// them, tells [the module](crate::auth::gateway). `Claims<T>` has the claims.
#[derive(Clone, Debug)]
#[must_use]
pub struct JwtAuthorizer {
    trust: Trust,
    issuers: Vec<String>,
    groups: Cow<'static, str>,
    verifier: Option<Installed>,
}

origins!(JwtAuthorizer, "jwt");

impl JwtAuthorizer {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            issuers: Vec::new(),
            groups: COGNITO_GROUPS.into(),
            verifier: None,
        }
    }

    /// Lets tokens of this issuer in, and of others that are named as well: `iss`, exactly. Any
    /// other is [`Refusal::UnknownIssuer`].
    ///
    /// Without one, all are let in that the gateway lets in. An HTTP API may have several JWT
    /// authorizers, each for other routes.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// The claim in which the groups stand, instead of `cognito:groups`: `groups`, say, or
    /// `https://example.com/groups`. It is the name of one claim, not a path.
    pub fn groups_claim(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.groups = name.into();
        self
    }

    /// Who verifies real tokens where no gateway stands in front of the function: the local server
    /// asks this one, and puts the claims where the JWT authorizer would put them. On Lambda it is
    /// never asked.
    ///
    /// ```
    /// # use lambda_api::{Authenticator, auth::gateway::JwtAuthorizer};
    /// # fn example(verifier: impl Authenticator) {
    /// // `verifier`: a `Jwt` with the issuer and the audience of the gateway's authorizer.
    /// let authorizer = JwtAuthorizer::from_apis(["a1b2c3d4e5"]).locally(verifier);
    /// # }
    /// ```
    pub fn locally(mut self, verifier: impl Authenticator) -> Self {
        self.verifier = Some(install(verifier));
        self
    }

    fn read(&self, request: &Request) -> Result<Identity, Refusal> {
        let event = Event::of(request)?;
        let token = find(&event)?.ok_or(Refusal::Absent)?;
        self.trust
            .check(&event, &[Source::HttpApi, Source::HttpApiV1])?;
        let known = token
            .issuer()
            .is_some_and(|issuer| self.issuers.contains(&issuer));
        if !known && !self.issuers.is_empty() {
            return Err(Refusal::UnknownIssuer);
        }
        token.identity(IdentityKind::JwtAuthorizer, &self.groups)
    }
}

/// What the JWT authorizer says. `authorizer.claims` of a REST API is what the Cognito authorizer
/// says, and none of ours.
pub(super) fn find<'a>(event: &Event<'a>) -> Result<Option<Token<'a>>, Refusal> {
    let Some(authorizer) = event.authorizer()? else {
        return Ok(None);
    };
    match event.source {
        Source::RestApi => Ok(None),
        Source::HttpApiV1 => Token::find(&authorizer, Lists::Brackets),
        _ => match authorizer.only_object("jwt")? {
            Some(jwt) => Token::find(&jwt, Lists::Brackets),
            None => Ok(None),
        },
    }
}

impl Authenticator for JwtAuthorizer {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "jwt", self.trust.apis())
            .verified_locally(self.verifier.clone())
            .issued_by(self.issuers.clone())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.read(request)
    }

    fn faults(&self) -> Vec<String> {
        let verifier = self.verifier.as_ref().map(Installed::faults);
        let faults = self.trust.faults().into_iter();
        faults.chain(verifier.unwrap_or_default()).collect()
    }
}
