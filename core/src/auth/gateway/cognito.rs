//! Callers of a Cognito user pool, whose token the gateway has verified.

use super::{
    jwt,
    origin::{Event, Trust, origins},
    token::{ListClaims, Token},
};
use crate::{
    Request,
    auth::{
        Authenticator, Identity, IdentityKind, Installed, Refusal, Scheme, install,
        list_claim::ListClaim,
        pool::{self, Pool},
    },
    event::Source,
};
use std::borrow::Cow;

/// Trusts the claims of tokens that the
/// [Cognito authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html)
/// of a REST API has verified.
///
/// ```
/// use lambda_api::{Api, auth::gateway::CognitoAuthorizer};
///
/// let api = Api::new().authenticate(
///     CognitoAuthorizer::from_apis(["a1b2c3d4e5"]).user_pool("eu-west-1_abc123"),
/// );
/// ```
///
/// An HTTP API has no such authorizer, but its JWT authorizer verifies tokens of user pools just as
/// well, and so does that of a REST API. So that one application can stand behind all of them, their
/// claims are taken too when the issuer is a user pool: `iss` is exactly
/// `https://cognito-idp.REGION.amazonaws.com/POOL` or
/// `https://issuer-cognito-idp.REGION.amazonaws.com/POOL`, with the domain of its partition. Tokens of
/// other issuers are [`Refusal::Absent`] here and for [`JwtAuthorizer`](super::JwtAuthorizer).
///
/// The subject is `sub`, scopes come from `scope`, groups from `cognito:groups`, unless
/// [other](CognitoAuthorizer::scopes_claim) [claims](CognitoAuthorizer::groups_claim) are named; of the
/// lists, and what cannot be known of them, tells [the module](crate::auth::gateway). A claim that
/// cannot be read fails the rules that need it, with the reason in the log. `Claims<T>` has the claims.
#[derive(Clone, Debug)]
#[must_use]
pub struct CognitoAuthorizer {
    trust: Trust,
    pools: Vec<String>,
    /// Regions that the pool before is replicated to, by its place.
    replicas: Vec<(usize, String)>,
    lists: ListClaims,
    verifier: Option<Installed>,
}

origins!(CognitoAuthorizer, "cognito");

impl CognitoAuthorizer {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            pools: Vec::new(),
            replicas: Vec::new(),
            lists: ListClaims::default(),
            verifier: None,
        }
    }

    /// Lets tokens of this user pool in, and of others that are named as well. Any other is
    /// [`Refusal::UnknownIssuer`].
    ///
    /// Without one, all are let in that the gateway lets in.
    pub fn user_pool(mut self, id: impl Into<String>) -> Self {
        self.pools.push(id.into());
        self
    }

    /// The pool that was named last is replicated to this region, and signs with an issuer there, too:
    /// see `Cognito::also_region`. Where no pool is named, those of all regions are let in.
    pub fn also_region(mut self, region: impl Into<String>) -> Self {
        if let Some(last) = self.pools.len().checked_sub(1) {
            self.replicas.push((last, region.into()));
        }
        self
    }

    /// The claim in which the groups stand, instead of `cognito:groups`. Where there is none of this
    /// name, it is a path with dots: `realm_access.roles`.
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
    /// asks this one, and puts the claims where the Cognito authorizer would put them. On Lambda it
    /// is never asked.
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
        if !self.pools.is_empty() {
            let issuer = token.issuer();
            let pool = issuer.as_deref().and_then(Pool::of);
            if !pool.is_some_and(|pool| self.trusts(pool)) {
                return Err(Refusal::UnknownIssuer);
            }
        }
        token.identity(IdentityKind::CognitoAuthorizer, &self.lists)
    }

    fn trusts(&self, pool: Pool<'_>) -> bool {
        self.pools.iter().enumerate().any(|(at, known)| {
            let mut replicas = self.replicas.iter();
            known == pool.id
                && (pool.is_primary()
                    || replicas.any(|(of, region)| *of == at && region == pool.region))
        })
    }

    /// The issuers of the pools that are named.
    fn issuers(&self) -> Vec<String> {
        let mut issuers = Vec::new();
        for (at, id) in self.pools.iter().enumerate() {
            let Some(region) = pool::region(id) else {
                continue;
            };
            issuers.extend(pool::issuers(id, region));
            let replicas = self.replicas.iter().filter(|(of, _)| *of == at);
            issuers.extend(replicas.map(|(_, region)| pool::issuer_in(id, region)));
        }
        issuers
    }
}

fn find<'a>(event: &Event<'a>) -> Result<Option<Token<'a>>, Refusal> {
    match event.source {
        Source::HttpApi | Source::HttpApiV1 => Ok(jwt::find(event)?.filter(Token::is_of_pool)),
        _ => {
            let Some(authorizer) = event.authorizer()? else {
                return Ok(None);
            };
            // The issuer is in every token. An event without one was written by hand, and tells
            // nothing of a JWT authorizer as long as all is text.
            let is_ours = |token: &Token<'_>| {
                token.is_of_pool() || (token.issuer().is_none() && !token.is_typed())
            };
            Ok(Token::find_in_rest_api(&authorizer)?.filter(is_ours))
        }
    }
}

impl Authenticator for CognitoAuthorizer {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "cognito", self.trust.apis())
            .verified_locally(self.verifier.clone())
            .issued_by(self.issuers())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.read(request)
    }

    fn faults(&self) -> Vec<String> {
        let odd = self.pools.iter().filter(|id| pool::region(id).is_none());
        let own = odd.map(|pool| format!("`{pool}` is no user pool: `REGION_ID` is expected"));
        let regions = self.replicas.iter().map(|(_, region)| region);
        let odd = regions.filter(|region| !pool::is_region(region));
        let own = own.chain(odd.map(|region| format!("`{region}` is no region of AWS")));
        let verifier = self.verifier.as_ref().map(Installed::faults);
        let faults = self.trust.faults().into_iter().chain(own);
        faults.chain(verifier.unwrap_or_default()).collect()
    }
}
