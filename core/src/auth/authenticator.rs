//! Authenticators and their schemes.
//!
//! One file, because they refer to each other: an authenticator has a scheme, and the scheme of a
//! gateway can hold the authenticator for requests that come without the gateway.

#[cfg(all(debug_assertions, feature = "jwt"))]
use super::LocalKey;
use super::{
    AuthError, Credential, Identity,
    description::{Description, Kind},
};
use crate::{
    BoxFuture, Request,
    sensitive::is_credential,
    setting::{Variables, Visit, unresolved},
};
use http::{HeaderName, HeaderValue};
use std::{borrow::Cow, fmt, future::Future, sync::Arc};

/// Authenticator: turns a request into an [`Identity`] or an [`AuthError`].
///
/// `Jwt`, `Cognito` and `AlbOidc` verify tokens in this process, those in
/// [`auth::gateway`](crate::auth::gateway) read what the gateway has verified, and `ApiKeys` looks up
/// keys with a function of yours. To write another one:
///
/// ```
/// use lambda_api::{Api, Identity, Request, auth::Authenticator};
/// use lambda_api::auth::{Credential, AuthError, Scheme};
///
/// struct Sessions { cookie: Credential }
///
/// impl Authenticator for Sessions {
///     fn scheme(&self) -> Scheme {
///         Scheme::new("sessions", self.cookie.clone())
///     }
///
///     async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
///         let id = self.cookie.read(request)?;
///         // Look up the session in a store.
///         if id == "s3cret" {
///             Ok(Identity::new("alice"))
///         } else {
///             Err(AuthError::Rejected("no such session"))
///         }
///     }
/// }
///
/// let api = Api::new().authenticate(Sessions { cookie: Credential::cookie("sid") });
/// ```
///
/// The next authenticator is asked only after [`AuthError::Absent`]; any other error rejects the
/// request. A recognised caller is rejected if the request also has a credential at the place that the
/// [scheme](Scheme) of another authenticator names: see
/// [`Api::authenticate`](crate::Api::authenticate).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an authenticator",
    label = "cannot authenticate callers",
    note = "`Jwt`, `Cognito` and `AlbOidc` need an audience or a client: `.audience(..)` or `.any_audience()`, `.client(..)` or `.any_client()`"
)]
pub trait Authenticator: Send + Sync + 'static {
    /// Its name, and where its credential is in a request.
    fn scheme(&self) -> Scheme;

    /// Authenticates a request.
    ///
    /// # Errors
    /// [`AuthError::Absent`] if the request has no credential of this kind. Any other error rejects the
    /// request.
    fn authenticate(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<Identity, AuthError>> + Send;

    /// Fetches what can be fetched before the first request. It is called while Lambda starts the
    /// function, for a bounded time. It cannot fail the start.
    fn prepare(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// Errors in its configuration, each a sentence: [`Api::build`](crate::Api::build) fails with them.
    fn config_errors(&self) -> Vec<String> {
        Vec::new()
    }

    // Only this crate can name the type.
    #[doc(hidden)]
    fn __built_in(&self) -> Option<Own<'_>> {
        None
    }
}

/// An authenticator of this crate, which no other crate can name or implement.
#[expect(missing_debug_implementations, reason = "it cannot be named")]
pub struct Own<'a>(pub(crate) &'a dyn BuiltIn);

/// What authenticators of this crate can do beside [`Authenticator`].
pub(crate) trait BuiltIn {
    #[cfg_attr(
        not(any(debug_assertions, feature = "local")),
        allow(dead_code, reason = "the command line alone prints descriptions")
    )]
    fn describe(&self) -> Description;

    /// The same one after a change of its settings.
    fn visited(&self, visit: &mut Visit<'_>) -> Installed;

    /// The same one without its verifier for the local server; `None` if it has none.
    fn without_local_verifier(&self) -> Option<Installed> {
        None
    }

    /// The errors of its references to variables, unless they were resolved; then those of `check`.
    fn checked(&self, check: impl FnOnce() -> Vec<String>) -> Vec<String>
    where
        Self: Sized,
    {
        let unresolved = unresolved(|visit| drop(self.visited(visit)));
        match unresolved.is_empty() {
            true => check(),
            false => unresolved,
        }
    }

    /// The same one with these keys; `None` if it does not trust the issuer.
    fn lend_test_keys(&self, _: &TestKeys) -> Option<Installed> {
        None
    }

    /// The same one, which also accepts tokens of this key; `None` if it verifies no tokens, neither
    /// itself nor in place of the gateway.
    #[cfg(all(debug_assertions, feature = "jwt"))]
    fn lend_local_key(&self, _: &LocalKey) -> Option<Installed> {
        None
    }

    /// The settings of a verifier of tokens, for signing such tokens.
    #[cfg(all(debug_assertions, feature = "jwt"))]
    fn token_config(&self) -> Option<&dyn std::any::Any> {
        None
    }
}

/// Description of an [`Authenticator`](super::Authenticator): its name, where its credential is in a
/// request, and the challenge for clients without one.
///
/// ```
/// use lambda_api::auth::{Credential, Scheme};
///
/// let scheme = Scheme::new("sessions", Credential::cookie("sid")).challenge("Session");
/// assert_eq!(scheme.name(), "sessions");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Scheme {
    name: Cow<'static, str>,
    pub(crate) credential: Option<Credential>,
    pub(crate) gateway: Option<GatewayScheme>,
    /// The keys that the verifier of a test issuer lends to other authenticators.
    pub(crate) test_keys: Option<Arc<TestKeys>>,
    challenge: Cow<'static, str>,
    realm: Cow<'static, str>,
}

/// The scheme of identities that the gateway has verified.
#[derive(Clone, Debug)]
#[cfg_attr(
    not(any(debug_assertions, feature = "local")),
    allow(dead_code, reason = "only the local server emulates a gateway")
)]
pub(crate) struct GatewayScheme {
    /// `iam`, `cognito`, `jwt`, ...: what `serve --as` calls it.
    pub(crate) kind: &'static str,
    /// The ids of the trusted APIs; empty for all.
    pub(crate) apis: Vec<String>,
    /// Verifies tokens where there is no gateway.
    pub(crate) verifier: Option<Installed>,
    /// The accepted issuers; empty for all.
    pub(crate) issuers: Vec<String>,
    /// The member of a Lambda authorizer's context that names the caller.
    pub(crate) subject: Option<String>,
}

impl Scheme {
    /// A scheme with this name, which routes use in `authenticator = ".."` if an API has several, and
    /// with a credential in the request.
    pub fn new(name: impl Into<Cow<'static, str>>, credential: Credential) -> Self {
        Self {
            name: name.into(),
            credential: Some(credential),
            gateway: None,
            test_keys: None,
            challenge: Cow::Borrowed("Bearer"),
            realm: Cow::Borrowed("api"),
        }
    }

    /// A scheme whose identities the gateway has verified.
    pub(crate) fn gateway(
        name: impl Into<Cow<'static, str>>,
        kind: &'static str,
        apis: Vec<String>,
    ) -> Self {
        Self {
            credential: None,
            gateway: Some(GatewayScheme {
                kind,
                apis,
                verifier: None,
                issuers: Vec::new(),
                subject: None,
            }),
            ..Self::new(name, Credential::bearer())
        }
    }

    /// The description of an authenticator with this scheme, without its settings.
    pub(crate) fn describe(&self, kind: Kind) -> Description {
        let place = self.credential.as_ref().map(Credential::place);
        Description::new(kind, &self.name, &self.challenge, place)
    }

    /// The scheme of the verifier of a test issuer.
    pub(crate) fn lending(mut self, keys: TestKeys) -> Self {
        self.test_keys = Some(Arc::new(keys));
        self
    }

    /// Verifies tokens with this authenticator where there is no gateway.
    pub(crate) fn verified_locally(mut self, verifier: Option<Installed>) -> Self {
        if let Some(gateway) = &mut self.gateway {
            gateway.verifier = verifier;
        }
        self
    }

    #[cfg(all(debug_assertions, feature = "jwt"))]
    pub(super) fn local_verifier(&self) -> Option<&Installed> {
        self.gateway.as_ref()?.verifier.as_ref()
    }

    /// Accepts tokens of these issuers only; an empty list accepts all.
    pub(crate) fn issued_by(mut self, issuers: Vec<String>) -> Self {
        if let Some(gateway) = &mut self.gateway {
            gateway.issuers = issuers;
        }
        self
    }

    /// Reads the subject from this member of the context of a Lambda authorizer.
    pub(crate) fn named_by(mut self, member: Option<String>) -> Self {
        if let Some(gateway) = &mut self.gateway {
            gateway.subject = member;
        }
        self
    }

    /// Sets the authentication scheme in `WWW-Authenticate`
    /// ([RFC 9110, section 11.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.1)). The default is
    /// `Bearer`.
    pub fn challenge(mut self, scheme: impl Into<Cow<'static, str>>) -> Self {
        self.challenge = scheme.into();
        self
    }

    /// Sets the realm in `WWW-Authenticate`. The default is `api`.
    pub fn realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        self.realm = realm.into();
        self
    }

    /// The name in routes and logs.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The error in the scheme, if there is one.
    pub(crate) fn error(&self) -> Option<&'static str> {
        let is_token =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+!#$%&'*^`|".contains(&byte);
        let is_quotable = |byte: u8| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
        if self.name.is_empty() {
            Some("it has no name")
        } else if self.challenge.is_empty() || !self.challenge.bytes().all(is_token) {
            Some("its challenge is not the name of an authentication scheme, such as `Bearer`")
        } else if !self.realm.bytes().all(is_quotable) {
            Some("its realm has characters that a quoted string cannot have")
        } else {
            None
        }
    }

    /// The value of `WWW-Authenticate`
    /// ([RFC 9110, section 11.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1)), with the
    /// parameters of [RFC 6750, section 3](https://www.rfc-editor.org/rfc/rfc6750#section-3) if the
    /// scheme is `Bearer`.
    pub(crate) fn www_authenticate(&self, error: Option<&str>, scope: Option<&str>) -> HeaderValue {
        let mut text = format!("{} realm=\"{}\"", self.challenge, self.realm);
        if self.challenge == "Bearer" {
            for (parameter, value) in [("error", error), ("scope", scope)] {
                if let Some(value) = value {
                    text.push_str(&format!(", {parameter}=\"{value}\""));
                }
            }
        }
        HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("Bearer"))
    }

    #[cfg(test)]
    pub(crate) fn challenge_parts(&self) -> (&str, &str) {
        (&self.challenge, &self.realm)
    }
}

/// Keys of a test issuer. The verifier of the issuer carries them in its [`Scheme`], and
/// [`Api::build`](crate::Api::build) lends them to the authenticators that trust the issuer.
#[derive(Clone, Debug)]
pub struct TestKeys {
    /// The `iss` of its tokens; the ARN of a load balancer.
    pub issuer: String,
    /// A JWK set, as JSON.
    pub jwks: String,
    /// The time to verify tokens at; `None` for the system's clock.
    pub now: Option<std::time::SystemTime>,
}

/// A verifier of this crate that can use the keys of a test issuer.
pub trait LendKeys: Authenticator + Sized {
    /// The same authenticator with these keys; `None` if it does not trust the issuer.
    fn with_test_keys(&self, keys: &TestKeys) -> Option<Self>;
}

/// [`Authenticator`] as a trait object.
pub(crate) trait Erased: Send + Sync {
    fn authenticate<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Identity, AuthError>>;
    fn prepare(&self) -> BoxFuture<'_, ()>;
    fn config_errors(&self) -> Vec<String>;
    fn built_in(&self) -> Option<Own<'_>>;
}

impl<A: Authenticator> Erased for A {
    fn authenticate<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Identity, AuthError>> {
        Box::pin(Authenticator::authenticate(self, request))
    }

    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(Authenticator::prepare(self))
    }

    fn config_errors(&self) -> Vec<String> {
        Authenticator::config_errors(self)
    }

    fn built_in(&self) -> Option<Own<'_>> {
        self.__built_in()
    }
}

/// An authenticator of an Api.
#[derive(Clone)]
pub(crate) struct Installed {
    pub(crate) scheme: Arc<Scheme>,
    name: Arc<str>,
    authenticator: Arc<dyn Erased>,
}

pub(crate) fn install(authenticator: impl Authenticator) -> Installed {
    let scheme = authenticator.scheme();
    Installed {
        name: scheme.name().into(),
        scheme: Arc::new(scheme),
        authenticator: Arc::new(authenticator),
    }
}

/// The headers with credentials that only the configuration of an authenticator tells.
pub(crate) fn named_headers<'a>(
    authenticators: impl IntoIterator<Item = &'a Installed>,
) -> Vec<HeaderName> {
    let mut names = Vec::new();
    for one in authenticators {
        let gateway = one.scheme.gateway.as_ref();
        let locally = gateway.and_then(|gateway| gateway.verifier.as_ref());
        for scheme in [Some(&one.scheme), locally.map(|verifier| &verifier.scheme)] {
            let credential = scheme.and_then(|scheme| scheme.credential.as_ref());
            if let Some(name) = credential.and_then(Credential::header_name)
                && !is_credential(name.as_str().as_bytes())
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        }
    }
    names
}

impl Installed {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        let identity = self.authenticator.authenticate(request).await?;
        Ok(identity.by(&self.name))
    }

    /// Whether the request has a credential for this one, valid or not.
    pub(crate) async fn has_credential(&self, request: &Request) -> bool {
        let absent = match &self.scheme.credential {
            // This verifies nothing and fetches no keys.
            Some(credential) => credential.read(request).err(),
            None => self.authenticator.authenticate(request).await.err(),
        };
        absent != Some(AuthError::Absent)
    }

    /// Whether both read the same credential: the claims that a gateway has put into the request
    /// context.
    pub(crate) fn shares_credential(&self, other: &Self) -> bool {
        let of_token = |one: &Self| {
            let gateway = one.scheme.gateway.as_ref();
            gateway.is_some_and(|gateway| matches!(gateway.kind, "cognito" | "jwt"))
        };
        of_token(self) && of_token(other)
    }

    pub(crate) async fn prepare(&self) {
        self.authenticator.prepare().await;
    }

    pub(crate) fn config_errors(&self) -> Vec<String> {
        self.authenticator.config_errors()
    }

    /// The keys that this verifier of a test issuer lends to others.
    pub(crate) fn test_keys(&self) -> Option<TestKeys> {
        self.scheme.test_keys.as_deref().cloned()
    }

    pub(crate) fn built_in(&self) -> Option<&dyn BuiltIn> {
        self.authenticator.built_in().map(|own| own.0)
    }

    /// The structural description, with unresolved settings unless they were [resolved](Self::resolve).
    #[cfg_attr(
        not(any(debug_assertions, feature = "local")),
        allow(dead_code, reason = "the command line alone prints descriptions")
    )]
    pub(crate) fn describe(&self) -> Description {
        match self.built_in() {
            Some(one) => one.describe(),
            None => self.scheme.describe(Kind::Custom),
        }
    }

    /// The same one after a change of its settings.
    pub(crate) fn visited(&self, visit: &mut Visit<'_>) -> Self {
        let visited = self.built_in().map(|one| one.visited(visit));
        visited.unwrap_or_else(|| self.clone())
    }

    /// Removes the verifier for the local server, whose settings have no values on Lambda.
    pub(crate) fn forget_local_verifier(&mut self) {
        if let Some(without) = self.built_in().and_then(BuiltIn::without_local_verifier) {
            *self = without;
        }
    }

    /// Replaces references by the values of variables.
    pub(crate) fn resolve(&mut self, variables: &Variables<'_>) {
        let mut is_changed = false;
        let visited = self.visited(&mut |_, setting| is_changed |= setting.resolve(variables));
        if is_changed {
            *self = visited;
        }
    }

    /// The settings that refer to variables, each with the name of the variable.
    pub(crate) fn references(&self) -> Vec<(&'static str, &'static str)> {
        let mut references = Vec::new();
        self.visited(&mut |name, setting| {
            references.extend(setting.variable().map(|variable| (name, variable)));
        });
        references
    }

    /// The same one with the keys of a test issuer; `None` if it does not trust the issuer.
    pub(crate) fn with_test_keys(&self, keys: &TestKeys) -> Option<Self> {
        self.built_in()?.lend_test_keys(keys)
    }
}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Installed").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bearer_challenges_have_parameters() {
        let bearer = Scheme::new("jwt", Credential::bearer()).realm("orders");
        let other = Scheme::new("keys", Credential::header("x-api-key")).challenge("ApiKey");
        for (scheme, error, scope, expected) in [
            (&bearer, None, None, r#"Bearer realm="orders""#),
            (
                &bearer,
                Some("insufficient_scope"),
                Some("a b"),
                r#"Bearer realm="orders", error="insufficient_scope", scope="a b""#,
            ),
            (&other, Some("invalid_token"), None, r#"ApiKey realm="api""#),
        ] {
            assert_eq!(scheme.www_authenticate(error, scope), expected);
        }
    }

    #[test]
    fn an_invalid_realm_is_left_out_of_the_challenge() {
        let scheme = Scheme::new("jwt", Credential::bearer()).realm("a\nb");
        assert_eq!(scheme.www_authenticate(None, None), "Bearer");
    }

    #[test]
    fn invalid_challenges_are_errors() {
        let scheme = || Scheme::new("jwt", Credential::bearer());
        for (scheme, expected) in [
            (scheme().challenge("AWS4-HMAC-SHA256").realm("my api"), None),
            (Scheme::new("", Credential::bearer()), Some("no name")),
            (scheme().challenge(""), Some("authentication scheme")),
            (
                scheme().challenge("My Scheme"),
                Some("authentication scheme"),
            ),
            (scheme().realm("a\"b"), Some("realm")),
            (scheme().realm("a\\b"), Some("realm")),
            (scheme().realm("a\nb"), Some("realm")),
        ] {
            let error = scheme.error();
            assert_eq!(error.is_some(), expected.is_some(), "{scheme:?}");
            assert!(
                error
                    .unwrap_or_default()
                    .contains(expected.unwrap_or_default())
            );
        }
    }
}
