//! Tokens of Cognito user pools.

use super::{
    super::{
        Authenticator, Credential, Identity, Refusal, Scheme, TestKeys, list_claim::ListClaim, pool,
    },
    Algorithm, Ready, VerifiedTokens,
    plan::{Plan, Trust, settings},
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
/// | `cognito:groups` | a string or an array of strings; they become the groups. [Another claim](Cognito::groups_claim) may be named |
///
/// The subject is `sub`: of a user, or of a client that signed in for itself
/// ([client credentials](https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html)).
/// ID tokens have no scopes.
///
/// `cargo run -- token alice` prints a token for calls on the developer's machine, as for
/// [`Jwt`](crate::Jwt).
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
    ///
    /// Rules of routes do not tell pools apart: `groups("admins")` lets in who is in that group of
    /// **any** of them. A [check](Cognito::check) or a guard can look at [`Identity::issuer`].
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

    /// The pool that was named last is replicated to this region, and signs with an issuer there,
    /// too: `https://cognito-idp.REGION.amazonaws.com/POOL`, of this region and with the id of the pool
    /// ([multi-Region replication](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-multi-region.html)).
    /// Said again, for each of them.
    ///
    /// ```
    /// use lambda_api::Cognito;
    ///
    /// let cognito = Cognito::user_pool("eu-west-1_abc123")
    ///     .client("app-client-id")
    ///     .also_region("eu-central-1");
    /// # let _ = cognito;
    /// ```
    ///
    /// Its keys are fetched when a token names it, and not before: a replica that is not active
    /// refuses with 403. The issuer that all regions share
    /// (`https://issuer-cognito-idp.REGION.amazonaws.com/POOL`, of the primary region) is trusted
    /// without this. What is no region of AWS is an error of the API that is built.
    pub fn also_region(self, region: impl AsRef<str>) -> Self {
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
                trust.issuers.push(pool::issuer_in(&pool, region));
            } else {
                trust.fault = Some(format!("{region:?} is no region of AWS"));
            }
        })
    }
}

settings!(Cognito, "cognito", "cognito:groups");

#[cfg(test)]
impl Cognito {
    /// The issuers, and whether their keys are fetched before they are needed.
    pub(super) fn ahead(&self) -> Vec<(&str, bool)> {
        let issuers = self.0.verifier().issuers.iter();
        issuers
            .map(|issuer| (issuer.name.as_str(), issuer.ahead))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Signer, ask, claims, now, set};
    use super::*;
    use serde_json::{Value as Json, json};

    const OLDER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";
    const NEWER: &str = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";

    fn keys() -> TestKeys {
        TestKeys {
            issuer: OLDER.to_owned(),
            jwks: set([Signer::rsa().jwk("k")]),
            now: Some(now()),
        }
    }

    fn cognito() -> Cognito {
        let cognito = Cognito::user_pool("eu-west-1_abc123")
            .client("c1")
            .client("c2");
        cognito
            .with_test_keys(&keys())
            .expect("the pool is trusted")
    }

    fn token(changes: &[(&str, Json)]) -> String {
        let mut all = vec![
            ("iss", json!(OLDER)),
            ("aud", Json::Null),
            ("client_id", json!("c1")),
            ("token_use", json!("access")),
        ];
        all.extend_from_slice(changes);
        Signer::rsa().token(
            Algorithm::Rs256,
            r#"{"kid":"k","alg":"RS256"}"#,
            &claims(&all),
        )
    }

    #[tokio::test]
    async fn an_access_token_becomes_an_identity() {
        let changes = [
            ("scope", json!("aws.cognito.signin.user.admin orders/write")),
            ("cognito:groups", json!(["admins"])),
            ("groups", json!(["others"])),
        ];
        let identity = ask(&cognito(), &token(&changes))
            .await
            .expect("the token is good");
        assert_eq!(identity.subject(), "alice");
        assert_eq!(identity.issuer(), Some(OLDER));
        assert_eq!(identity.authenticator(), "cognito");
        assert!(
            identity
                .scopes()
                .eq(["aws.cognito.signin.user.admin", "orders/write"])
        );
        assert!(identity.groups().eq(["admins"]));
    }

    #[tokio::test]
    async fn access_tokens_are_those_of_pool_and_clients() {
        for (changes, refusal) in [
            (vec![("client_id", json!("c2"))], None),
            (vec![("iss", json!(NEWER))], None),
            (vec![("aud", json!("https://api.example.com"))], None),
            (vec![("aud", json!(7))], Some(Refusal::MalformedClaims)),
            (vec![("client_id", json!("c3"))], Some(Refusal::WrongClient)),
            (vec![("client_id", json!("C1"))], Some(Refusal::WrongClient)),
            (vec![("client_id", Json::Null)], Some(Refusal::WrongClient)),
            (
                vec![("client_id", Json::Null), ("aud", json!("c1"))],
                Some(Refusal::WrongClient),
            ),
            (
                vec![("client_id", json!(["c1"]))],
                Some(Refusal::MalformedClaims),
            ),
            (
                vec![("token_use", json!("id"))],
                Some(Refusal::WrongTokenUse),
            ),
            (
                vec![("token_use", json!("Access"))],
                Some(Refusal::WrongTokenUse),
            ),
            (
                vec![("token_use", Json::Null)],
                Some(Refusal::WrongTokenUse),
            ),
            (
                vec![("token_use", json!(["access"]))],
                Some(Refusal::MalformedClaims),
            ),
            (vec![("cognito:groups", json!("a,b"))], None),
            (vec![("cognito:groups", json!([1]))], None),
            (vec![("cognito:groups", Json::Null)], None),
            (
                vec![("iss", json!(OLDER.replace("abc123", "abc124")))],
                Some(Refusal::UnknownIssuer),
            ),
            (
                vec![("iss", json!(OLDER.replace("eu-west-1.", "us-east-1.")))],
                Some(Refusal::UnknownIssuer),
            ),
            (
                vec![("iss", json!(format!("{OLDER}/")))],
                Some(Refusal::UnknownIssuer),
            ),
            (vec![("sub", Json::Null)], Some(Refusal::NoSubject)),
        ] {
            assert_eq!(
                ask(&cognito(), &token(&changes)).await.err(),
                refusal,
                "{changes:?}"
            );
        }
    }

    #[tokio::test]
    async fn id_tokens_are_taken_when_they_are_asked_for() {
        let id = |aud: Json| {
            token(&[
                ("token_use", json!("id")),
                ("client_id", Json::Null),
                ("aud", aud),
            ])
        };
        for (token, refusal) in [
            (id(json!("c1")), None),
            (id(json!("c3")), Some(Refusal::WrongClient)),
            (id(Json::Null), Some(Refusal::WrongClient)),
            (token(&[]), Some(Refusal::WrongTokenUse)),
            (token(&[("aud", json!("c1"))]), Some(Refusal::WrongTokenUse)),
        ] {
            assert_eq!(ask(&cognito().id_tokens(), &token).await.err(), refusal);
        }
        assert_eq!(
            ask(&cognito(), &id(json!("c1"))).await.err(),
            Some(Refusal::WrongTokenUse)
        );
    }

    #[tokio::test]
    async fn any_client_is_said_out_loud() {
        let cognito = Cognito::user_pool("eu-west-1_abc123").any_client();
        let cognito = cognito
            .with_test_keys(&keys())
            .expect("the pool is trusted");
        for (changes, refusal) in [
            (vec![("client_id", json!("whoever"))], None),
            (
                vec![("token_use", json!("id"))],
                Some(Refusal::WrongTokenUse),
            ),
        ] {
            assert_eq!(ask(&cognito, &token(&changes)).await.err(), refusal);
        }
    }

    #[tokio::test]
    async fn other_algorithms_are_refused() {
        for algorithm in [Algorithm::Rs384, Algorithm::Ps256] {
            let header = json!({"kid": "k", "alg": algorithm.name()}).to_string();
            let token = Signer::rsa().token(algorithm, &header, "{}");
            assert_eq!(
                ask(&cognito(), &token).await.err(),
                Some(Refusal::AlgorithmNotAllowed)
            );
        }
    }

    #[tokio::test]
    async fn several_pools_have_clients_of_their_own() {
        let second = "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_b";
        let jwks = set([Signer::rsa().jwk("k")]);
        let cognito = Cognito::user_pool("eu-west-1_abc123")
            .client("c1")
            .jwks(&jwks)
            .or_user_pool("cn-north-1_b")
            .client("c2")
            .jwks(&jwks)
            .clock(now);
        let told =
            |iss: &str, client: &str| token(&[("iss", json!(iss)), ("client_id", json!(client))]);
        for (token, refusal) in [
            (told(OLDER, "c1"), None),
            (told(second, "c2"), None),
            (told(OLDER, "c2"), Some(Refusal::WrongClient)),
            (told(second, "c1"), Some(Refusal::WrongClient)),
        ] {
            assert_eq!(ask(&cognito, &token).await.err(), refusal);
        }
    }

    #[tokio::test]
    async fn the_keys_of_a_test_stand_for_all_issuers_of_a_pool() {
        let cognito = Cognito::user_pool("eu-west-1_abc123")
            .client("c1")
            .also_region("eu-central-1");
        let replica = "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_abc123";
        for issuer in [OLDER, NEWER, replica] {
            let keys = TestKeys {
                issuer: issuer.to_owned(),
                ..keys()
            };
            let lent = cognito.with_test_keys(&keys).expect("the pool is trusted");
            for issuer in [OLDER, NEWER, replica] {
                assert!(ask(&lent, &token(&[("iss", json!(issuer))])).await.is_ok());
            }
        }
        let other = TestKeys {
            issuer: "https://id.example.com".to_owned(),
            ..keys()
        };
        assert!(cognito.with_test_keys(&other).is_none());
    }
}
