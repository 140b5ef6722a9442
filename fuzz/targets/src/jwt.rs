//! Tokens.
//!
//! The input is `header`, a line break and `payload`, which get a valid signature. An input of one
//! line is a whole token.
//!
//! With a valid signature, acceptance depends on the parsing of the header and the claims. An
//! accepted token is checked again with a second JSON parser, and must be valid by that as well.

use crate::{
    calls::{block_on, first_line},
    object::Object,
    signer::{self, KID, NOON},
};
use http::{HeaderValue, Request, header::AUTHORIZATION};
use lambda_api::{
    Body, Identity,
    auth::{Authenticator, Cognito, Jwt},
};
use std::sync::LazyLock;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "orders-api";
const POOL: &str = "eu-west-1_abc123";
const POOL_URL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";
const CLIENT: &str = "app-client-id";

static JWT: LazyLock<Jwt> = LazyLock::new(|| {
    let jwt = Jwt::new(ISSUER).audience(AUDIENCE);
    jwt.jwks(signer::jwks()).clock(signer::noon)
});

static ACCESS: LazyLock<Cognito> = LazyLock::new(pool);

static ID: LazyLock<Cognito> = LazyLock::new(|| pool().id_tokens());

fn pool() -> Cognito {
    let pool = Cognito::user_pool(POOL).client(CLIENT);
    pool.jwks(signer::jwks()).clock(signer::noon)
}

/// Verifies a token with each kind of verifier.
///
/// # Panics
/// Panics if an invalid token is accepted.
pub fn run(data: &[u8]) {
    let token = match data.contains(&b'\n') {
        true => {
            let (header, payload) = first_line(data);
            signer::token(header, payload)
        }
        false => String::from_utf8_lossy(data).into_owned(),
    };
    let Ok(credential) = HeaderValue::try_from(format!("Bearer {token}")) else {
        return;
    };
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(AUTHORIZATION, credential);
    if let Ok(identity) = block_on(JWT.authenticate(&request)) {
        let claims = check(&token, &identity, ISSUER);
        let audience = claims.get("aud").expect("an audience");
        let audiences = audience.as_array().map(Vec::as_slice);
        let mut audiences = audiences.unwrap_or(std::slice::from_ref(&audience)).iter();
        assert!(audiences.any(|audience| audience == AUDIENCE), "{audience}");
    }
    if let Ok(identity) = block_on(ACCESS.authenticate(&request)) {
        let claims = check(&token, &identity, POOL_URL);
        assert_eq!(claims.text("token_use"), "access");
        assert_eq!(claims.text("client_id"), CLIENT);
    }
    if let Ok(identity) = block_on(ID.authenticate(&request)) {
        let claims = check(&token, &identity, POOL_URL);
        assert_eq!(claims.text("token_use"), "id");
        assert_eq!(claims.text("aud"), CLIENT);
    }
}

/// Checks an accepted token against RFC 7515 and RFC 7519, and returns its claims.
fn check(token: &str, identity: &Identity, issuer: &str) -> Object {
    let (signed, signature) = token.rsplit_once('.').expect("the token has a signature");
    assert_eq!(signature, signer::signature(signed), "a forged signature");
    let (header, payload) = signed.split_once('.').expect("two segments");
    let header = decoded(header);
    let header: Object = serde_json::from_slice(&header).expect("the header is an object");
    assert_eq!(header.text("alg"), "EdDSA");
    // RFC 7515, section 4.1.11, and RFC 7797, section 3: critical headers are unsupported.
    assert!(header.get("crit").is_none(), "`crit` was ignored");
    assert!(
        header.get("b64").is_none_or(|b64| b64 == true),
        "`b64` was ignored"
    );
    if let Some(kid) = header.get("kid") {
        assert_eq!(kid, KID);
    }
    let payload = decoded(payload);
    assert_eq!(identity.raw_claims().map(str::as_bytes), Some(&payload[..]));
    let claims: Object = serde_json::from_slice(&payload).expect("the claims are an object");
    // The pool has two issuers, which are distinguished by this claim.
    let named = claims.text("iss");
    let updated = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";
    assert!(
        named == issuer || (issuer == POOL_URL && named == updated),
        "{named}"
    );
    assert_eq!(identity.issuer(), Some(&*named));
    assert_eq!(claims.text("sub"), identity.subject());
    assert!(!identity.subject().is_empty());
    assert!(claims.time("exp").expect("an expiry") > f64::from(NOON));
    for beginning in ["nbf", "iat"] {
        let beginning = claims.time(beginning).unwrap_or_default();
        assert!(beginning <= f64::from(NOON) + 30.0, "{beginning}");
    }
    claims
}

fn decoded(segment: &str) -> Vec<u8> {
    base64_simd::URL_SAFE_NO_PAD
        .decode_to_vec(segment)
        .expect("a segment is base64url")
}
