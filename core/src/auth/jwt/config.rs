//! The settings of verifiers, and the verifier that is made of them when it is first needed.

#[cfg(debug_assertions)]
use super::local_key::{LocalKey, LocalPublicKey};
use super::{
    super::{
        AuthError, Credential, Identity, TestKeys,
        description::{self, Description, Kind, TokenKind, UserPool},
        list_claim::ListClaim,
        pool,
    },
    Algorithm, VerifiedTokens,
    common::Common,
    header::HeaderRules,
    issuer::{Issued, Usage},
    source::KeysFrom,
    verifier::{Issuer, Verifier},
};
use crate::{
    Request,
    setting::{Setting, Visit, literals, unresolved, visit_all},
};
use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, OnceLock},
};

/// The settings of `Jwt` and `Cognito`.
#[derive(Clone)]
pub(super) struct Config {
    pub(super) common: Common,
    pub(super) trusted: Vec<Trust>,
    pub(super) usage: Usage,
    pub(super) algorithms: Vec<Algorithm>,
    /// Types besides `JWT` and `at+jwt`.
    pub(super) types: Vec<String>,
    /// `scope`, else `scp`, unless another one is set.
    pub(super) scopes: ListClaim,
    pub(super) cache: Option<VerifiedTokens>,
    #[cfg(debug_assertions)]
    pub(super) local: Option<Arc<LocalPublicKey>>,
    verifier: OnceLock<Arc<Verifier<Issued>>>,
}

/// An issuer that is trusted, under one name or several.
#[derive(Clone)]
pub(super) struct Trust {
    pub(super) issuer: TrustedIssuer,
    /// The audiences or clients that are accepted.
    pub(super) parties: Vec<Setting>,
    /// Whether all are accepted.
    pub(super) any_party: bool,
    pub(super) keys: KeysFrom,
}

#[derive(Clone)]
pub(super) enum TrustedIssuer {
    Url(Setting),
    UserPool {
        id: Setting,
        /// Regions that it is replicated to.
        regions: Vec<Setting>,
    },
}

impl Trust {
    /// No audience or client is accepted yet.
    pub(super) fn new(issuer: TrustedIssuer, keys: KeysFrom) -> Self {
        Self {
            issuer,
            parties: Vec::new(),
            any_party: false,
            keys,
        }
    }

    /// The forms of its `iss`; none if the setting has no value, or is not the id of a user pool.
    pub(super) fn issuers(&self) -> Vec<String> {
        match &self.issuer {
            TrustedIssuer::Url(url) => url.literal().map(str::to_owned).into_iter().collect(),
            TrustedIssuer::UserPool { id, regions } => {
                let id = id.literal().unwrap_or_default();
                let Some(region) = pool::region(id) else {
                    return Vec::new();
                };
                let replicas = literals(regions).filter(|region| pool::is_region(region));
                let replicas = replicas.map(|region| pool::issuer_in(id, region));
                pool::issuers(id, region)
                    .into_iter()
                    .chain(replicas)
                    .collect()
            }
        }
    }

    fn errors(&self) -> Vec<String> {
        let TrustedIssuer::UserPool { id, regions } = &self.issuer else {
            return Vec::new();
        };
        let pools = literals([id]).filter(|id| pool::region(id).is_none());
        let pools = pools.map(|id| {
            format!("{id:?} is not the id of a user pool, which is like \"eu-west-1_abc123\"")
        });
        let regions = literals(regions).filter(|region| !pool::is_region(region));
        pools
            .chain(regions.map(|region| format!("{region:?} is not a region of AWS")))
            .collect()
    }

    fn settings(&mut self, party: &'static str, visit: &mut Visit<'_>) {
        match &mut self.issuer {
            TrustedIssuer::Url(url) => visit("issuer", url),
            TrustedIssuer::UserPool { id, regions } => {
                visit("user_pool", id);
                visit_all("region", regions, visit);
            }
        }
        visit_all(party, &mut self.parties, visit);
        if let KeysFrom::Url(url) = &mut self.keys {
            visit("jwks_url", url);
        }
    }

    fn describe(&self, description: &mut Description) {
        let jwks_url = match &self.keys {
            KeysFrom::Url(url) => Some(url.clone()),
            _ => None,
        };
        let parties = self.parties.clone();
        match &self.issuer {
            TrustedIssuer::Url(url) => description.issuers.push(description::Issuer {
                audiences: parties,
                jwks_url,
                ..description::Issuer::new(url.clone())
            }),
            TrustedIssuer::UserPool { id, regions } => description.user_pools.push(UserPool {
                clients: parties,
                regions: regions.clone(),
                jwks_url,
                ..UserPool::new(id.clone())
            }),
        }
    }
}

impl Config {
    pub(super) fn new(name: &'static str, usage: Usage, groups: &'static str) -> Self {
        Self {
            common: Common::new(name, Credential::bearer(), groups),
            trusted: Vec::new(),
            usage,
            algorithms: Algorithm::ALL.to_vec(),
            types: Vec::new(),
            scopes: ListClaim::usual("scope"),
            cache: None,
            #[cfg(debug_assertions)]
            local: None,
            verifier: OnceLock::new(),
        }
    }

    /// The config with a change; the verifier that was made before is not used any more.
    pub(super) fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.verifier = OnceLock::new();
        change(&mut self);
        self
    }

    /// The config with a change to the last issuer.
    pub(super) fn change_last(self, change: impl FnOnce(&mut Trust)) -> Self {
        self.change(|config| {
            if let Some(last) = config.trusted.last_mut() {
                change(last);
            }
        })
    }

    pub(super) fn verifier(&self) -> &Verifier<Issued> {
        self.verifier.get_or_init(|| Arc::new(self.build()))
    }

    fn build(&self) -> Verifier<Issued> {
        let mut errors = Vec::new();
        if self.algorithms.is_empty() {
            errors.push("no algorithm is allowed".to_owned());
        }
        errors.extend(self.common.errors());
        errors.extend(unresolved(|visit| self.clone().settings(visit)));
        let mut issuers = Vec::new();
        for trust in &self.trusted {
            self.trust(trust, &mut issuers, &mut errors);
        }
        let mut names = HashSet::new();
        for issuer in &issuers {
            if !names.insert(issuer.name.as_str()) {
                errors.push(format!("the issuer {:?} is named twice", issuer.name));
            }
        }
        let types = self.types.iter().map(String::as_str);
        Verifier {
            common: self.common.clone(),
            header: HeaderRules {
                #[cfg(debug_assertions)]
                local: self.local.clone(),
                ..HeaderRules::new(
                    self.algorithms.clone(),
                    ["JWT", "at+jwt"].into_iter().chain(types),
                )
            },
            profile: Issued {
                authenticator: self.common.name.as_ref().into(),
                issuers,
                usage: self.usage,
                scopes: self.scopes.clone(),
            },
            cache: self.cache.clone(),
            errors,
        }
    }

    fn trust(&self, trust: &Trust, issuers: &mut Vec<Issuer>, errors: &mut Vec<String>) {
        let what = self.party();
        errors.extend(trust.errors());
        let names = trust.issuers();
        let issuer = names.first().map(String::as_str).unwrap_or_default();
        if trust.parties.iter().any(|party| party.is("")) {
            errors.push(format!("the issuer {issuer:?} has an empty {what}"));
        }
        if trust.any_party && !trust.parties.is_empty() {
            errors.push(format!(
                "the issuer {issuer:?} has both `{what}` and `any_{what}`"
            ));
        }
        if !trust.any_party && trust.parties.is_empty() {
            errors.push(format!("the issuer {issuer:?} has no {what}"));
        }
        let parties: Option<Arc<[String]>> =
            (!trust.any_party).then(|| literals(&trust.parties).map(str::to_owned).collect());
        // One that was given is the same for all names.
        let mut shared = None;
        for (at, name) in names.iter().enumerate() {
            if name.is_empty() {
                errors.push("an issuer is empty".to_owned());
            }
            let source = match &shared {
                Some(source) => Ok(Clone::clone(source)),
                None => trust
                    .keys
                    .source(name, self.common.loopback, &self.common.clock),
            };
            let source = match source {
                Ok(source) => source,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if let KeysFrom::Url(_) | KeysFrom::Embedded(_) = trust.keys {
                shared = Some(source.clone());
            }
            issuers.push(Issuer {
                name: name.clone(),
                source,
                parties: parties.clone(),
                ahead: at == 0,
            });
        }
    }

    /// What the party is that a token is for.
    fn party(&self) -> &'static str {
        match self.usage {
            Usage::Audience => "audience",
            Usage::CognitoAccess | Usage::CognitoId => "client",
        }
    }

    pub(super) fn settings(&mut self, visit: &mut Visit<'_>) {
        let party = self.party();
        for trust in &mut self.trusted {
            trust.settings(party, visit);
        }
    }

    pub(super) fn describe(&self) -> Description {
        let (kind, token) = match self.usage {
            Usage::Audience => (Kind::Jwt, None),
            Usage::CognitoAccess => (Kind::Cognito, Some(TokenKind::Access)),
            Usage::CognitoId => (Kind::Cognito, Some(TokenKind::Id)),
        };
        // Tokens of Cognito are always signed with RS256.
        let mut algorithms = Algorithm::ALL.to_vec();
        algorithms.retain(|one| kind == Kind::Jwt && self.algorithms.contains(one));
        let has_scopes = self.usage != Usage::CognitoId;
        let mut description = Description {
            algorithms: algorithms.into_iter().map(Algorithm::name).collect(),
            token,
            scopes_claim: has_scopes.then(|| self.scopes.path().to_owned()),
            groups_claim: Some(self.common.groups.path().to_owned()),
            ..self.common.scheme().describe(kind)
        };
        for trust in &self.trusted {
            trust.describe(&mut description);
        }
        description
    }

    /// The same config, which also accepts tokens of this key.
    #[cfg(debug_assertions)]
    pub(super) fn with_local_key(&self, key: &LocalKey) -> Self {
        self.clone()
            .change(|config| config.local = Some(key.public()))
    }

    pub(super) async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        let token = self.common.credential.read(request)?;
        self.verifier().verify(token).await
    }

    /// The same config with other keys for an issuer that is trusted.
    pub(super) fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        let at = self
            .trusted
            .iter()
            .position(|trust| trust.issuers().contains(&keys.issuer))?;
        Some(self.clone().change(|config| {
            if let Some(trust) = config.trusted.get_mut(at) {
                trust.keys = KeysFrom::Embedded(keys.jwks.as_str().into());
            }
            if let Some(now) = keys.now {
                config.common.clock = Arc::new(move || now);
            }
        }))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers = self.trusted.iter().flat_map(Trust::issuers);
        f.debug_struct("Config")
            .field("name", &self.common.name)
            .field("issuers", &issuers.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The builder methods of every verifier. It has a method `change_common`.
macro_rules! common_settings {
    ($verifier:ident, $name:literal, $groups:literal) => {
        impl<S> $verifier<S> {
            #[doc = concat!("The name of the authenticator in routes and logs, instead of `", $name, "`.")]
            ///
            /// Routes of an API with several authenticators select one by
            /// `authenticator = ".."`.
            pub fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
                self.change_common(|common| common.name = name.into())
            }

            /// The realm in `WWW-Authenticate`, instead of `api`.
            pub fn realm(self, realm: impl Into<Cow<'static, str>>) -> Self {
                self.change_common(|common| common.realm = Some(realm.into()))
            }

            /// How far `nbf` and `iat` may be in the future, instead of 30 s, because the issuer's
            /// clock is ahead. At most 5 minutes.
            pub fn leeway(self, leeway: Duration) -> Self {
                self.change_common(|common| common.leeway.start = leeway)
            }

            /// How long a token is accepted after its `exp`, instead of not at all. At most
            /// 5 minutes.
            pub fn expiry_leeway(self, leeway: Duration) -> Self {
                self.change_common(|common| common.leeway.expiry = leeway)
            }

            /// Allows keys to be fetched by plain HTTP from this machine (`localhost`,
            /// `127.0.0.0/8`, `[::1]`), for tests and emulators.
            ///
            /// It exists in debug builds, and in release builds with the feature `local`.
            #[cfg(any(debug_assertions, feature = "local"))]
            #[cfg_attr(docsrs, doc(cfg(any(debug_assertions, feature = "local"))))]
            pub fn allow_loopback_http(self) -> Self {
                self.change_common(|common| common.loopback = true)
            }

            #[doc = concat!("The claim of the groups, instead of `", $groups, "`.")]
            ///
            /// It is the name of a claim, such as `roles` or `https://example.com/roles`. If the token
            /// has no claim of this name, it is a path to a nested claim, with dots between the
            /// names: `realm_access.roles`. At each level, a name that has dots goes before a path.
            ///
            /// The claim is an array of strings, or one string. A claim that is absent, `null` or of
            /// another type gives no groups: rules that need a group fail, the log says why, and the
            /// token is accepted otherwise. An absent claim is logged once, since its name may be
            /// misspelt. Do not use a claim that users can change by themselves.
            pub fn groups_claim(self, path: impl Into<Cow<'static, str>>) -> Self {
                let claim = ListClaim::named(path.into());
                self.change_common(|common| common.groups = claim)
            }

            /// An additional check of the identity of each request, after all others have passed.
            ///
            /// It can read claims with [`Identity::claims`]; its error is logged. It replaces an
            /// earlier check.
            pub fn check<F>(self, check: F) -> Self
            where
                F: Fn(&Identity) -> Result<(), AuthError> + Send + Sync + 'static,
            {
                self.change_common(|common| common.check = Some(Arc::new(check)))
            }

            /// The clock, for tests, instead of the system's.
            pub fn clock<F>(self, clock: F) -> Self
            where
                F: Fn() -> SystemTime + Send + Sync + 'static,
            {
                self.change_common(|common| common.clock = Arc::new(clock))
            }
        }
    };
}
pub(crate) use common_settings;

/// The other builder methods and the traits of `Jwt` and `Cognito`.
macro_rules! settings {
    ($verifier:ident) => {
        impl<S> $verifier<S> {
            /// Where the token is, instead of `Authorization: Bearer ..`.
            pub fn credential(self, credential: Credential) -> Self {
                self.change(|config| config.common.credential = credential)
            }

            /// The algorithms that tokens may be signed with
            /// ([RFC 8725, section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
            pub fn algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
                self.change(|config| config.algorithms = algorithms.into_iter().collect())
            }

            /// Accepts tokens of one more type, besides `JWT`, `at+jwt` and those without `typ`.
            ///
            /// `typ` keeps tokens for different purposes apart
            /// ([RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)): a
            /// logout token must not authenticate a caller.
            pub fn token_type(self, typ: impl Into<String>) -> Self {
                self.change(|config| config.types.push(typ.into()))
            }

            /// The keys of the last issuer, as a JWK set
            /// ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)). None are
            /// fetched.
            ///
            /// For functions that cannot reach the issuer. When the issuer changes its keys, the
            /// function has to be deployed again.
            pub fn jwks(self, json: impl AsRef<str>) -> Self {
                self.change_last(|trust| trust.keys = KeysFrom::Embedded(json.as_ref().into()))
            }

            /// The URL of the keys of the last issuer, instead of the one in its metadata.
            pub fn jwks_url(self, url: impl Into<Setting>) -> Self {
                self.change_last(|trust| trust.keys = KeysFrom::Url(url.into()))
            }

            /// The claim of the scopes, instead of `scope`, else `scp`: a name or a path, as for
            /// [`groups_claim`](Self::groups_claim).
            ///
            /// The claim is a string of names between spaces, or an array of strings. A claim of
            /// another type gives no scopes.
            pub fn scopes_claim(self, path: impl Into<Cow<'static, str>>) -> Self {
                let claim = ListClaim::named(path.into());
                self.change(|config| config.scopes = claim)
            }

            /// Remembers verified tokens, instead of verifying each one each time.
            pub fn cache(self, tokens: VerifiedTokens) -> Self {
                self.change(|config| config.cache = Some(tokens))
            }

            /// The same verifier, which accepts what a local key has signed as well.
            #[cfg(debug_assertions)]
            pub(super) fn with_local_key(&self, key: &LocalKey) -> Self {
                Self(self.0.with_local_key(key), PhantomData)
            }

            fn change(self, change: impl FnOnce(&mut Config)) -> Self {
                Self(self.0.change(change), PhantomData)
            }

            fn change_common(self, change: impl FnOnce(&mut Common)) -> Self {
                self.change(|config| change(&mut config.common))
            }

            fn change_last(self, change: impl FnOnce(&mut Trust)) -> Self {
                Self(self.0.change_last(change), PhantomData)
            }
        }

        impl Authenticator for $verifier<Ready> {
            fn scheme(&self) -> Scheme {
                self.0.common.scheme()
            }

            async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
                self.0.authenticate(request).await
            }

            async fn prepare(&self) {
                self.0.verifier().prepare().await;
            }

            fn config_errors(&self) -> Vec<String> {
                self.0.verifier().errors.clone()
            }

            fn __built_in(&self) -> Option<Own<'_>> {
                Some(Own(self))
            }
        }

        impl BuiltIn for $verifier<Ready> {
            fn describe(&self) -> Description {
                self.0.describe()
            }

            fn visited(&self, visit: &mut Visit<'_>) -> Installed {
                install(self.clone().change(|config| config.settings(visit)))
            }

            fn lend_test_keys(&self, keys: &TestKeys) -> Option<Installed> {
                self.with_test_keys(keys).map(install)
            }

            #[cfg(debug_assertions)]
            fn lend_local_key(&self, key: &LocalKey) -> Option<Installed> {
                Some(install(self.with_local_key(key)))
            }

            #[cfg(debug_assertions)]
            fn token_config(&self) -> Option<&dyn std::any::Any> {
                Some(&self.0)
            }
        }

        impl LendKeys for $verifier<Ready> {
            fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
                Some(Self(self.0.with_test_keys(keys)?, PhantomData))
            }
        }

        impl<S> fmt::Debug for $verifier<S> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($verifier)).field(&self.0).finish()
            }
        }

        impl<S> Clone for $verifier<S> {
            fn clone(&self) -> Self {
                Self(self.0.clone(), PhantomData)
            }
        }
    };
}
pub(super) use settings;

#[cfg(test)]
mod tests {
    use super::super::{
        super::Authenticator,
        Algorithm, Cognito, Jwt,
        testing::{ISSUER, Signer, ask, claims, now, set},
    };
    use crate::auth::{AuthError, Credential, LendKeys, Scheme, TestKeys};
    use serde_json::json;
    use std::time::{Duration, SystemTime};

    fn jwks() -> String {
        set([Signer::rsa().jwk("k")])
    }

    fn jwt() -> Jwt {
        Jwt::new(ISSUER).audience("a").jwks(jwks())
    }

    #[tokio::test]
    async fn wrong_settings_are_reported_and_reject_tokens() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let cases: [(Jwt, &str); 17] = [
            (
                Jwt::new("").audience("a").jwks(jwks()),
                "an issuer is empty",
            ),
            (
                Jwt::new("id.example.com").audience("a"),
                "the keys of the issuer \"id.example.com\" cannot be fetched: the URL does not begin with `https://`",
            ),
            (
                Jwt::new("http://127.0.0.1:1/").audience("a"),
                "the keys of the issuer \"http://127.0.0.1:1/\" cannot be fetched: the URL does not begin with `https://`",
            ),
            (
                Jwt::new("http://id.example.com")
                    .audience("a")
                    .allow_loopback_http(),
                "the keys of the issuer \"http://id.example.com\" cannot be fetched: the URL is http, which is allowed to loopback only",
            ),
            (
                Jwt::new(ISSUER).audience("a").jwks_url("keys.json"),
                "the keys of the issuer \"https://id.example.com\" cannot be fetched from \"keys.json\": the URL does not begin with `https://`",
            ),
            (
                jwt().jwks("{}"),
                "the embedded keys of the issuer \"https://id.example.com\" are not a JWK set",
            ),
            (
                jwt().jwks("{\"keys\":[]}"),
                "none of the embedded keys of the issuer \"https://id.example.com\" can be used",
            ),
            (
                jwt().jwks(set([json!({"kty": "oct", "k": "AAAA"})])),
                "none of the embedded keys of the issuer \"https://id.example.com\" can be used",
            ),
            (jwt().algorithms([]), "no algorithm is allowed"),
            (
                jwt().leeway(minutes(6)),
                "a leeway of 360s is too much: at most 300s are allowed",
            ),
            (
                jwt().expiry_leeway(Duration::MAX),
                "a leeway of 18446744073709551615.999999999s is too much: at most 300s are allowed",
            ),
            (
                jwt().audience(""),
                "the issuer \"https://id.example.com\" has an empty audience",
            ),
            (
                jwt().any_audience(),
                "the issuer \"https://id.example.com\" has both `audience` and `any_audience`",
            ),
            (
                jwt().add_issuer(ISSUER).audience("b").jwks(jwks()),
                "the issuer \"https://id.example.com\" is named twice",
            ),
            (jwt().leeway(minutes(5)).expiry_leeway(minutes(5)), ""),
            (
                Jwt::new("http://127.0.0.1:1/")
                    .audience("a")
                    .allow_loopback_http(),
                "",
            ),
            // With embedded keys, nothing is fetched.
            (Jwt::new("a name").audience("a").jwks(jwks()), ""),
        ];
        let token = Signer::rsa().token(
            Algorithm::Rs256,
            r#"{"alg":"RS256","kid":"k"}"#,
            &claims(&[("aud", json!(["a", "b", ""]))]),
        );
        for (jwt, error) in cases {
            let jwt = jwt.clock(now);
            let errors = jwt.config_errors();
            if error.is_empty() {
                assert!(errors.is_empty(), "{errors:?}");
            } else {
                assert_eq!(errors, [error]);
                let rejection = AuthError::Unavailable("the verifier has invalid settings");
                assert_eq!(ask(&jwt, &token).await.err(), Some(rejection));
            }
        }
    }

    #[test]
    fn an_invalid_pool_id_is_an_error() {
        for (cognito, error) in [
            (
                Cognito::user_pool("abc123").client("c"),
                "\"abc123\" is not the id of a user pool, which is like \"eu-west-1_abc123\"",
            ),
            (
                Cognito::user_pool("eu-west-1_a")
                    .client("c")
                    .add_user_pool("eu-west-1_a/b")
                    .any_client(),
                "\"eu-west-1_a/b\" is not the id of a user pool, which is like \"eu-west-1_abc123\"",
            ),
            (
                Cognito::user_pool("eu-west-1_a")
                    .client("c")
                    .also_region("evil.example"),
                "\"evil.example\" is not a region of AWS",
            ),
            (
                Cognito::user_pool("eu-west-1_a").client(""),
                "the issuer \"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a\" has an empty client",
            ),
        ] {
            assert_eq!(cognito.config_errors(), [error]);
        }
        assert!(
            Cognito::user_pool("eu-west-1_a")
                .any_client()
                .config_errors()
                .is_empty()
        );
    }

    #[test]
    fn the_scheme_follows_the_settings() {
        fn assert_same(scheme: &Scheme, expected: &Scheme) {
            assert_eq!(format!("{scheme:?}"), format!("{expected:?}"));
        }
        assert_same(&jwt().scheme(), &Scheme::new("jwt", Credential::bearer()));
        let cognito = Cognito::user_pool("eu-west-1_a").client("c");
        assert_same(
            &cognito.scheme(),
            &Scheme::new("cognito", Credential::bearer()),
        );
        let told = jwt()
            .name("staff")
            .credential(Credential::cookie("t"))
            .realm("orders");
        let expected = Scheme::new("staff", Credential::cookie("t")).realm("orders");
        assert_same(&told.scheme(), &expected);
    }

    #[test]
    fn only_the_first_form_of_an_issuer_is_prefetched() {
        let cognito = Cognito::user_pool("eu-west-1_a")
            .client("c")
            .also_region("eu-central-1")
            .add_user_pool("eu-west-1_b")
            .client("c");
        let issuers = cognito.ahead();
        assert_eq!(
            issuers,
            [
                (
                    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
                    true
                ),
                (
                    "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
                    false
                ),
                (
                    "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_a",
                    false
                ),
                (
                    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_b",
                    true
                ),
                (
                    "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_b",
                    false
                ),
            ]
        );
    }

    #[tokio::test]
    async fn a_setting_counts_after_a_verification() {
        let token = Signer::rsa().token(
            Algorithm::Rs256,
            r#"{"alg":"RS256"}"#,
            &claims(&[("aud", json!("b"))]),
        );
        let jwt = jwt().clock(now);
        assert_eq!(
            ask(&jwt, &token).await.err(),
            Some(AuthError::WrongAudience)
        );
        let wider = jwt.clone().audience("b");
        assert!(ask(&wider, &token).await.is_ok());
        assert_eq!(
            ask(&jwt, &token).await.err(),
            Some(AuthError::WrongAudience)
        );
    }

    #[tokio::test]
    async fn test_keys_replace_those_of_an_issuer() {
        let later = now() + Duration::from_secs(7200);
        let jwt = Jwt::new(ISSUER)
            .audience("a")
            .add_issuer("https://other.example.com")
            .any_audience()
            .check(|identity| match identity.subject() {
                "mallory" => Err(AuthError::NotAccepted),
                _ => Ok(()),
            });
        let keys = |issuer: &str, now| TestKeys {
            issuer: issuer.to_owned(),
            jwks: jwks(),
            now,
        };
        assert!(
            jwt.with_test_keys(&keys("https://id.example.com/", None))
                .is_none()
        );
        let lent = jwt
            .with_test_keys(&keys(ISSUER, Some(later)))
            .expect("the issuer is trusted");
        let sign = |changes: &[_]| {
            Signer::rsa().token(Algorithm::Rs256, r#"{"alg":"RS256"}"#, &claims(changes))
        };
        let exp = ("exp", json!(epoch(later) + 10));
        let aud = ("aud", json!("a"));
        for (token, rejection) in [
            (sign(&[aud.clone(), exp.clone()]), None),
            (sign(std::slice::from_ref(&aud)), Some(AuthError::Expired)),
            (
                sign(std::slice::from_ref(&exp)),
                Some(AuthError::WrongAudience),
            ),
            (
                sign(&[aud, exp, ("sub", json!("mallory"))]),
                Some(AuthError::NotAccepted),
            ),
        ] {
            assert_eq!(ask(&lent, &token).await.err(), rejection);
        }
    }

    fn epoch(time: SystemTime) -> u64 {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        since.expect("it is after 1970").as_secs()
    }
}
