//! Authenticator for the Cognito authorizer of API Gateway.

use super::{
    jwt,
    token::{ListClaims, Token},
    trusted_apis::{API_GATEWAY, Event, Trust, origins},
};
#[cfg(all(debug_assertions, feature = "jwt"))]
use crate::auth::LocalKey;
use crate::{
    Request,
    auth::{
        AuthError, Authenticator, Identity, IdentityKind, Installed, Scheme,
        authenticator::{BuiltIn, Own},
        description::{Description, Kind, UserPool},
        install,
        list_claim::ListClaim,
        pool::{self, Pool},
    },
    event::Source,
    setting::{Setting, Visit, literals, visit_all},
};
use std::borrow::Cow;

/// Authenticator for users of a Cognito user pool whose token the gateway has verified: the
/// [Cognito authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html)
/// of a REST API.
///
/// ```
/// use lambda_api::{Api, auth::gateway::CognitoAuthorizer};
///
/// let api = Api::new().authenticate(
///     CognitoAuthorizer::from_apis(["a1b2c3d4e5"]).user_pool("eu-west-1_abc123"),
/// );
/// ```
///
/// An HTTP API has no Cognito authorizer. The JWT authorizers of HTTP and REST APIs verify tokens of
/// user pools as well, and their claims are accepted if the issuer is a user pool, so that one
/// application works behind each of them: `iss` is exactly
/// `https://cognito-idp.REGION.amazonaws.com/POOL` or
/// `https://issuer-cognito-idp.REGION.amazonaws.com/POOL`, with the domain of its partition. Tokens of
/// other issuers are [`AuthError::Absent`] here, and belong to
/// [`JwtAuthorizer`](super::JwtAuthorizer).
///
/// The subject is `sub`. Scopes are read from `scope`, groups from `cognito:groups`, unless
/// [`scopes_claim`](CognitoAuthorizer::scopes_claim) or
/// [`groups_claim`](CognitoAuthorizer::groups_claim) names another claim;
/// [the module](crate::auth::gateway) describes how lists are read. If a claim cannot be read, the
/// rules that need it are not met, and the log has the reason. `Claims<T>` has the claims.
#[derive(Clone, Debug)]
#[must_use]
pub struct CognitoAuthorizer {
    trust: Trust,
    pools: Vec<Trusted>,
    lists: ListClaims,
    verifier: Option<Installed>,
}

/// A user pool, and the regions that it is replicated to.
#[derive(Clone, Debug)]
struct Trusted {
    id: Setting,
    regions: Vec<Setting>,
}

origins!(CognitoAuthorizer, "cognito");

impl CognitoAuthorizer {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            pools: Vec::new(),
            lists: ListClaims::default(),
            verifier: None,
        }
    }

    /// Accepts tokens of this user pool; it can be called several times. Tokens of other pools are
    /// [`AuthError::UnknownIssuer`].
    ///
    /// By default, all tokens that the gateway accepts are accepted.
    pub fn user_pool(mut self, id: impl Into<Setting>) -> Self {
        self.pools.push(Trusted {
            id: id.into(),
            regions: Vec::new(),
        });
        self
    }

    /// Accepts tokens of the last pool's replica in this region as well: see `Cognito::also_region`.
    /// Without a pool it has no effect, since all regions are accepted.
    pub fn also_region(mut self, region: impl Into<Setting>) -> Self {
        if let Some(last) = self.pools.last_mut() {
            last.regions.push(region.into());
        }
        self
    }

    /// Reads the groups from this claim instead of `cognito:groups`. If there is no claim of this name,
    /// it is a path with dots: `realm_access.roles`.
    pub fn groups_claim(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.lists.groups = ListClaim::named(path.into());
        self
    }

    /// Reads the scopes from this claim instead of `scope` or `scp`: a name or a path, as for the
    /// groups.
    pub fn scopes_claim(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.lists.scopes = ListClaim::named(path.into());
        self
    }

    /// Verifies tokens in the local server, where there is no gateway: the claims are put where the
    /// Cognito authorizer would put them. On Lambda it is never used, and needs no variables.
    pub fn locally(mut self, verifier: impl Authenticator) -> Self {
        self.verifier = Some(install(verifier));
        self
    }

    fn read(&self, request: &Request) -> Result<Identity, AuthError> {
        let event = Event::of(request)?;
        let token = find(&event)?.ok_or(AuthError::Absent)?;
        self.trust.check(&event, API_GATEWAY)?;
        if !self.pools.is_empty() {
            let issuer = token.issuer();
            let pool = issuer.as_deref().and_then(Pool::of);
            if !pool.is_some_and(|pool| self.trusts(pool)) {
                return Err(AuthError::UnknownIssuer);
            }
        }
        token.identity(IdentityKind::CognitoAuthorizer, &self.lists)
    }

    fn trusts(&self, pool: Pool<'_>) -> bool {
        self.pools.iter().any(|known| {
            let is_replica = |region: &Setting| region.is(pool.region);
            known.id.is(pool.id) && (pool.is_primary() || known.regions.iter().any(is_replica))
        })
    }

    /// The issuers of the accepted pools.
    fn issuers(&self) -> Vec<String> {
        let mut issuers = Vec::new();
        for pool in &self.pools {
            let id = pool.id.literal().unwrap_or_default();
            let Some(region) = pool::region(id) else {
                continue;
            };
            issuers.extend(pool::issuers(id, region));
            let replicas = literals(&pool.regions);
            issuers.extend(replicas.map(|region| pool::issuer_in(id, region)));
        }
        issuers
    }
}

fn find<'a>(event: &Event<'a>) -> Result<Option<Token<'a>>, AuthError> {
    match event.source {
        Source::HttpApi | Source::HttpApiV1 => Ok(jwt::find(event)?.filter(Token::is_of_pool)),
        _ => {
            let Some(authorizer) = event.authorizer()? else {
                return Ok(None);
            };
            // Every token has an issuer. An event without one was written by hand, and nothing in it
            // points to a JWT authorizer if all claims are strings.
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

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        self.read(request)
    }

    fn config_errors(&self) -> Vec<String> {
        self.checked(|| {
            let ids = self.pools.iter().map(|pool| &pool.id);
            let odd = ids.filter(|id| id.literal().and_then(pool::region).is_none());
            let own = odd.map(|pool| format!("`{pool}` is not a user pool: expected `REGION_ID`"));
            let regions = self.pools.iter().flat_map(|pool| &pool.regions);
            let odd = regions.filter(|region| !region.literal().is_some_and(pool::is_region));
            let own = own.chain(odd.map(|region| format!("`{region}` is not an AWS region")));
            let verifier = self.verifier.as_ref().map(Installed::config_errors);
            let errors = self.trust.config_errors().into_iter().chain(own);
            errors.chain(verifier.unwrap_or_default()).collect()
        })
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for CognitoAuthorizer {
    fn describe(&self) -> Description {
        let pools = self.pools.iter().map(|pool| UserPool {
            regions: pool.regions.clone(),
            ..UserPool::new(pool.id.clone())
        });
        Description {
            user_pools: pools.collect(),
            ..self
                .lists
                .describe(self.trust.describe(Kind::GatewayCognito, &self.scheme()))
        }
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        let mut visited = self.clone();
        visited.trust.settings(visit);
        for pool in &mut visited.pools {
            visit("user_pool", &mut pool.id);
            visit_all("region", &mut pool.regions, visit);
        }
        visited.verifier = self.verifier.as_ref().map(|one| one.visited(visit));
        install(visited)
    }

    fn without_local_verifier(&self) -> Option<Installed> {
        self.verifier.as_ref()?;
        Some(install(Self {
            verifier: None,
            ..self.clone()
        }))
    }

    #[cfg(all(debug_assertions, feature = "jwt"))]
    fn lend_local_key(&self, key: &LocalKey) -> Option<Installed> {
        let verifier = Some(self.verifier.as_ref()?.with_local_key(key)?);
        Some(install(Self {
            verifier,
            ..self.clone()
        }))
    }
}
