//! What makes an identity of a request.

use super::{Credential, Identity, Refusal, Scheme};
use crate::{BoxFuture, Request, sensitive::is_credential};
use http::HeaderName;
use std::{fmt, future::Future, sync::Arc};

/// Makes an [`Identity`] of a request, or says precisely why not.
///
/// Those there are: `Jwt`, `Cognito` and `AlbOidc` verify tokens in this process; those in
/// [`auth::gateway`](crate::auth::gateway) read what the gateway has verified; `ApiKeys` asks a function of
/// yours. Another one is an `async fn`:
///
/// ```
/// use lambda_api::{Api, Authenticator, Identity, Request};
/// use lambda_api::auth::{Credential, Refusal, Scheme};
///
/// struct Sessions { cookie: Credential }
///
/// impl Authenticator for Sessions {
///     fn scheme(&self) -> Scheme {
///         Scheme::new("sessions", self.cookie.clone())
///     }
///
///     async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
///         let id = self.cookie.read(request)?;
///         // Look the session up in a store.
///         if id == "s3cret" {
///             Ok(Identity::new("alice"))
///         } else {
///             Err(Refusal::Rejected("no such session"))
///         }
///     }
/// }
///
/// let api = Api::new().authenticate(Sessions { cookie: Credential::cookie("sid") });
/// ```
///
/// [`Refusal::Absent`] and nothing else lets the next authenticator have a look. Who was recognised
/// is refused nevertheless when the request has a credential for another authenticator as well, where
/// the [scheme](Scheme) of that one says it stands: see [`Api::authenticate`](crate::Api::authenticate).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no authenticator",
    label = "cannot recognise callers",
    note = "`Jwt`, `Cognito` and `AlbOidc` can once they know their audience or client: `.audience(..)`, `.client(..)`, or `.any_audience()` and `.any_client()` said out loud"
)]
pub trait Authenticator: Send + Sync + 'static {
    /// What it is called, and where its credential stands.
    fn scheme(&self) -> Scheme;

    /// Makes an identity of a request.
    ///
    /// # Errors
    /// [`Refusal::Absent`] when the request has no credential of this kind; any other refusal ends
    /// the request.
    fn authenticate(
        &self,
        request: &Request,
    ) -> impl Future<Output = Result<Identity, Refusal>> + Send;

    /// Fetches what can be fetched before the first request. It is called while Lambda starts the
    /// function, for a bounded time, and can not fail the start.
    fn prepare(&self) -> impl Future<Output = ()> + Send {
        async {}
    }

    /// What is wrong with it, found when the API is built; a sentence for each fault.
    fn faults(&self) -> Vec<String> {
        Vec::new()
    }

    /// The same authenticator with the keys of a test issuer, when that issuer is one it trusts.
    ///
    /// Everything else about it stays as it is, so that a test exercises the real settings.
    fn with_test_keys(&self, keys: &TestKeys) -> Option<Self>
    where
        Self: Sized,
    {
        let _ = keys;
        None
    }

    /// Of the stand-in for a test issuer: the keys that it lends to the authenticators of an API
    /// which trust that issuer. When there is one that does, the stand-in itself is left out.
    fn test_keys(&self) -> Option<TestKeys> {
        None
    }
}

/// The keys of a test issuer: see [`Authenticator::with_test_keys`].
#[derive(Clone, Debug)]
pub struct TestKeys {
    /// The `iss` of its tokens; the ARN of a load balancer.
    pub issuer: String,
    /// A JWK set, as JSON.
    pub jwks: String,
    /// When it is; the system's clock decides when there is none.
    pub now: Option<std::time::SystemTime>,
}

/// [`Authenticator`] as a trait object.
pub(crate) trait Erased: Send + Sync {
    fn authenticate<'a>(&'a self, request: &'a Request)
    -> BoxFuture<'a, Result<Identity, Refusal>>;
    fn prepare(&self) -> BoxFuture<'_, ()>;
    fn faults(&self) -> Vec<String>;
    fn test_keys(&self) -> Option<TestKeys>;
    fn with_test_keys(&self, keys: &TestKeys) -> Option<Arc<dyn Erased>>;
    /// What it is, for the keys of the developer's machine: they are lent to types of this crate,
    /// and not through a method that another type could have.
    #[cfg(all(debug_assertions, feature = "jwt"))]
    fn as_any(&self) -> &dyn std::any::Any;
}

impl<A: Authenticator> Erased for A {
    fn authenticate<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Identity, Refusal>> {
        Box::pin(Authenticator::authenticate(self, request))
    }

    fn prepare(&self) -> BoxFuture<'_, ()> {
        Box::pin(Authenticator::prepare(self))
    }

    fn faults(&self) -> Vec<String> {
        Authenticator::faults(self)
    }

    fn test_keys(&self) -> Option<TestKeys> {
        Authenticator::test_keys(self)
    }

    fn with_test_keys(&self, keys: &TestKeys) -> Option<Arc<dyn Erased>> {
        Authenticator::with_test_keys(self, keys).map(|lent| Arc::new(lent) as Arc<dyn Erased>)
    }

    #[cfg(all(debug_assertions, feature = "jwt"))]
    fn as_any(&self) -> &dyn std::any::Any {
        self
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

/// The headers in which authenticators take credentials, where they were named: the other places are
/// known without.
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

    pub(crate) async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        let identity = self.authenticator.authenticate(request).await?;
        Ok(identity.by(&self.name))
    }

    /// Whether the request has a credential for this one, good or bad.
    pub(crate) async fn has_credential(&self, request: &Request) -> bool {
        let absent = match &self.scheme.credential {
            // Nothing is verified for this, and no keys are fetched.
            Some(credential) => credential.read(request).err(),
            None => self.authenticator.authenticate(request).await.err(),
        };
        absent != Some(Refusal::Absent)
    }

    /// Whether this one and the other look at one and the same credential: the claims that a gateway
    /// has put into the request context.
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

    pub(crate) fn faults(&self) -> Vec<String> {
        self.authenticator.faults()
    }

    pub(crate) fn test_keys(&self) -> Option<TestKeys> {
        self.authenticator.test_keys()
    }

    /// The same one with the keys of a test issuer that it trusts.
    pub(crate) fn with_test_keys(&self, keys: &TestKeys) -> Option<Installed> {
        Some(Installed {
            scheme: Arc::clone(&self.scheme),
            name: Arc::clone(&self.name),
            authenticator: self.authenticator.with_test_keys(keys)?,
        })
    }

    #[cfg(all(debug_assertions, feature = "jwt"))]
    pub(super) fn as_any(&self) -> &dyn std::any::Any {
        self.authenticator.as_any()
    }

    #[cfg(all(debug_assertions, feature = "jwt"))]
    pub(super) fn with_authenticator(&self, authenticator: Arc<dyn Erased>) -> Self {
        Self {
            authenticator,
            ..self.clone()
        }
    }

    #[cfg(all(debug_assertions, feature = "jwt"))]
    pub(super) fn with_scheme(&self, scheme: Scheme) -> Self {
        Self {
            scheme: Arc::new(scheme),
            ..self.clone()
        }
    }
}

impl fmt::Debug for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Installed").field(&self.name).finish()
    }
}
