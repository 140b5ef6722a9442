//! What was said about a verifier, and the verifier that is made of it when it is needed.

#[cfg(debug_assertions)]
use super::local::LocalPublicKey;
use super::{
    super::{Credential, Identity, Refusal, Scheme, TestKeys, keys::Clock, list_claim::ListClaim},
    Algorithm, VerifiedTokens,
    claims::Leeway,
    header::HeaderRules,
    source::KeysFrom,
    verifier::{Check, Issuer, Usage, Verifier},
};
use crate::Request;
use std::{
    borrow::Cow,
    collections::HashSet,
    fmt,
    sync::{Arc, OnceLock},
    time::{Duration, SystemTime},
};

/// How far clocks may be said to differ.
const MAX_LEEWAY: Duration = Duration::from_secs(5 * 60);

/// The settings of `Jwt` and `Cognito`.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) name: Cow<'static, str>,
    pub(super) credential: Credential,
    pub(super) realm: Option<Cow<'static, str>>,
    pub(super) trusted: Vec<Trust>,
    pub(super) usage: Usage,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) types: Vec<String>,
    pub(super) leeway: Leeway,
    pub(super) groups: ListClaim,
    /// `scope`, else `scp`, unless another one was named.
    pub(super) scopes: ListClaim,
    pub(super) loopback: bool,
    pub(super) check: Option<Check>,
    pub(super) clock: Clock,
    pub(super) cache: Option<VerifiedTokens>,
    #[cfg(debug_assertions)]
    pub(super) local: Option<Arc<LocalPublicKey>>,
    verifier: OnceLock<Arc<Verifier>>,
}

/// An issuer that is trusted, under one name or several.
#[derive(Clone)]
pub(super) struct Trust {
    /// The forms of its `iss`.
    pub(super) issuers: Vec<String>,
    /// The audiences or clients that are let in.
    pub(super) parties: Vec<String>,
    /// Whether it was said that all are.
    pub(super) anybody: bool,
    pub(super) keys: KeysFrom,
    /// Why there is no such issuer.
    pub(super) fault: Option<String>,
}

impl Plan {
    pub(super) fn new(name: &'static str, usage: Usage, groups: &'static str) -> Self {
        Self {
            name: name.into(),
            credential: Credential::bearer(),
            realm: None,
            trusted: Vec::new(),
            usage,
            algorithms: Algorithm::ALL.to_vec(),
            types: Vec::new(),
            leeway: Leeway {
                start: Duration::from_secs(30),
                expiry: Duration::ZERO,
            },
            groups: ListClaim::usual(groups),
            scopes: ListClaim::usual("scope"),
            loopback: false,
            check: None,
            clock: Arc::new(SystemTime::now),
            cache: None,
            #[cfg(debug_assertions)]
            local: None,
            verifier: OnceLock::new(),
        }
    }

    /// The plan with a change; what was made of it before is not used any more.
    pub(super) fn change(mut self, change: impl FnOnce(&mut Self)) -> Self {
        self.verifier = OnceLock::new();
        change(&mut self);
        self
    }

    /// The plan with a change to the issuer that was named last.
    pub(super) fn change_last(self, change: impl FnOnce(&mut Trust)) -> Self {
        self.change(|plan| {
            if let Some(last) = plan.trusted.last_mut() {
                change(last);
            }
        })
    }

    pub(super) fn verifier(&self) -> &Verifier {
        self.verifier.get_or_init(|| Arc::new(self.build()))
    }

    fn build(&self) -> Verifier {
        let mut faults = Vec::new();
        if self.algorithms.is_empty() {
            faults.push("no algorithm is allowed".to_owned());
        }
        for leeway in [self.leeway.start, self.leeway.expiry] {
            if leeway > MAX_LEEWAY {
                faults.push(format!(
                    "a leeway of {leeway:?} is too much: at most {MAX_LEEWAY:?} are allowed"
                ));
            }
        }
        let mut issuers = Vec::new();
        for trust in &self.trusted {
            self.trust(trust, &mut issuers, &mut faults);
        }
        let mut names = HashSet::new();
        for issuer in &issuers {
            if !names.insert(issuer.name.as_str()) {
                faults.push(format!("the issuer {:?} is named twice", issuer.name));
            }
        }
        Verifier {
            name: self.name.as_ref().into(),
            issuers,
            usage: self.usage,
            header: HeaderRules {
                algorithms: self.algorithms.clone(),
                types: self.types.clone(),
                #[cfg(debug_assertions)]
                local: self.local.clone(),
            },
            leeway: self.leeway,
            groups: self.groups.clone(),
            scopes: self.scopes.clone(),
            check: self.check.clone(),
            clock: Arc::clone(&self.clock),
            cache: self.cache.clone(),
            faults,
        }
    }

    fn trust(&self, trust: &Trust, issuers: &mut Vec<Issuer>, faults: &mut Vec<String>) {
        let what = match self.usage {
            Usage::Audience => "audience",
            Usage::CognitoAccess | Usage::CognitoId => "client",
        };
        faults.extend(trust.fault.clone());
        let whose = trust
            .issuers
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        if trust.parties.iter().any(String::is_empty) {
            faults.push(format!("the issuer {whose:?} has an empty {what}"));
        }
        if trust.anybody && !trust.parties.is_empty() {
            faults.push(format!(
                "the issuer {whose:?} has both a certain {what} and `any_{what}`"
            ));
        }
        if !trust.anybody && trust.parties.is_empty() {
            faults.push(format!("the issuer {whose:?} has no {what}"));
        }
        let parties = (!trust.anybody).then(|| Arc::from(trust.parties.as_slice()));
        // One that was given is the same for all names.
        let mut shared = None;
        for (at, name) in trust.issuers.iter().enumerate() {
            if name.is_empty() {
                faults.push("an issuer is an empty text".to_owned());
            }
            let source = match &shared {
                Some(source) => Ok(Clone::clone(source)),
                None => trust.keys.source(name, self.loopback, &self.clock),
            };
            let source = match source {
                Ok(source) => source,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            if let KeysFrom::Url(_) | KeysFrom::Embedded(_) = trust.keys {
                shared = Some(source.clone());
            }
            issuers.push(Issuer {
                name: name.clone(),
                source,
                parties: Option::clone(&parties),
                ahead: at == 0,
            });
        }
    }

    pub(super) fn scheme(&self) -> Scheme {
        let scheme = Scheme::new(self.name.clone(), self.credential.clone());
        match &self.realm {
            Some(realm) => scheme.realm(realm.clone()),
            None => scheme,
        }
    }

    pub(super) async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        self.verify(self.credential.read(request)?).await
    }

    pub(super) async fn verify(&self, token: &str) -> Result<Identity, Refusal> {
        self.verifier().verify(token).await
    }

    pub(super) async fn prepare(&self) {
        self.verifier().prepare().await;
    }

    pub(super) fn faults(&self) -> Vec<String> {
        self.verifier().faults.clone()
    }

    /// The same plan with other keys for an issuer that is trusted.
    pub(super) fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        let at = self
            .trusted
            .iter()
            .position(|trust| trust.issuers.contains(&keys.issuer))?;
        Some(self.clone().change(|plan| {
            if let Some(trust) = plan.trusted.get_mut(at) {
                trust.keys = KeysFrom::Embedded(keys.jwks.as_str().into());
            }
            if let Some(now) = keys.now {
                plan.clock = Arc::new(move || now);
            }
        }))
    }
}

impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let issuers = self.trusted.iter().flat_map(|trust| &trust.issuers);
        f.debug_struct("Plan")
            .field("name", &self.name)
            .field("issuers", &issuers.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// The settings that `Jwt` and `Cognito` have in common.
macro_rules! settings {
    ($verifier:ident, $name:literal, $groups:literal) => {
        impl<S> $verifier<S> {
            #[doc = concat!("The name by which routes and logs call it, instead of `", $name, "`.")]
            ///
            /// Routes name it in `authenticator = ".."` where an API has several.
            pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
                self.change(|plan| plan.name = name.into())
            }

            /// Where the token stands, instead of `Authorization: Bearer ..`.
            pub fn credential(self, credential: Credential) -> Self {
                self.change(|plan| plan.credential = credential)
            }

            /// The realm that `WWW-Authenticate` names, instead of `api`.
            pub fn realm(self, realm: impl Into<Cow<'static, str>>) -> Self {
                self.change(|plan| plan.realm = Some(realm.into()))
            }

            /// The algorithms that tokens may be signed with, and no others
            /// ([RFC 8725, section 3.1](https://www.rfc-editor.org/rfc/rfc8725#section-3.1)).
            pub fn algorithms(self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
                self.change(|plan| plan.algorithms = algorithms.into_iter().collect())
            }

            /// Lets in tokens of one more type, besides `JWT`, `at+jwt` and those that name none.
            ///
            /// What `typ` names keeps tokens for different purposes apart
            /// ([RFC 8725, section 3.11](https://www.rfc-editor.org/rfc/rfc8725#section-3.11)):
            /// nobody shall sign in with a logout token.
            pub fn token_type(self, typ: impl Into<String>) -> Self {
                self.change(|plan| plan.types.push(typ.into()))
            }

            /// How far `nbf` and `iat` may lie in the future, instead of 30 s, because the issuer's
            /// clock is ahead. At most 5 minutes.
            pub fn leeway(self, leeway: Duration) -> Self {
                self.change(|plan| plan.leeway.start = leeway)
            }

            /// How long a token is still good after its `exp`, instead of not at all. At most
            /// 5 minutes.
            pub fn expiry_leeway(self, leeway: Duration) -> Self {
                self.change(|plan| plan.leeway.expiry = leeway)
            }

            /// The keys of the issuer that was named last, as a JWK set
            /// ([RFC 7517, section 5](https://www.rfc-editor.org/rfc/rfc7517#section-5)): then
            /// nothing is fetched.
            ///
            /// For functions without a way to the issuer. When the issuer changes its keys, the
            /// function has to be deployed anew.
            pub fn jwks(self, json: impl AsRef<str>) -> Self {
                self.change_last(|trust| trust.keys = KeysFrom::Embedded(json.as_ref().into()))
            }

            /// Where the keys of the issuer that was named last are, if not where it says itself.
            pub fn jwks_url(self, url: impl Into<String>) -> Self {
                self.change_last(|trust| trust.keys = KeysFrom::Url(url.into()))
            }

            /// Lets keys be fetched by plain HTTP from this machine (`localhost`, `127.0.0.0/8`,
            /// `[::1]`), for development against an emulator.
            pub fn allow_loopback_http(self) -> Self {
                self.change(|plan| plan.loopback = true)
            }

            #[doc = concat!("The claim in which the groups stand, instead of `", $groups, "`.")]
            ///
            /// It is the name of a claim, `roles` or `https://example.com/roles`; where the token has
            /// none of this name, it is a path to one inside of others, with dots between their
            /// names: `realm_access.roles`. A name that has dots goes before a path, at each level.
            ///
            /// The claim is an array of strings, or one string. One that is not there or `null`, and
            /// one of another form, puts its holder into no group: rules that need one are not met, and
            /// the log says why; all else about the token counts. That such a claim is not in a token
            /// is logged once, as it may be a slip.
            pub fn groups_claim(self, path: impl Into<Cow<'static, str>>) -> Self {
                let claim = ListClaim::named(path.into());
                self.change(|plan| plan.groups = claim)
            }

            /// The claim in which the scopes stand, instead of `scope`, else `scp`: a name or a path,
            /// as for [`groups_claim`](Self::groups_claim).
            ///
            /// The claim is a string of names between spaces, or an array of strings. What is of
            /// another form gives its holder no scopes.
            pub fn scopes_claim(self, path: impl Into<Cow<'static, str>>) -> Self {
                let claim = ListClaim::named(path.into());
                self.change(|plan| plan.scopes = claim)
            }

            /// A check of your own, after all others have passed and for each request.
            ///
            /// It looks at claims with [`Identity::claims`]; what it refuses with is logged. An
            /// earlier check is replaced.
            pub fn check<F>(self, check: F) -> Self
            where
                F: Fn(&Identity) -> Result<(), Refusal> + Send + Sync + 'static,
            {
                self.change(|plan| plan.check = Some(Arc::new(check)))
            }

            /// What time it is, for tests, instead of what the system's clock says.
            pub fn clock<F>(self, clock: F) -> Self
            where
                F: Fn() -> SystemTime + Send + Sync + 'static,
            {
                self.change(|plan| plan.clock = Arc::new(clock))
            }

            /// Remembers tokens that were verified, instead of verifying each one each time.
            pub fn cache(self, tokens: VerifiedTokens) -> Self {
                self.change(|plan| plan.cache = Some(tokens))
            }

            /// What was said about it.
            #[cfg(debug_assertions)]
            pub(super) fn plan(&self) -> &Plan {
                &self.0
            }

            /// The same one, which accepts what a local key has signed as well.
            #[cfg(debug_assertions)]
            pub(super) fn with_local_key(&self, key: &Arc<super::local::LocalPublicKey>) -> Self {
                Self(self.0.with_local_key(key), PhantomData)
            }

            fn change(self, change: impl FnOnce(&mut Plan)) -> Self {
                Self(self.0.change(change), PhantomData)
            }

            fn change_last(self, change: impl FnOnce(&mut Trust)) -> Self {
                Self(self.0.change_last(change), PhantomData)
            }
        }

        impl Authenticator for $verifier<Ready> {
            fn scheme(&self) -> Scheme {
                self.0.scheme()
            }

            async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
                self.0.authenticate(request).await
            }

            async fn prepare(&self) {
                self.0.prepare().await;
            }

            fn faults(&self) -> Vec<String> {
                self.0.faults()
            }

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
    use crate::auth::{Credential, Refusal, Scheme, TestKeys};
    use serde_json::json;
    use std::time::{Duration, SystemTime};

    fn jwks() -> String {
        set([Signer::rsa().jwk("k")])
    }

    fn jwt() -> Jwt {
        Jwt::issuer(ISSUER).audience("a").jwks(jwks())
    }

    #[tokio::test]
    async fn what_is_wrong_is_said_and_lets_nobody_in() {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let cases: [(Jwt, &str); 17] = [
            (
                Jwt::issuer("").audience("a").jwks(jwks()),
                "an issuer is an empty text",
            ),
            (
                Jwt::issuer("id.example.com").audience("a"),
                "the keys of the issuer \"id.example.com\" cannot be fetched: the URL does not begin with `https://`",
            ),
            (
                Jwt::issuer("http://127.0.0.1:1/").audience("a"),
                "the keys of the issuer \"http://127.0.0.1:1/\" cannot be fetched: the URL does not begin with `https://`",
            ),
            (
                Jwt::issuer("http://id.example.com")
                    .audience("a")
                    .allow_loopback_http(),
                "the keys of the issuer \"http://id.example.com\" cannot be fetched: the URL is http, which is for loopback alone",
            ),
            (
                Jwt::issuer(ISSUER).audience("a").jwks_url("keys.json"),
                "the keys of the issuer \"https://id.example.com\" cannot be fetched from \"keys.json\": the URL does not begin with `https://`",
            ),
            (
                jwt().jwks("{}"),
                "the embedded keys of the issuer \"https://id.example.com\" are no JWK set",
            ),
            (
                jwt().jwks("{\"keys\":[]}"),
                "of the embedded keys of the issuer \"https://id.example.com\" none can be used",
            ),
            (
                jwt().jwks(set([json!({"kty": "oct", "k": "AAAA"})])),
                "of the embedded keys of the issuer \"https://id.example.com\" none can be used",
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
                "the issuer \"https://id.example.com\" has both a certain audience and `any_audience`",
            ),
            (
                jwt().or_issuer(ISSUER).audience("b").jwks(jwks()),
                "the issuer \"https://id.example.com\" is named twice",
            ),
            (jwt().leeway(minutes(5)).expiry_leeway(minutes(5)), ""),
            (
                Jwt::issuer("http://127.0.0.1:1/")
                    .audience("a")
                    .allow_loopback_http(),
                "",
            ),
            // With its keys at hand, nobody has to be asked.
            (Jwt::issuer("a name").audience("a").jwks(jwks()), ""),
        ];
        let token = Signer::rsa().token(
            Algorithm::Rs256,
            r#"{"alg":"RS256","kid":"k"}"#,
            &claims(&[("aud", json!(["a", "b", ""]))]),
        );
        for (jwt, fault) in cases {
            let jwt = jwt.clock(now);
            let faults = jwt.faults();
            if fault.is_empty() {
                assert!(faults.is_empty(), "{faults:?}");
            } else {
                assert_eq!(faults, [fault]);
                let refusal = Refusal::Unavailable("the verifier is not set up rightly");
                assert_eq!(ask(&jwt, &token).await.err(), Some(refusal));
            }
        }
    }

    #[test]
    fn the_name_of_a_pool_that_is_none_is_a_fault() {
        for (cognito, fault) in [
            (
                Cognito::user_pool("abc123").client("c"),
                "\"abc123\" is no id of a user pool: one is like \"eu-west-1_abc123\"",
            ),
            (
                Cognito::user_pool("eu-west-1_a")
                    .client("c")
                    .or_user_pool("eu-west-1_a/b")
                    .any_client(),
                "\"eu-west-1_a/b\" is no id of a user pool: one is like \"eu-west-1_abc123\"",
            ),
            (
                Cognito::user_pool("eu-west-1_a")
                    .client("c")
                    .also_region("evil.example"),
                "\"evil.example\" is no region of AWS",
            ),
            (
                Cognito::user_pool("eu-west-1_a").client(""),
                "the issuer \"https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a\" has an empty client",
            ),
        ] {
            assert_eq!(cognito.faults(), [fault]);
        }
        assert!(
            Cognito::user_pool("eu-west-1_a")
                .any_client()
                .faults()
                .is_empty()
        );
    }

    #[test]
    fn the_scheme_is_what_was_said() {
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
            .named("staff")
            .credential(Credential::cookie("t"))
            .realm("orders");
        let expected = Scheme::new("staff", Credential::cookie("t")).realm("orders");
        assert_same(&told.scheme(), &expected);
    }

    #[test]
    fn only_the_first_form_of_an_issuer_is_fetched_ahead() {
        let cognito = Cognito::user_pool("eu-west-1_a")
            .client("c")
            .also_region("eu-central-1")
            .or_user_pool("eu-west-1_b")
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
    async fn a_setting_counts_after_the_verifier_was_used() {
        let token = Signer::rsa().token(
            Algorithm::Rs256,
            r#"{"alg":"RS256"}"#,
            &claims(&[("aud", json!("b"))]),
        );
        let jwt = jwt().clock(now);
        assert_eq!(ask(&jwt, &token).await.err(), Some(Refusal::WrongAudience));
        let wider = jwt.clone().audience("b");
        assert!(ask(&wider, &token).await.is_ok());
        assert_eq!(ask(&jwt, &token).await.err(), Some(Refusal::WrongAudience));
    }

    #[tokio::test]
    async fn the_keys_of_a_test_take_the_place_of_an_issuers() {
        let later = now() + Duration::from_secs(7200);
        let jwt = Jwt::issuer(ISSUER)
            .audience("a")
            .or_issuer("https://other.example.com")
            .any_audience()
            .check(|identity| match identity.subject() {
                "mallory" => Err(Refusal::NotAccepted),
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
        for (token, refusal) in [
            (sign(&[aud.clone(), exp.clone()]), None),
            (sign(std::slice::from_ref(&aud)), Some(Refusal::Expired)),
            (
                sign(std::slice::from_ref(&exp)),
                Some(Refusal::WrongAudience),
            ),
            (
                sign(&[aud, exp, ("sub", json!("mallory"))]),
                Some(Refusal::NotAccepted),
            ),
        ] {
            assert_eq!(ask(&lent, &token).await.err(), refusal);
        }
    }

    fn epoch(time: SystemTime) -> u64 {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        since.expect("it is after 1970").as_secs()
    }
}
