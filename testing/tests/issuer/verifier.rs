//! A verifier that is not of this project.

use jsonwebtoken::{
    Algorithm as Alg, DecodingKey, Validation, decode, decode_header,
    errors::ErrorKind,
    jwk::{Jwk, JwkSet, KeyAlgorithm},
};
use lambda_api_testing::TestIssuer;
use serde_json::Value;
use std::str::FromStr;

pub(crate) const URL: &str = "https://id.example.com";
pub(crate) const POOL: &str = "eu-west-1_abc123";
pub(crate) const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";

pub(crate) const JWKS: &str = "/.well-known/jwks.json";
pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";

pub(crate) fn oidc() -> TestIssuer {
    TestIssuer::oidc(URL, "orders-api")
}

/// Verifies with the published key that the header names, for this issuer and audience.
pub(crate) fn verify(issuer: &TestIssuer, token: &str) -> Result<Value, ErrorKind> {
    let mut validation = validation(issuer);
    validation.set_audience(&["orders-api"]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    verify_with(issuer, token, &validation)
}

pub(crate) fn validation(issuer: &TestIssuer) -> Validation {
    let mut validation = Validation {
        leeway: 0,
        validate_nbf: true,
        ..Validation::default()
    };
    validation.set_issuer(&[issuer.issuer_url()]);
    validation
}

pub(crate) fn verify_with(
    issuer: &TestIssuer,
    token: &str,
    validation: &Validation,
) -> Result<Value, ErrorKind> {
    let header = decode_header(token).map_err(jsonwebtoken::errors::Error::into_kind)?;
    let kid = header.kid.expect("the header has a kid");
    let set: JwkSet = serde_json::from_value(issuer.jwks()).expect("the set can be read");
    let Some(jwk) = set.find(&kid) else {
        return Err(ErrorKind::Signing("no such key".to_owned()));
    };
    let mut validation = validation.clone();
    validation.algorithms = vec![algorithm(jwk)];
    let key = DecodingKey::from_jwk(jwk).expect("the key can be read");
    match decode::<Value>(token, &key, &validation) {
        Ok(data) => Ok(data.claims),
        Err(error) => Err(error.into_kind()),
    }
}

fn algorithm(jwk: &Jwk) -> Alg {
    let name: KeyAlgorithm = jwk.common.key_algorithm.expect("a key has an alg");
    Alg::from_str(&name.to_string()).expect("the alg is one of signatures")
}

pub(crate) fn segments(token: &str) -> Vec<&str> {
    token.split('.').collect()
}

pub(crate) fn decoded(segment: &str) -> Vec<u8> {
    let unpadded = segment.trim_end_matches('=');
    base64_simd::URL_SAFE_NO_PAD
        .decode_to_vec(unpadded)
        .expect("a segment is base64url")
}
