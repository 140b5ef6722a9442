//! Tokens of load balancers.
//!
//! The input is `header`, a line break and `payload`, which get a valid signature. An input of one
//! line is a whole token. As in [`jwt`](super::jwt), accepted tokens are checked again.

use crate::{
    calls::{block_on, first_line},
    object::Object,
    signer::{self, NOON},
};
use http::{HeaderValue, Request};
use lambda_api::{
    Body,
    auth::{AlbOidc, Authenticator},
};
use std::sync::LazyLock;

const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
const CLIENT: &str = "app-client-id";
const KID: &str = "01234567-89ab-cdef-0123-456789abcdef";

static VERIFIER: LazyLock<AlbOidc> = LazyLock::new(|| {
    let verifier = AlbOidc::listener(ARN).client(CLIENT);
    verifier.key(KID, signer::pem()).clock(signer::noon)
});

/// Verifies a token.
///
/// # Panics
/// Panics if an invalid token is accepted.
pub fn run(data: &[u8]) {
    let token = match data.contains(&b'\n') {
        true => {
            let (header, payload) = first_line(data);
            signer::alb_token(header, payload)
        }
        false => String::from_utf8_lossy(data).into_owned(),
    };
    let Ok(value) = HeaderValue::try_from(token.as_str()) else {
        return;
    };
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert("x-amzn-oidc-data", value);
    let Ok(identity) = block_on(VERIFIER.authenticate(&request)) else {
        return;
    };
    let (signed, signature) = token.rsplit_once('.').expect("the token has a signature");
    let signature = decoded(signature);
    assert!(
        signer::is_alb_signature(signed, &signature),
        "a forged signature"
    );
    let (header, payload) = signed.split_once('.').expect("two segments");
    let header: Object = serde_json::from_slice(&decoded(header)).expect("an object");
    assert_eq!(header.text("alg"), "ES256");
    assert_eq!(header.text("kid"), KID);
    assert_eq!(header.text("signer"), ARN);
    assert_eq!(header.text("client"), CLIENT);
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    assert!(header.time("exp").expect("an expiry") > f64::from(NOON));
    let claims: Object = serde_json::from_slice(&decoded(payload)).expect("an object");
    assert_eq!(claims.text("sub"), identity.subject());
    assert!(!identity.subject().is_empty());
    for beginning in ["nbf", "iat"] {
        let beginning = claims.time(beginning).unwrap_or_default();
        assert!(beginning <= f64::from(NOON) + 30.0, "{beginning}");
    }
}

fn decoded(segment: &str) -> Vec<u8> {
    base64_simd::URL_SAFE
        .decode_to_vec(segment)
        .expect("a segment is padded base64url")
}
