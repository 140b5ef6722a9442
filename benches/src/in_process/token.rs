//! Verification of an RS256 token with each peer.

use super::{Context, respond::Respond};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64_simd::URL_SAFE_NO_PAD;
use bytes::Bytes;
use lambda_api::auth::Jwt;

const ISSUER: &str = "https://issuer.example.com/pool";
const AUDIENCE: &str = "orders";
/// A token whose private key was discarded. It is valid until 2100.
pub(crate) const TOKEN: &str = include_str!("../events/token.jwt").trim_ascii_end();
const JWKS: &str = include_str!("../events/jwks.json");

/// Verifies the token each time, without a cache.
pub(super) fn ours() -> impl lambda_api::auth::Authenticator {
    Jwt::new(ISSUER).audience(AUDIENCE).jwks(JWKS)
}

/// A middleware as users of axum write it, with the checks of `jsonwebtoken`.
pub(super) fn axum(router: axum::Router) -> axum::Router {
    use axum::{
        extract::Request,
        http::{StatusCode, header::AUTHORIZATION},
        middleware::{Next, from_fn},
    };
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
    use std::{collections::HashMap, sync::Arc};

    #[derive(Clone, Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Claims {
        sub: String,
        exp: u64,
        scope: String,
        username: String,
    }

    let keys: JwkSet = serde_json::from_str(JWKS).expect("a key set");
    let keys = keys.keys.iter().map(|key| {
        let id = key.common.key_id.clone().expect("an id");
        (id, DecodingKey::from_jwk(key).expect("a key"))
    });
    let keys: Arc<HashMap<String, DecodingKey>> = Arc::new(keys.collect());
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    let validation = Arc::new(validation);
    router.layer(from_fn(move |mut request: Request, next: Next| {
        let (keys, validation) = (keys.clone(), validation.clone());
        async move {
            let claims = request
                .headers()
                .get(AUTHORIZATION)
                .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
                .and_then(|token| {
                    let key = keys.get(&decode_header(token).ok()?.kid?)?;
                    decode::<Claims>(token, key, &validation).ok()
                })
                .ok_or(StatusCode::UNAUTHORIZED)?
                .claims;
            request.extensions_mut().insert(claims);
            Ok::<_, StatusCode>(next.run(request).await)
        }
    }))
}

/// The signature check alone, with a parsed key.
pub(super) struct Signature {
    key: ParsedPublicKey,
    signature: Vec<u8>,
}

impl Signature {
    pub(super) fn new() -> Self {
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode_to_vec(text).expect("base64url");
        let keys: serde_json::Value = serde_json::from_str(JWKS).expect("a key set");
        let part = |name: &str| decoded(keys["keys"][0][name].as_str().expect("a part"));
        let components = RsaPublicKeyComponents {
            n: part("n"),
            e: part("e"),
        };
        let key = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
        let (_, signature) = TOKEN.rsplit_once('.').expect("a signature");
        Self {
            key: key.expect("a valid key"),
            signature: decoded(signature),
        }
    }
}

impl Respond for Signature {
    async fn respond(&self, _: Bytes, _: &Context) -> Vec<u8> {
        let (signed, _) = TOKEN.rsplit_once('.').expect("a signature");
        let verdict = self.key.verify_sig(signed.as_bytes(), &self.signature);
        verdict.expect("a valid signature");
        Vec::new()
    }
}
