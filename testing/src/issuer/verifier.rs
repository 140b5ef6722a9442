//! The stand-in for the authenticators of an API.

use super::{TestIssuer, profile::Kind};
use lambda_api::{
    AlbOidc, Authenticator, Cognito, Identity, Jwt, Request,
    auth::{Refusal, Scheme, TestKeys},
};
use std::{borrow::Cow, fmt, sync::Arc};

/// Makes an API trust a [`TestIssuer`]; [`TestIssuer::verifier`] makes one.
///
/// It is given to [`Api::authenticate`](lambda_api::Api::authenticate) beside the authenticators
/// that the API has:
///
/// - Those that trust this issuer, by its URL, its user pool or its load balancer, get its keys and
///   its clock for their own, and fetch nothing. Everything else about them stays as it is:
///   audience, client, allowed algorithms, name, hooks. The stand-in itself is left out then, so
///   that a test exercises the settings that production has.
/// - An API that has no other authenticator gets the stand-in for one. It verifies with the same
///   verifier, for the audience or client of the issuer; of a user pool it takes access and ID
///   tokens.
/// - An API that has others, none of which trusts the issuer, is not built: mostly a name is
///   mistyped.
///
/// ```
/// use lambda_api::{Api, Cognito, Identity, api_handler, routes};
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
/// The keys are those that the issuer has when the verifier is made: of a rotation after that it
/// knows nothing. To see one, [serve](TestIssuer::serve) the keys and let the API's own
/// authenticator fetch them. The time is that of [`TestIssuer::at`]; without it, the system's.
#[derive(Clone)]
#[must_use = "an API trusts the issuer once it has this: `api().authenticate(issuer.verifier())`"]
pub struct TestVerifier {
    issuer: TestIssuer,
    keys: TestKeys,
    verifier: Verifier,
}

/// The real ones, with the keys of the issuer.
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
            Kind::Oidc { .. } | Kind::Cognito { .. } => issuer.issuer_url(),
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

    /// The same one under this name, for rules that say whose scopes or groups they mean. Without
    /// this it is that of the verifier that it is: `jwt`, `cognito` or `alb`.
    ///
    /// Where the API's own authenticators get the keys, they keep their names.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.verifier = Verifier::new(&self.issuer, &self.keys, Some(name.into()));
        self
    }
}

impl Verifier {
    fn new(issuer: &TestIssuer, keys: &TestKeys, name: Option<Cow<'static, str>>) -> Self {
        let audience = issuer.audience.as_str();
        match &issuer.profile.kind {
            Kind::Oidc { .. } => {
                let mut jwt = Jwt::issuer(&keys.issuer).audience(audience);
                if let Some(name) = name {
                    jwt = jwt.named(name);
                }
                Self::Oidc(lend(&jwt, keys))
            }
            Kind::Cognito { .. } => {
                let pool = issuer.profile.path().trim_start_matches('/');
                let mut access = Cognito::user_pool(pool).client(audience);
                let mut id = Cognito::user_pool(pool).client(audience).id_tokens();
                if let Some(name) = name {
                    (access, id) = (access.named(name.clone()), id.named(name));
                }
                Self::Cognito {
                    access: lend(&access, keys),
                    id: lend(&id, keys),
                }
            }
            Kind::Alb { signer } => {
                let mut alb = AlbOidc::listener(signer).client(audience);
                if let Some(name) = name {
                    alb = alb.named(name);
                }
                Self::Alb(lend(&alb, keys))
            }
        }
    }
}

/// The verifier with the keys, which are those of its own issuer.
fn lend<A: Authenticator>(verifier: &A, keys: &TestKeys) -> Arc<A> {
    let lent = verifier.with_test_keys(keys);
    Arc::new(lent.expect("a verifier trusts the issuer that it was made for"))
}

impl Authenticator for TestVerifier {
    fn scheme(&self) -> Scheme {
        match &self.verifier {
            Verifier::Oidc(jwt) => jwt.scheme(),
            Verifier::Cognito { access, .. } => access.scheme(),
            Verifier::Alb(alb) => alb.scheme(),
        }
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, Refusal> {
        match &self.verifier {
            Verifier::Oidc(jwt) => jwt.authenticate(request).await,
            Verifier::Cognito { access, id } => match access.authenticate(request).await {
                Err(Refusal::WrongTokenUse) => id.authenticate(request).await,
                verdict => verdict,
            },
            Verifier::Alb(alb) => alb.authenticate(request).await,
        }
    }

    fn test_keys(&self) -> Option<TestKeys> {
        Some(self.keys.clone())
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
