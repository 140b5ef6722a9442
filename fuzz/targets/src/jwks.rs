//! Key sets. The input is the document that an issuer publishes.

use crate::{
    calls::block_on,
    object::Object,
    signer::{self, KID},
};
use http::{HeaderValue, Request, header::AUTHORIZATION};
use lambda_api::{
    Body,
    auth::{Authenticator, Jwt},
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::LazyLock;

const CLAIMS: &[u8] = br#"{"iss":"https://id.example.com","aud":"a","sub":"s","exp":4102444800}"#;

/// A valid token with a key id, and a valid one without.
static TOKENS: LazyLock<[(bool, lambda_api::Request); 2]> = LazyLock::new(|| {
    [
        (true, request(br#"{"alg":"EdDSA","kid":"k"}"#)),
        (false, request(br#"{"alg":"EdDSA"}"#)),
    ]
});

fn request(header: &[u8]) -> lambda_api::Request {
    let token = signer::token(header, CLAIMS);
    let credential = HeaderValue::try_from(format!("Bearer {token}"));
    let mut request = Request::new(Body::empty());
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, credential.expect("a token is ASCII"));
    request
}

/// Verifies valid tokens with the keys of the document.
///
/// # Panics
/// Panics if a token is accepted and the document does not contain its key.
pub fn run(data: &[u8]) {
    let Ok(document) = std::str::from_utf8(data) else {
        return;
    };
    let jwt = Jwt::new("https://id.example.com").audience("a");
    let jwt = jwt.jwks(document).clock(signer::noon);
    for (names_key, request) in TOKENS.iter() {
        if block_on(jwt.authenticate(request)).is_ok() {
            assert!(has_key(document, *names_key), "the key was not published");
        }
    }
}

#[derive(Deserialize)]
struct Set {
    keys: Vec<Box<RawValue>>,
}

/// Whether the document contains the signing key, according to a second JSON parser.
fn has_key(document: &str, named: bool) -> bool {
    let Set { keys } = serde_json::from_str(document).expect("a set has keys");
    assert!(
        named || keys.len() == 1,
        "a token without a key id was accepted with several keys"
    );
    let own = signer::jwk();
    let keys = keys.iter();
    let mut keys = keys.filter_map(|key| serde_json::from_str::<Object>(key.get()).ok());
    keys.any(|key| {
        let same = ["kty", "crv", "x"]
            .iter()
            .all(|name| key.get(name).as_ref() == own.get(name));
        let private = key.get("d").is_some() || key.get("k").is_some();
        let usage = key.get("use").is_none_or(|usage| usage == "sig");
        let algorithm = key.get("alg").is_none_or(|alg| alg == "EdDSA");
        let kid = !named || key.get("kid").is_some_and(|kid| kid == KID);
        same && !private && usage && algorithm && kid
    })
}
