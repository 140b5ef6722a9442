//! Our verifiers, with the keys of issuers of this process.

use crate::by_hand;
use http::{HeaderValue, Request, header::AUTHORIZATION};
use lambda_api::auth::Algorithm;
use lambda_api::{
    Body,
    auth::{AuthError, Authenticator, Cognito, Jwt},
};
use lambda_api_testing::TestIssuer;
use lambda_api_testing_internal::{IssuerExt as _, OddKey};
use serde_json::{Value, json};
use std::{
    sync::LazyLock,
    time::{Duration, SystemTime},
};

pub(crate) const URL: &str = "https://id.example.com";
pub(crate) const AUDIENCE: &str = "orders-api";
pub(crate) const POOL: &str = "eu-west-1_abc123";
pub(crate) const CLIENT: &str = "app-client-id";

/// Noon of the first day of 2026, in seconds: for all tokens and all verifiers.
pub(crate) const NOON: u64 = 1_767_268_800;

pub(crate) fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOON)
}

/// Each algorithm that there is to verify.
pub(crate) const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::EdDsa,
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Ps256,
    Algorithm::Ps384,
    Algorithm::Ps512,
];

/// An issuer with a key for each algorithm, one of [`by_hand`](crate::by_hand), and before them
/// those that have to be passed over.
pub(crate) fn oidc() -> TestIssuer {
    static ISSUER: LazyLock<TestIssuer> = LazyLock::new(|| {
        let issuer = TestIssuer::oidc(URL, AUDIENCE).at(noon());
        for algorithm in ALGORITHMS.into_iter().skip(1) {
            issuer.add_key(algorithm);
        }
        for odd in [
            OddKey::WithoutType,
            OddKey::UnknownType,
            OddKey::Symmetric,
            OddKey::ShortRsa,
            OddKey::OtherCurve,
            OddKey::PointOffCurve,
            OddKey::WrongCurveName,
            OddKey::WithoutKid,
        ] {
            issuer.publish_odd(odd);
        }
        issuer.publish(by_hand::jwk());
        issuer
    });
    ISSUER.clone()
}

/// The `kid` of the key of [`oidc`] that is published for this algorithm.
pub(crate) fn kid_of(algorithm: Algorithm) -> String {
    let jwks = oidc().jwks();
    let keys = jwks["keys"].as_array().expect("a set has keys").iter();
    let mut own = keys.filter(|key| key["alg"] == algorithm.name() && key["kid"] != by_hand::KID);
    // The issuer's own keys come last.
    let key = own.next_back().expect("a key for each algorithm");
    key["kid"].as_str().expect("a key has a kid").to_owned()
}

/// A user pool with two keys.
pub(crate) fn cognito() -> TestIssuer {
    static ISSUER: LazyLock<TestIssuer> = LazyLock::new(|| {
        let issuer = TestIssuer::cognito(POOL, CLIENT).at(noon());
        issuer.add_key(Algorithm::Rs256);
        issuer
    });
    ISSUER.clone()
}

/// A verifier, with its settings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verifier {
    Oidc,
    CognitoAccess,
    CognitoId,
}

impl Verifier {
    pub(crate) const ALL: [Self; 3] = [Self::Oidc, Self::CognitoAccess, Self::CognitoId];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::CognitoAccess => "cognito access",
            Self::CognitoId => "cognito id",
        }
    }

    /// What another verifier needs to be set up likewise.
    pub(crate) fn settings(self) -> Value {
        let (name, settings, issuer) = match self {
            Self::Oidc => (
                "jwt",
                json!({"issuer": URL, "audience": AUDIENCE, "graceSeconds": 30}),
                oidc(),
            ),
            Self::CognitoAccess | Self::CognitoId => {
                let usage = if self == Self::CognitoId {
                    "id"
                } else {
                    "access"
                };
                let settings = json!({"userPoolId": POOL, "clientId": CLIENT, "tokenUse": usage,
                    "graceSeconds": 30});
                ("cognito", settings, cognito())
            }
        };
        json!({"verifier": self.name(), "kind": name, "settings": settings, "jwks": issuer.jwks()})
    }
}
static OIDC: LazyLock<Jwt> = LazyLock::new(|| {
    let jwt = Jwt::new(URL).audience(AUDIENCE);
    jwt.jwks(oidc().jwks().to_string()).clock(noon)
});

static ACCESS: LazyLock<Cognito> = LazyLock::new(pool);

static ID: LazyLock<Cognito> = LazyLock::new(|| pool().id_tokens());

fn pool() -> Cognito {
    let pool = Cognito::user_pool(POOL).client(CLIENT);
    pool.jwks(cognito().jwks().to_string()).clock(noon)
}

/// A request with this token in `authorization`; `None` when no request can have such a header.
pub(crate) fn request(token: &str) -> Option<lambda_api::Request> {
    let credential = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(AUTHORIZATION, credential);
    Some(request)
}

/// What our verifier makes of a token.
pub(crate) async fn judge(verifier: Verifier, token: &str) -> Result<(), AuthError> {
    let request = request(token).ok_or(AuthError::MalformedCredential)?;
    let verdict = match verifier {
        Verifier::Oidc => OIDC.authenticate(&request).await,
        Verifier::CognitoAccess => ACCESS.authenticate(&request).await,
        Verifier::CognitoId => ID.authenticate(&request).await,
    };
    verdict.map(drop)
}
