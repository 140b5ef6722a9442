//! Tokens of Cognito user pools.

#[cfg(debug_assertions)]
use super::LocalKey;
use super::{
    super::{
        AuthError, Authenticator, Credential, Identity, Installed, LendKeys, Scheme, TestKeys,
        authenticator::{BuiltIn, Own},
        description::Description,
        install,
        list_claim::ListClaim,
    },
    Algorithm, Ready, VerifiedTokens,
    common::Common,
    config::{Config, Trust, TrustedIssuer, common_settings, settings},
    issuer::Usage,
    source::KeysFrom,
};
use crate::{
    Request,
    setting::{Setting, Visit},
};
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
/// use lambda_api::{Api, auth::Cognito};
///
/// let api = Api::new()
///     .authenticate(Cognito::user_pool("eu-west-1_abc123").client("app-client-id"));
/// # let _ = api;
/// ```
///
/// It becomes an [`Authenticator`] once it has a client, by [`client`](Cognito::client) or
/// [`any_client`](Cognito::any_client). Each pool has its own clients; the settings of a pool apply
/// to the last one.
///
/// It accepts [access tokens](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html),
/// or [ID tokens](https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html)
/// after [`id_tokens`](Cognito::id_tokens); never both. It checks what [`Jwt`](crate::auth::Jwt) checks,
/// and also:
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
/// [`Jwt`](crate::auth::Jwt).
#[must_use = "an authenticator does nothing until an Api has it"]
pub struct Cognito<S = Ready>(Config, PhantomData<fn() -> S>);

/// The state of a [`Cognito`] or an [`AlbOidc`](crate::auth::AlbOidc) without a client, which is not an
/// [`Authenticator`] yet.
#[derive(Debug)]
pub enum NeedsClient {}

impl Cognito<NeedsClient> {
    /// Trusts the tokens of the user pool of this id, as in `eu-west-1_abc123`: its region, and
    /// what the region gave it.
    pub fn user_pool(id: impl Into<Setting>) -> Self {
        let config = Config::new("cognito", Usage::CognitoAccess, "cognito:groups");
        let config = config.change(|config| {
            config.algorithms = vec![Algorithm::Rs256];
            config.trusted.push(trust(id.into()));
        });
        Self(config, PhantomData)
    }
}

fn trust(id: Setting) -> Trust {
    let pool = TrustedIssuer::UserPool {
        id,
        regions: Vec::new(),
    };
    Trust::new(pool, KeysFrom::Below)
}

impl Cognito<Ready> {
    /// Trusts the tokens of one more user pool, with clients of its own.
    ///
    /// Rules of routes do not tell pools apart: `groups("admins")` accepts members of that group of
    /// **any** of them. A [check](Cognito::check) or a guard can look at [`Identity::issuer`].
    pub fn add_user_pool(self, id: impl Into<Setting>) -> Cognito<NeedsClient> {
        let config = self
            .0
            .change(|config| config.trusted.push(trust(id.into())));
        Cognito(config, PhantomData)
    }
}

impl<S> Cognito<S> {
    /// Accepts tokens that were issued to this app client. Can be repeated.
    pub fn client(self, id: impl Into<Setting>) -> Cognito<Ready> {
        let config = self.0.change_last(|trust| trust.parties.push(id.into()));
        Cognito(config, PhantomData)
    }

    /// Accepts tokens of all app clients of the pool. Anybody who may create a client can sign in.
    pub fn any_client(self) -> Cognito<Ready> {
        let config = self.0.change_last(|trust| trust.any_party = true);
        Cognito(config, PhantomData)
    }

    /// Accepts ID tokens instead of access tokens.
    ///
    /// An ID token tells the client who the user is. It has e-mail addresses and the like, has no
    /// scopes, and stays valid after a sign-out: prefer access tokens.
    pub fn id_tokens(self) -> Self {
        self.change(|config| config.usage = Usage::CognitoId)
    }

    /// The last pool is replicated to this region, and signs with an issuer there too: `https://cognito-idp.REGION.amazonaws.com/POOL`, of this region and with the id of the pool
    /// ([multi-Region replication](https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-multi-region.html)).
    /// Can be repeated.
    ///
    /// ```
    /// use lambda_api::auth::Cognito;
    ///
    /// let cognito = Cognito::user_pool("eu-west-1_abc123")
    ///     .client("app-client-id")
    ///     .also_region("eu-central-1");
    /// # let _ = cognito;
    /// ```
    ///
    /// Its keys are fetched when a token names it, not before, since a replica that is not active
    /// responds with 403. The issuer that all regions share
    /// (`https://issuer-cognito-idp.REGION.amazonaws.com/POOL`, of the primary region) is trusted
    /// without this. `build()` fails if it is not a region of AWS.
    pub fn also_region(self, region: impl Into<Setting>) -> Self {
        self.change_last(|trust| {
            if let TrustedIssuer::UserPool { regions, .. } = &mut trust.issuer {
                regions.push(region.into());
            }
        })
    }
}

common_settings!(Cognito, "cognito", "cognito:groups");
settings!(Cognito);

#[cfg(test)]
impl Cognito {
    /// The issuers, and whether their keys are fetched before they are needed.
    pub(super) fn ahead(&self) -> Vec<(&str, bool)> {
        let issuers = self.0.verifier().profile.issuers.iter();
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
        for (changes, rejection) in [
            (vec![("client_id", json!("c2"))], None),
            (vec![("iss", json!(NEWER))], None),
            (vec![("aud", json!("https://api.example.com"))], None),
            (vec![("aud", json!(7))], Some(AuthError::MalformedClaims)),
            (
                vec![("client_id", json!("c3"))],
                Some(AuthError::WrongClient),
            ),
            (
                vec![("client_id", json!("C1"))],
                Some(AuthError::WrongClient),
            ),
            (
                vec![("client_id", Json::Null)],
                Some(AuthError::WrongClient),
            ),
            (
                vec![("client_id", Json::Null), ("aud", json!("c1"))],
                Some(AuthError::WrongClient),
            ),
            (
                vec![("client_id", json!(["c1"]))],
                Some(AuthError::MalformedClaims),
            ),
            (
                vec![("token_use", json!("id"))],
                Some(AuthError::WrongTokenUse),
            ),
            (
                vec![("token_use", json!("Access"))],
                Some(AuthError::WrongTokenUse),
            ),
            (
                vec![("token_use", Json::Null)],
                Some(AuthError::WrongTokenUse),
            ),
            (
                vec![("token_use", json!(["access"]))],
                Some(AuthError::MalformedClaims),
            ),
            (vec![("cognito:groups", json!("a,b"))], None),
            (vec![("cognito:groups", json!([1]))], None),
            (vec![("cognito:groups", Json::Null)], None),
            (
                vec![("iss", json!(OLDER.replace("abc123", "abc124")))],
                Some(AuthError::UnknownIssuer),
            ),
            (
                vec![("iss", json!(OLDER.replace("eu-west-1.", "us-east-1.")))],
                Some(AuthError::UnknownIssuer),
            ),
            (
                vec![("iss", json!(format!("{OLDER}/")))],
                Some(AuthError::UnknownIssuer),
            ),
            (vec![("sub", Json::Null)], Some(AuthError::NoSubject)),
        ] {
            assert_eq!(
                ask(&cognito(), &token(&changes)).await.err(),
                rejection,
                "{changes:?}"
            );
        }
    }

    #[tokio::test]
    async fn id_tokens_are_accepted_after_id_tokens() {
        let id = |aud: Json| {
            token(&[
                ("token_use", json!("id")),
                ("client_id", Json::Null),
                ("aud", aud),
            ])
        };
        for (token, rejection) in [
            (id(json!("c1")), None),
            (id(json!("c3")), Some(AuthError::WrongClient)),
            (id(Json::Null), Some(AuthError::WrongClient)),
            (token(&[]), Some(AuthError::WrongTokenUse)),
            (
                token(&[("aud", json!("c1"))]),
                Some(AuthError::WrongTokenUse),
            ),
        ] {
            assert_eq!(ask(&cognito().id_tokens(), &token).await.err(), rejection);
        }
        assert_eq!(
            ask(&cognito(), &id(json!("c1"))).await.err(),
            Some(AuthError::WrongTokenUse)
        );
    }

    #[tokio::test]
    async fn any_client_accepts_all_clients() {
        let cognito = Cognito::user_pool("eu-west-1_abc123").any_client();
        let cognito = cognito
            .with_test_keys(&keys())
            .expect("the pool is trusted");
        for (changes, rejection) in [
            (vec![("client_id", json!("whoever"))], None),
            (
                vec![("token_use", json!("id"))],
                Some(AuthError::WrongTokenUse),
            ),
        ] {
            assert_eq!(ask(&cognito, &token(&changes)).await.err(), rejection);
        }
    }

    #[tokio::test]
    async fn other_algorithms_are_rejected() {
        for algorithm in [Algorithm::Rs384, Algorithm::Ps256] {
            let header = json!({"kid": "k", "alg": algorithm.name()}).to_string();
            let token = Signer::rsa().token(algorithm, &header, "{}");
            assert_eq!(
                ask(&cognito(), &token).await.err(),
                Some(AuthError::AlgorithmNotAllowed)
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
            .add_user_pool("cn-north-1_b")
            .client("c2")
            .jwks(&jwks)
            .clock(now);
        let told =
            |iss: &str, client: &str| token(&[("iss", json!(iss)), ("client_id", json!(client))]);
        for (token, rejection) in [
            (told(OLDER, "c1"), None),
            (told(second, "c2"), None),
            (told(OLDER, "c2"), Some(AuthError::WrongClient)),
            (told(second, "c1"), Some(AuthError::WrongClient)),
        ] {
            assert_eq!(ask(&cognito, &token).await.err(), rejection);
        }
    }

    #[tokio::test]
    async fn test_keys_are_for_all_issuers_of_a_pool() {
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
