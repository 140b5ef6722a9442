//! Tokens of Cognito user pools.

use super::{
    super::{Authenticator, Credential, Identity, Refusal, Scheme, TestKeys},
    Algorithm, Ready, VerifiedTokens,
    plan::{Plan, Trust, settings},
    pool,
    source::KeysFrom,
    verifier::Usage,
};
use crate::Request;
use std::{
    borrow::Cow,
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime},
};

/// Verifies the tokens of a Cognito user pool, or of several.
///
/// ```
/// use lambda_api::{Api, Cognito};
///
/// let api = Api::new()
///     .authenticate(Cognito::user_pool("eu-west-1_abc123").client("app-client-id"));
/// # let _ = api;
/// ```
///
/// It becomes an [`Authenticator`] once it knows which clients are let in, by
/// [`client`](Cognito::client) or, said out loud, [`any_client`](Cognito::any_client). Each pool
/// has clients of its own, and a setting that is about a pool is about the one that was named last.
///
/// It takes [access tokens](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html),
/// or [ID tokens](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html)
/// when it is [told so](Cognito::id_tokens); never both. What is checked is what [`Jwt`](crate::Jwt)
/// checks, and besides:
///
/// | | |
/// |---|---|
/// | `alg` | `RS256`, which is what Cognito signs with |
/// | `iss` | the pool's, in either form: `https://cognito-idp.REGION.amazonaws.com/POOL`, or `https://issuer-cognito-idp.REGION.amazonaws.com/POOL` ([OIDC issuer](https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html#user-pool-oidc-issuer)), whose keys are fetched when a token names it |
/// | `token_use` | `access`, or `id` |
/// | `client_id` of an access token, `aud` of an ID token | one of the clients |
/// | `cognito:groups` | strings; they become the groups |
///
/// The subject is `sub`: of a user, or of a client that signed in for itself
/// ([client credentials](https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html)).
/// ID tokens have no scopes.
#[must_use = "an authenticator does nothing until an Api has it"]
pub struct Cognito<S = Ready>(Plan, PhantomData<fn() -> S>);

/// Of a [`Cognito`] or an [`AlbOidc`](crate::AlbOidc) that was not told yet which clients are let
/// in: it is no [`Authenticator`](crate::Authenticator).
#[derive(Debug)]
pub enum NeedsClient {}

impl Cognito<NeedsClient> {
    /// Trusts the tokens of the user pool of this id, as in `eu-west-1_abc123`: its region, and
    /// what the region gave it.
    pub fn user_pool(id: impl AsRef<str>) -> Self {
        let plan = Plan::new("cognito", Usage::CognitoAccess, "cognito:groups");
        let plan = plan.change(|plan| {
            plan.algorithms = vec![Algorithm::Rs256];
            plan.trusted.push(trust(id.as_ref()));
        });
        Self(plan, PhantomData)
    }
}

fn trust(id: &str) -> Trust {
    let (issuers, fault) = match pool::region(id) {
        Some(region) => (pool::issuers(id, region).to_vec(), None),
        None => (
            Vec::new(),
            Some(format!(
                "{id:?} is no id of a user pool: one is like \"eu-west-1_abc123\""
            )),
        ),
    };
    Trust {
        issuers,
        parties: Vec::new(),
        anybody: false,
        keys: KeysFrom::Below,
        fault,
    }
}

impl Cognito<Ready> {
    /// Trusts the tokens of one more user pool, with clients of its own.
    pub fn or_user_pool(self, id: impl AsRef<str>) -> Cognito<NeedsClient> {
        let plan = self.0.change(|plan| plan.trusted.push(trust(id.as_ref())));
        Cognito(plan, PhantomData)
    }
}

impl<S> Cognito<S> {
    /// Lets in tokens that were issued to this app client. Said again, for each of them.
    pub fn client(self, id: impl Into<String>) -> Cognito<Ready> {
        let plan = self.0.change_last(|trust| trust.parties.push(id.into()));
        Cognito(plan, PhantomData)
    }

    /// Lets in tokens of all app clients of the pool: whoever may make one can sign in to it.
    pub fn any_client(self) -> Cognito<Ready> {
        let plan = self.0.change_last(|trust| trust.anybody = true);
        Cognito(plan, PhantomData)
    }

    /// Takes ID tokens instead of access tokens.
    ///
    /// An ID token tells the client who the user is. It has e-mail addresses and the like, and
    /// neither scopes nor, after a sign-out, an end: prefer access tokens where there is a choice.
    pub fn id_tokens(self) -> Self {
        self.change(|plan| plan.usage = Usage::CognitoId)
    }

    /// The pool that was named last is replicated to this region: then tokens may name an issuer
    /// there, too
    /// ([multi-Region replication](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-multi-region.html)).
    pub fn replicated_to(self, region: impl AsRef<str>) -> Self {
        let region = region.as_ref();
        self.change_last(|trust| {
            let pool = trust
                .issuers
                .first()
                .and_then(|issuer| issuer.rsplit_once('/'));
            let Some(pool) = pool.map(|(_, pool)| pool.to_owned()) else {
                return;
            };
            if pool::is_region(region) {
                // The newer form names the primary region only.
                let [older, _] = pool::issuers(&pool, region);
                trust.issuers.push(older);
            } else {
                trust.fault = Some(format!("{region:?} is no region of AWS"));
            }
        })
    }
}

settings!(Cognito, "cognito");
