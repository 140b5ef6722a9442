//! Callers whose token a JWT authorizer has verified.

use super::{
    lists::Lists,
    origin::{Event, Trust, origins},
    token::{ListClaims, Token},
};
use crate::{
    Request,
    auth::{
        Authenticator, Identity, IdentityKind, Installed, Refusal, Scheme, install,
        list_claim::ListClaim,
    },
    event::Source,
};
use std::borrow::Cow;

/// Trusts the claims of tokens that the
/// [JWT authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)
/// of an HTTP API, or the one of a REST API, has verified.
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
/// from `scope` or `scp`, groups from `cognito:groups`, unless
/// [other](JwtAuthorizer::scopes_claim) [claims](JwtAuthorizer::groups_claim) are named; of the lists,
/// and what cannot be known of them, tells [the module](crate::auth::gateway). A claim that cannot be
/// read fails the rules that need it, with the reason in the log. `Claims<T>` has the claims.
///
/// # REST APIs
/// They have JWT authorizers of their own since November 2026, with one issuer or several. No event of
/// one is public yet; this is assumed:
///
/// - The claims stand in `requestContext.authorizer.claims`, where those of a Cognito authorizer
///   stand, and have the types that they have in the token. So names in an array are not split, and
///   `Claims<T>` reads numbers, lists and objects as they are.
/// - The Cognito authorizer makes strings of all claims. So claims with anything but strings, the
///   number `exp` of every token above all, are those of a JWT authorizer, and so are claims of an
///   issuer that is no user pool. Nothing but strings of a user pool is [`Refusal::Absent`] here, and
///   for [`CognitoAuthorizer`](super::CognitoAuthorizer).
#[derive(Clone, Debug)]
#[must_use]
pub struct JwtAuthorizer {
    trust: Trust,
    issuers: Vec<String>,
    lists: ListClaims,
    verifier: Option<Installed>,
}

origins!(JwtAuthorizer, "jwt");

impl JwtAuthorizer {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            issuers: Vec::new(),
            lists: ListClaims::default(),
            verifier: None,
        }
    }

    /// Lets tokens of this issuer in, and of others that are named as well: `iss`, exactly. Any
    /// other is [`Refusal::UnknownIssuer`].
    ///
    /// Without one, all are let in that the gateway lets in. An API may have several JWT authorizers,
    /// each for other routes, and one of a REST API may have several issuers.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// The claim in which the groups stand, instead of `cognito:groups`: `groups`, say, or
    /// `https://example.com/groups`. Where there is none of this name, it is a path with dots:
    /// `realm_access.roles`.
    pub fn groups_claim(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.lists.groups = ListClaim::named(path.into());
        self
    }

    /// The claim in which the scopes stand, instead of `scope`, else `scp`: a name or a path, as for
    /// the groups.
    pub fn scopes_claim(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.lists.scopes = ListClaim::named(path.into());
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
        self.trust.check(
            &event,
            &[Source::RestApi, Source::HttpApi, Source::HttpApiV1],
        )?;
        let known = token
            .issuer()
            .is_some_and(|issuer| self.issuers.contains(&issuer));
        if !known && !self.issuers.is_empty() {
            return Err(Refusal::UnknownIssuer);
        }
        token.identity(IdentityKind::JwtAuthorizer, &self.lists)
    }
}

/// What the JWT authorizer says.
pub(super) fn find<'a>(event: &Event<'a>) -> Result<Option<Token<'a>>, Refusal> {
    let Some(authorizer) = event.authorizer()? else {
        return Ok(None);
    };
    match event.source {
        Source::RestApi => {
            let is_ours = |token: &Token<'_>| {
                token.is_typed() || (token.issuer().is_some() && !token.is_of_pool())
            };
            Ok(Token::find_in_rest_api(&authorizer)?.filter(is_ours))
        }
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
