//! Authenticator that trusts a test issuer.

use super::{TestIssuer, profile::Kind};
use lambda_api::{
    __private::{LendKeys, TestKeys, lending_scheme},
    Identity, Request,
    auth::{AlbOidc, AuthError, Authenticator, Cognito, Jwt, Scheme},
};
use std::{borrow::Cow, fmt, sync::Arc};

/// Authenticator that makes an API trust a [`TestIssuer`]; [`TestIssuer::verifier`] returns one.
///
/// Add it with [`Api::authenticate`](lambda_api::Api::authenticate):
///
/// - If authenticators of the API trust this issuer, by its URL, user pool or load balancer, they use its
///   keys and its clock, and fetch nothing. Settings that refer to environment variables are resolved
///   before they are compared. Their other settings stay: audience, client, allowed
///   algorithms, name, hooks. The test verifier itself is dropped, so that the test exercises the settings
///   of production.
/// - If the API has no other authenticator, the test verifier authenticates, for the audience or client of
///   the issuer. Of a user pool it accepts access and ID tokens.
/// - `build()` fails if the API has other authenticators and none trusts the issuer, mostly because of a
///   mistyped name.
///
/// ```
/// use lambda_api::{Api, Identity, api_handler, auth::Cognito, routes};
/// use lambda_api_testing::{TestClient, TestIssuer};
///
/// #[api_handler(GET "/me")]
/// async fn me(identity: Identity) -> String {
///     identity.subject().to_owned()
/// }
///
/// fn api() -> Api {
///     Api::new()
///         .authenticate(Cognito::user_pool("eu-west-1_abc123").client("app-client-id"))
///         .routes(routes![me])
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
/// let client = TestClient::new(api().authenticate(issuer.verifier())).await;
///
/// client.get("/me").bearer(issuer.token("alice")).await.assert_text("alice");
/// client.get("/me").await.assert_problem(401, "unauthorized");
/// for bad in [
///     issuer.token("alice").expired(),
///     issuer.token("alice").audience("another-client-id"),
///     issuer.token("alice").wrong_key(),
///     issuer.token("alice").id_token(),
/// ] {
///     client.get("/me").bearer(bad).await.assert_problem(401, "invalid_token");
/// }
/// # }
/// ```
///
/// # Keys and time
/// The keys are those that the issuer has when the verifier is made. The time is that of
/// [`TestIssuer::at`]; without it, the system's.
#[derive(Clone)]
#[must_use = "an API trusts the issuer once it has this: `api().authenticate(issuer.verifier())`"]
pub struct TestVerifier {
    issuer: TestIssuer,
    keys: TestKeys,
    verifier: Verifier,
}

/// The library's own authenticators, with the keys of the issuer.
#[derive(Clone)]
enum Verifier {
    Oidc(Arc<Jwt>),
    Cognito {
        access: Arc<Cognito>,
        id: Arc<Cognito>,
    },
    Alb(Arc<AlbOidc>),
}

impl TestIssuer {
    /// Makes an API trust this issuer: see [`TestVerifier`].
    ///
    /// ```
    /// use lambda_api::{Api, Identity, api_handler, routes};
    /// use lambda_api_testing::{TestClient, TestIssuer};
    ///
    /// #[api_handler(GET "/me")]
    /// async fn me(identity: Identity) -> String {
    ///     identity.subject().to_owned()
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let issuer = TestIssuer::oidc("https://id.example.com", "orders-api");
    /// let api = Api::new().routes(routes![me]);
    /// let client = TestClient::new(api.authenticate(issuer.verifier())).await;
    /// client.get("/me").bearer(issuer.token("alice")).await.assert_text("alice");
    /// # }
    /// ```
    pub fn verifier(&self) -> TestVerifier {
        TestVerifier::new(self)
    }
}

impl TestVerifier {
    fn new(issuer: &TestIssuer) -> Self {
        let trusted = match &issuer.profile.kind {
            Kind::Alb { signer } => signer,
            Kind::Oidc | Kind::Cognito => issuer.issuer_url(),
        };
        let keys = TestKeys {
            issuer: trusted.to_owned(),
            jwks: issuer.jwks().to_string(),
            now: issuer.now,
        };
        Self {
            verifier: Verifier::new(issuer, &keys, None),
            issuer: issuer.clone(),
            keys,
        }
    }

    /// Sets the name, for access rules that name an authenticator: `jwt`, `cognito` or `alb` by default.
    /// Authenticators of the API that use the keys keep their names.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.verifier = Verifier::new(&self.issuer, &self.keys, Some(name.into()));
        self
    }
}

impl Verifier {
    fn new(issuer: &TestIssuer, keys: &TestKeys, name: Option<Cow<'static, str>>) -> Self {
        let audience = issuer.audience.as_str();
        match &issuer.profile.kind {
            Kind::Oidc => {
                let mut jwt = Jwt::new(&keys.issuer).audience(audience);
                if let Some(name) = name {
                    jwt = jwt.name(name);
                }
                Self::Oidc(lend(&jwt, keys))
            }
            Kind::Cognito => {
                let pool = issuer.issuer_url().rsplit('/').next().unwrap_or_default();
                let mut access = Cognito::user_pool(pool).client(audience);
                let mut id = Cognito::user_pool(pool).client(audience).id_tokens();
                if let Some(name) = name {
                    (access, id) = (access.name(name.clone()), id.name(name));
                }
                Self::Cognito {
                    access: lend(&access, keys),
                    id: lend(&id, keys),
                }
            }
            Kind::Alb { signer } => {
                let mut alb = AlbOidc::listener(signer).client(audience);
                if let Some(name) = name {
                    alb = alb.name(name);
                }
                Self::Alb(lend(&alb, keys))
            }
        }
    }
}

/// The verifier with the keys, which are those of its own issuer.
fn lend<A: LendKeys>(verifier: &A, keys: &TestKeys) -> Arc<A> {
    let lent = verifier.with_test_keys(keys);
    Arc::new(lent.expect("a verifier trusts the issuer that it was made for"))
}

impl Authenticator for TestVerifier {
    fn scheme(&self) -> Scheme {
        let scheme = match &self.verifier {
            Verifier::Oidc(jwt) => jwt.scheme(),
            Verifier::Cognito { access, .. } => access.scheme(),
            Verifier::Alb(alb) => alb.scheme(),
        };
        lending_scheme(scheme, self.keys.clone())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        match &self.verifier {
            Verifier::Oidc(jwt) => jwt.authenticate(request).await,
            Verifier::Cognito { access, id } => match access.authenticate(request).await {
                Err(AuthError::WrongTokenUse) => id.authenticate(request).await,
                verdict => verdict,
            },
            Verifier::Alb(alb) => alb.authenticate(request).await,
        }
    }
}

impl fmt::Debug for TestVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestVerifier")
            .field("issuer", &self.keys.issuer)
            .field("name", &self.scheme().name())
            .finish_non_exhaustive()
    }
}
