//! Tokens for calls on the developer's machine: signing them, and authenticators that accept them.
//!
//! An authenticator with a [`LocalKey`] accepts what this key has signed as if one of its issuers
//! had. All else about it stays as it is. Nothing outside of this crate can lend such a key, and
//! without debug assertions there is none.

use super::{
    super::{AuthError, Installed, keys::Clock},
    LocalKey,
    config::{Config, Trust},
    issuer::Usage,
};
use crate::setting::literals;
use serde_json::{Map, Value};
use std::time::UNIX_EPOCH;

/// Issuer that an authenticator trusts, with what is needed to make its tokens.
pub(crate) struct LocalIssuer {
    /// The name of the installed authenticator. Its verifier can have another one.
    authenticator: String,
    config: Config,
    trust: Trust,
    /// The forms of its `iss`, at least one.
    issuers: Vec<String>,
}

/// The content of a token beside the claims that its authenticator requires.
pub(crate) struct TokenContent<'a> {
    pub(crate) subject: &'a str,
    pub(crate) groups: &'a [String],
    pub(crate) scopes: &'a [String],
    pub(crate) claims: &'a Map<String, Value>,
    pub(crate) seconds: u64,
    /// The client or audience; by default, the first that is accepted.
    pub(crate) client: Option<&'a str>,
}

impl LocalIssuer {
    /// The issuers of an authenticator.
    fn of(config: &Config) -> Vec<Self> {
        let issuers = config.trusted.iter().map(|trust| Self {
            authenticator: config.common.name.to_string(),
            config: config.clone(),
            trust: trust.clone(),
            issuers: trust.issuers(),
        });
        issuers.filter(|one| !one.issuers.is_empty()).collect()
    }

    /// The name of its authenticator, as access rules and the document have it.
    pub(crate) fn authenticator(&self) -> &str {
        &self.authenticator
    }

    /// Whether this is the name of the verifier, which can be that of the authenticator.
    pub(crate) fn is_verified_by(&self, name: &str) -> bool {
        self.config.common.name == name
    }

    /// The `iss` of its tokens.
    pub(crate) fn issuer(&self) -> &str {
        self.issuers.first().map(String::as_str).unwrap_or_default()
    }

    /// Whether this is one of its URLs, or the name of its authenticator.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.issuers.iter().any(|issuer| issuer == name) || self.authenticator() == name
    }

    /// The clients or audiences that are accepted; all if there are none.
    pub(crate) fn clients(&self) -> Vec<&str> {
        literals(&self.trust.parties).collect()
    }

    /// Whether it accepts this client or audience.
    pub(crate) fn accepts_client(&self, client: &str) -> bool {
        self.trust.any_party || self.clients().contains(&client)
    }

    /// The location of the token in a request.
    pub(crate) fn place(&self) -> String {
        self.config.common.credential.to_string()
    }

    /// Makes a token in the form of this issuer.
    ///
    /// # Errors
    /// If such tokens have no scopes.
    pub(crate) fn token(
        &self,
        key: &LocalKey,
        content: &TokenContent<'_>,
    ) -> Result<String, String> {
        let client = content.client.or(self.clients().first().copied());
        let client = client.unwrap_or("local");
        let now = seconds(&self.config.common.clock)?;
        let mut claims = content.claims.clone();
        let mut claim = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        claim("iss", self.issuer().into());
        claim("sub", content.subject.into());
        claim("iat", now.into());
        claim("exp", now.saturating_add(content.seconds).into());
        match self.config.usage {
            Usage::Audience => {
                claim("aud", client.into());
            }
            Usage::CognitoAccess => {
                claim("token_use", "access".into());
                claim("client_id", client.into());
            }
            Usage::CognitoId => {
                claim("token_use", "id".into());
                claim("aud", client.into());
                if !content.scopes.is_empty() {
                    return Err(format!(
                        "`{}` takes ID tokens, which have no scopes",
                        self.authenticator()
                    ));
                }
            }
        }
        if !content.scopes.is_empty() {
            claim(self.config.scopes.path(), content.scopes.join(" ").into());
        }
        if !content.groups.is_empty() {
            claim(self.config.common.groups.path(), content.groups.into());
        }
        let typ = self.config.types.first().map_or("JWT", String::as_str);
        Ok(key.sign(typ, &claims))
    }

    /// Whether the authenticator, with the key, accepts a token.
    pub(crate) async fn accepts(&self, key: &LocalKey, token: &str) -> Result<(), AuthError> {
        let config = self.config.with_local_key(key);
        config.verifier().verify(token).await.map(drop)
    }
}

fn seconds(clock: &Clock) -> Result<u64, String> {
    let since = clock().duration_since(UNIX_EPOCH);
    since
        .map(|since| since.as_secs())
        .map_err(|_| "the clock is before 1970".to_owned())
}

impl Installed {
    /// The same one, which also accepts tokens of a local key; `None` if it verifies no tokens, neither
    /// itself nor in place of the gateway.
    pub(crate) fn with_local_key(&self, key: &LocalKey) -> Option<Self> {
        self.built_in()?.lend_local_key(key)
    }

    /// The issuers that it trusts, for making their tokens.
    pub(crate) fn local_issuers(&self) -> Vec<LocalIssuer> {
        let config = self.built_in().and_then(|one| one.token_config());
        let config = config.and_then(|config| config.downcast_ref::<Config>());
        match (config, self.scheme.local_verifier()) {
            (Some(config), _) => LocalIssuer::of(config),
            (None, Some(verifier)) => {
                let mut issuers = verifier.local_issuers();
                for issuer in &mut issuers {
                    self.name().clone_into(&mut issuer.authenticator);
                }
                issuers
            }
            (None, None) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{Algorithm, Authenticator, Cognito, Jwt, install},
            local_key::{SECRET, encode},
            testing::{ISSUER, Signer, ask, claims, now, set},
        },
        *,
    };
    use crate::{Body, auth::gateway::JwtAuthorizer};

    fn key(byte: u8) -> LocalKey {
        LocalKey::new(&[byte; SECRET]).expect("any secret is one")
    }

    fn issuers(authenticator: &(impl Authenticator + Clone)) -> Vec<LocalIssuer> {
        install(authenticator.clone()).local_issuers()
    }

    fn token(authenticator: &(impl Authenticator + Clone), key: &LocalKey) -> String {
        let issuers = issuers(authenticator);
        let content = TokenContent {
            subject: "alice",
            groups: &["admins".to_owned()],
            scopes: &["orders/write".to_owned()],
            claims: &Map::new(),
            seconds: 60,
            client: None,
        };
        issuers[0]
            .token(key, &content)
            .expect("such tokens have scopes and groups")
    }

    fn jwt() -> Jwt {
        Jwt::new(ISSUER)
            .audience("orders-api")
            // No key of the issuer could have signed with what a local key signs with.
            .algorithms([Algorithm::Rs256])
            .jwks(set([Signer::rsa().jwk("k")]))
            .clock(now)
    }

    #[tokio::test]
    async fn a_local_token_is_accepted_with_the_key_alone() {
        let jwt = jwt();
        let cognito = Cognito::user_pool("eu-west-1_abc123")
            .client("c1")
            .clock(now);
        let key = key(1);
        let (for_jwt, for_cognito) = (token(&jwt, &key), token(&cognito, &key));

        let lent = jwt.with_local_key(&key);
        let identity = ask(&lent, &for_jwt).await.expect("the key is lent");
        assert_eq!(identity.subject(), "alice");
        assert_eq!(identity.issuer(), Some(ISSUER));
        assert!(identity.groups().eq(["admins"]));
        assert!(identity.scopes().eq(["orders/write"]));
        let lent = cognito.with_local_key(&key);
        assert!(ask(&lent, &for_cognito).await.is_ok());
        assert!(ask(&lent, &for_jwt).await.is_err());

        // Without the key it is rejected before any keys are fetched.
        for rejected in [ask(&jwt, &for_jwt).await, ask(&cognito, &for_cognito).await] {
            assert_eq!(rejected.err(), Some(AuthError::AlgorithmNotAllowed));
        }
        let wide = jwt.clone().algorithms(Algorithm::ALL);
        assert_eq!(
            ask(&wide, &for_jwt).await.err(),
            Some(AuthError::UnknownKey)
        );
        // So is what another machine has signed, for any subject.
        let other = super::tests::key(2);
        let lent = jwt.with_local_key(&key);
        assert!(ask(&lent, &token(&jwt, &other)).await.is_err());
        let forged = for_jwt.rsplit_once('.').expect("it has a signature").0;
        let signature = other.pair.sign(forged.as_bytes());
        let forged = format!("{forged}.{}", encode(signature.as_ref()));
        assert_eq!(
            ask(&lent, &forged).await.err(),
            Some(AuthError::BadSignature)
        );
    }

    #[tokio::test]
    async fn real_tokens_and_all_other_rules_stay() {
        let key = key(1);
        let jwt = jwt().check(|identity| match identity.subject() {
            "mallory" => Err(AuthError::NotAccepted),
            _ => Ok(()),
        });
        let lent = jwt.with_local_key(&key);
        let real = Signer::rsa().token(
            Algorithm::Rs256,
            r#"{"alg":"RS256","kid":"k"}"#,
            &claims(&[]),
        );
        assert!(ask(&lent, &real).await.is_ok());
        // An issuer's key that signs with an algorithm that is not allowed.
        let other = Signer::ed25519();
        let wider = lent.clone().jwks(set([other.jwk("e")]));
        let real = other.token(
            Algorithm::EdDsa,
            r#"{"alg":"EdDSA","kid":"e"}"#,
            &claims(&[]),
        );
        assert_eq!(
            ask(&wider, &real).await.err(),
            Some(AuthError::AlgorithmNotAllowed)
        );

        let issuer = &issuers(&jwt)[0];
        let none = Map::new();
        let base = || TokenContent {
            subject: "alice",
            groups: &[],
            scopes: &[],
            claims: &none,
            seconds: 60,
            client: None,
        };
        for (content, rejection) in [
            (base(), None),
            (
                TokenContent {
                    client: Some("another"),
                    ..base()
                },
                Some(AuthError::WrongAudience),
            ),
            (
                TokenContent {
                    seconds: 0,
                    ..base()
                },
                Some(AuthError::Expired),
            ),
            (
                TokenContent {
                    subject: "mallory",
                    ..base()
                },
                Some(AuthError::NotAccepted),
            ),
        ] {
            let token = issuer
                .token(&key, &content)
                .expect("such tokens have scopes and groups");
            assert_eq!(ask(&lent, &token).await.err(), rejection);
            assert_eq!(issuer.accepts(&key, &token).await.err(), rejection);
        }
    }

    #[tokio::test]
    async fn a_verifier_in_place_of_the_gateway_gets_the_key() {
        let key = key(1);
        let verifier = jwt().name("users");
        let installed = install(JwtAuthorizer::from_apis(["a1"]).locally(verifier));
        let [issuer] = &installed.local_issuers()[..] else {
            panic!("there is one issuer");
        };
        // The document and access rules know the authorizer alone.
        assert_eq!(issuer.authenticator(), "jwt");
        assert!(issuer.is("jwt") && !issuer.is("users") && issuer.is_verified_by("users"));
        let lent = installed.with_local_key(&key).expect("it has a verifier");
        let verifier = lent.scheme.local_verifier().expect("it keeps it");
        let header = format!("Bearer {}", token(&jwt(), &key));
        let request = http::Request::get("/").header("authorization", header);
        let request = request.body(Body::empty()).expect("it is a request");
        assert!(verifier.authenticate(&request).await.is_ok());
        assert!(
            install(JwtAuthorizer::from_any_api())
                .with_local_key(&key)
                .is_none()
        );
    }

    #[test]
    fn id_tokens_have_no_scopes() {
        let cognito = Cognito::user_pool("eu-west-1_abc123")
            .client("c1")
            .id_tokens();
        let issuer = &issuers(&cognito)[0];
        let content = TokenContent {
            subject: "alice",
            groups: &[],
            scopes: &["orders/write".to_owned()],
            claims: &Map::new(),
            seconds: 60,
            client: None,
        };
        assert!(issuer.token(&key(1), &content).is_err());
    }
}
