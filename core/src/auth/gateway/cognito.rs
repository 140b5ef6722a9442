//! Callers of a Cognito user pool, whose token the gateway has verified.

use super::{
    jwt,
    lists::Lists,
    origin::{Event, Trust, origins},
    token::{COGNITO_GROUPS, Token},
};
use crate::{
    Request,
    auth::{Authenticator, Identity, IdentityKind, Installed, Refusal, Scheme, install},
    event::Source,
};

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
/// well. So that one application can stand behind both, its claims are taken too when the issuer is
/// a user pool. Tokens of other issuers are [`Refusal::Absent`] here and for
/// [`JwtAuthorizer`](super::JwtAuthorizer).
///
/// The subject is `sub`, scopes come from `scope`, groups from `cognito:groups`; of the lists, and
/// what cannot be known of them, tells [the module](crate::auth::gateway). `Claims<T>` has the
/// claims.
#[derive(Clone, Debug)]
#[must_use]
pub struct CognitoAuthorizer {
    trust: Trust,
    pools: Vec<String>,
    verifier: Option<Installed>,
}

origins!(CognitoAuthorizer, "cognito");

impl CognitoAuthorizer {
    fn trusting(trust: Trust) -> Self {
        Self {
            trust,
            pools: Vec::new(),
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
            let pool = issuer.as_deref().and_then(user_pool);
            if !pool.is_some_and(|pool| self.pools.iter().any(|known| known == pool)) {
                return Err(Refusal::UnknownIssuer);
            }
        }
        token.identity(IdentityKind::CognitoAuthorizer, COGNITO_GROUPS)
    }
}

fn find<'a>(event: &Event<'a>) -> Result<Option<Token<'a>>, Refusal> {
    match event.source {
        Source::HttpApi | Source::HttpApiV1 => {
            let of_pool = |token: &Token<'_>| {
                let issuer = token.issuer();
                issuer.as_deref().and_then(user_pool).is_some()
            };
            Ok(jwt::find(event)?.filter(of_pool))
        }
        _ => match event.authorizer()? {
            Some(authorizer) => Token::find(&authorizer, Lists::Commas),
            None => Ok(None),
        },
    }
}

/// The id of the user pool that an issuer is: `https://cognito-idp.REGION.amazonaws.com/POOL`, or
/// `https://issuer-cognito-idp.REGION.amazonaws.com/POOL`. Other partitions have other domains.
///
/// The gateway has compared the issuer with one that its owner set, so this tells user pools from
/// other issuers, and is no defence against forged ones.
fn user_pool(issuer: &str) -> Option<&str> {
    let (host, pool) = issuer.strip_prefix("https://")?.split_once('/')?;
    let host = host.strip_prefix("issuer-").unwrap_or(host);
    let region = host.strip_prefix("cognito-idp.")?;
    let (id_region, rest) = pool.split_once('_')?;
    let is_pool = region
        .strip_prefix(id_region)
        .is_some_and(|domain| domain.starts_with('.'))
        && !id_region.is_empty()
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_pool.then_some(pool)
}

/// The issuer that a user pool is.
fn issuer(pool: &str) -> String {
    let region = pool.split('_').next().unwrap_or_default();
    let domain = match region.split('-').next() {
        Some("cn") => "amazonaws.com.cn",
        _ => "amazonaws.com",
    };
    format!("https://cognito-idp.{region}.{domain}/{pool}")
}

impl Authenticator for CognitoAuthorizer {
    fn scheme(&self) -> Scheme {
        Scheme::gateway(self.trust.name.clone(), "cognito", self.trust.apis())
            .verified_locally(self.verifier.clone())
            .issued_by(self.pools.iter().map(|pool| issuer(pool)).collect())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.read(request)
    }

    fn faults(&self) -> Vec<String> {
        let odd = self.pools.iter().filter(|pool| !pool.contains('_'));
        let own = odd.map(|pool| format!("`{pool}` is no user pool: `REGION_ID` is expected"));
        let verifier = self.verifier.as_ref().map(Installed::faults);
        let faults = self.trust.faults().into_iter().chain(own);
        faults.chain(verifier.unwrap_or_default()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_pool_is_known_by_its_issuer() {
        for (issuer, expected) in [
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
                Some("eu-west-1_abc123"),
            ),
            (
                "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
                Some("eu-west-1_abc123"),
            ),
            (
                "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc123",
                Some("cn-north-1_abc123"),
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_abc123",
                None,
            ),
            (
                "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123/",
                None,
            ),
            ("https://cognito-idp.eu-west-1.amazonaws.com/_abc123", None),
            ("https://cognito-idp.eu-west-1.amazonaws.com/", None),
            (
                "http://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
                None,
            ),
            ("https://issuer.example.com/eu-west-1_abc123", None),
            ("", None),
        ] {
            assert_eq!(user_pool(issuer), expected, "{issuer}");
        }
        for pool in ["eu-west-1_abc123", "cn-north-1_abc123"] {
            assert_eq!(user_pool(&issuer(pool)), Some(pool));
        }
    }
}
