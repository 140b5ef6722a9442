//! Authenticator for the JWT authorizers of API Gateway.

use super::{
    claims_coercion::Lists,
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
        description::{self, Description, Kind},
        install,
        list_claim::ListClaim,
    },
    event::Source,
    setting::{Setting, Visit, literals, visit_all},
};
use std::borrow::Cow;

/// Authenticator for callers whose token a JWT authorizer has verified: the
/// [JWT authorizer](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html)
/// of an HTTP API, or that of a REST API.
///
/// ```
/// use lambda_api::{Api, auth::gateway::JwtAuthorizer};
///
/// let api = Api::new().authenticate(
///     JwtAuthorizer::from_apis(["a1b2c3d4e5"]).add_issuer("https://issuer.example.com"),
/// );
/// ```
///
/// The subject is `sub`; a token without it is rejected with [`AuthError::NoSubject`]. Scopes are read
/// from `scope` or `scp`, groups from `cognito:groups`, unless
/// [`scopes_claim`](JwtAuthorizer::scopes_claim) or [`groups_claim`](JwtAuthorizer::groups_claim)
/// names another claim; [the module](crate::auth::gateway) describes how lists are read. If a claim
/// cannot be read, the rules that need it are not met, and the log has the reason. `Claims<T>` has the
/// claims.
///
/// # REST APIs
/// REST APIs have JWT authorizers since November 2026, with one issuer or several. No event of one has
/// been published; this is assumed:
///
/// - The claims are in `requestContext.authorizer.claims`, like those of a Cognito authorizer, and keep
///   the types that they have in the token: names in an array are not split, and `Claims<T>` reads
///   numbers, lists and objects as they are.
/// - A Cognito authorizer turns all claims into strings. So claims that are not all strings (`exp` is
///   a number in every token), or whose issuer is not a user pool, are those of a JWT authorizer.
///   Other claims are [`AuthError::Absent`] here, and belong to
///   [`CognitoAuthorizer`](super::CognitoAuthorizer).
#[derive(Clone, Debug)]
#[must_use]
pub struct JwtAuthorizer {
    trust: Trust,
    issuers: Vec<Setting>,
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

    /// Accepts tokens of this issuer, compared exactly with `iss`; it can be called several times.
    /// Tokens of other issuers are [`AuthError::UnknownIssuer`].
    ///
    /// By default, all tokens that the gateway accepts are accepted. An API may have several JWT
    /// authorizers, for different routes, and one of a REST API may have several issuers.
    pub fn add_issuer(mut self, issuer: impl Into<Setting>) -> Self {
        self.issuers.push(issuer.into());
        self
    }

    /// Reads the groups from this claim instead of `cognito:groups`: `groups`, say, or
    /// `https://example.com/groups`. If there is no claim of this name, it is a path with dots:
    /// `realm_access.roles`.
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
    /// JWT authorizer would put them. On Lambda it is never used, and needs no variables.
    ///
    /// ```
    /// # use lambda_api::auth::{Authenticator, gateway::JwtAuthorizer};
    /// # fn example(verifier: impl Authenticator) {
    /// // `verifier`: a `Jwt` with the issuer and the audience of the gateway's authorizer.
    /// let authorizer = JwtAuthorizer::from_apis(["a1b2c3d4e5"]).locally(verifier);
    /// # }
    /// ```
    pub fn locally(mut self, verifier: impl Authenticator) -> Self {
        self.verifier = Some(install(verifier));
        self
    }

    fn read(&self, request: &Request) -> Result<Identity, AuthError> {
        let event = Event::of(request)?;
        let token = find(&event)?.ok_or(AuthError::Absent)?;
        self.trust.check(&event, API_GATEWAY)?;
        let known = token
            .issuer()
            .is_some_and(|issuer| self.issuers.iter().any(|known| known.is(&issuer)));
        if !known && !self.issuers.is_empty() {
            return Err(AuthError::UnknownIssuer);
        }
        token.identity(IdentityKind::JwtAuthorizer, &self.lists)
    }
}

/// The token that the JWT authorizer has verified.
pub(super) fn find<'a>(event: &Event<'a>) -> Result<Option<Token<'a>>, AuthError> {
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
            .issued_by(literals(&self.issuers).map(str::to_owned).collect())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        self.read(request)
    }

    fn config_errors(&self) -> Vec<String> {
        self.checked(|| {
            let verifier = self.verifier.as_ref().map(Installed::config_errors);
            let errors = self.trust.config_errors().into_iter();
            errors.chain(verifier.unwrap_or_default()).collect()
        })
    }

    fn __built_in(&self) -> Option<Own<'_>> {
        Some(Own(self))
    }
}

impl BuiltIn for JwtAuthorizer {
    fn describe(&self) -> Description {
        let issuers = self.issuers.iter().cloned();
        Description {
            issuers: issuers.map(description::Issuer::new).collect(),
            ..self
                .lists
                .describe(self.trust.describe(Kind::GatewayJwt, &self.scheme()))
        }
    }

    fn visited(&self, visit: &mut Visit<'_>) -> Installed {
        let mut visited = self.clone();
        visited.trust.settings(visit);
        visit_all("issuer", &mut visited.issuers, visit);
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
