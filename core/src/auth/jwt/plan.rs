//! What was said about a verifier, and the verifier that is made of it when it is needed.

use super::{
    super::{Authenticator, Credential, Identity, Refusal, Scheme, TestKeys, keys::Clock},
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
    pub(super) groups: Cow<'static, str>,
    pub(super) loopback: bool,
    pub(super) check: Option<Check>,
    pub(super) clock: Clock,
    pub(super) cache: Option<VerifiedTokens>,
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
            groups: groups.into(),
            loopback: false,
            check: None,
            clock: Arc::new(SystemTime::now),
            cache: None,
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

    fn verifier(&self) -> &Verifier {
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
            },
            leeway: self.leeway,
            groups: self.groups.clone(),
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
        let token = self.credential.read(request)?;
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
    ($verifier:ident, $name:literal) => {
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
