//! The time to verify an RS256 token, as a ratio to checking its signature alone.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64_simd::URL_SAFE_NO_PAD;
use lambda_api::auth::Algorithm;
use lambda_api::{
    Body, Request,
    auth::{Authenticator, Jwt, VerifiedTokens},
};
use lambda_api_testing::TestIssuer;
use std::{
    hint::black_box,
    time::{Duration, Instant},
};
use tokio::runtime::Builder;

const ROUNDS: usize = 3000;
const TOKENS: u32 = 10;

const ISSUER: &str = "https://id.example.com";
const AUDIENCE: &str = "orders-api";

/// A token with the claims and the size of those of a user pool.
fn token(issuer: &TestIssuer) -> String {
    issuer
        .token("5b0a3c1e-5f0e-4f5e-9b5a-0c9d1a2b3c4d")
        .scopes("openid profile email orders/read orders/write")
        .groups(["admins", "eu-west-1_abc123_Google"])
        .claim("origin_jti", "6c1b4d2f-6a1f-4a6f-8c6b-1d0e2b3c4d5e")
        .claim("event_id", "7d2c5e3a-7b2a-4b7a-9d7c-2e1f3c4d5e6f")
        .claim("username", "5b0a3c1e-5f0e-4f5e-9b5a-0c9d1a2b3c4d")
        .claim("version", 2)
        .to_string()
}

fn decoded(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode_to_vec(text).expect("base64url")
}

/// The key in the form in which it is cached: parsed, including what aws-lc precomputes.
fn prepared(issuer: &TestIssuer) -> ParsedPublicKey {
    let jwks = issuer.jwks();
    let part = |name: &str| decoded(jwks["keys"][0][name].as_str().expect("a part of the key"));
    let components = RsaPublicKeyComponents {
        n: part("n"),
        e: part("e"),
    };
    let key = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
    key.expect("a valid key")
}

fn request(token: &str) -> Request {
    http::Request::builder()
        .header("authorization", format!("Bearer {token}"))
        .body(Body::empty())
        .expect("a request")
}

async fn time(once: impl AsyncFn()) -> Duration {
    let start = Instant::now();
    for _ in 0..TOKENS {
        once().await;
    }
    start.elapsed() / TOKENS
}

/// Each round does the same work, so the fastest one had the least interference.
fn fastest(times: &[Duration]) -> f64 {
    let fastest = times.iter().min().expect("a round");
    fastest.as_secs_f64() * 1e6
}

fn main() {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(run());
}

async fn run() {
    let issuer = TestIssuer::oidc(ISSUER, AUDIENCE).with_algorithm(Algorithm::Rs256);
    let token = token(&issuer);
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let (signature, key) = (decoded(signature), prepared(&issuer));
    let jwt = || {
        Jwt::new(ISSUER)
            .audience(AUDIENCE)
            .jwks(issuer.jwks().to_string())
    };
    let (plain, cached) = (jwt(), jwt().cache(VerifiedTokens::new(100)));
    let request = request(&token);
    let verify = async |jwt: &Jwt| {
        let identity = jwt.authenticate(&request).await;
        black_box(identity.expect("a valid token"));
    };

    let (mut bare, mut whole, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    // Interleaved, so that a slow moment of the machine affects all of them.
    for _ in 0..ROUNDS {
        let signature_alone = async || {
            let verdict = black_box(key.verify_sig(signed.as_bytes(), &signature));
            verdict.expect("a valid signature");
        };
        bare.push(time(signature_alone).await);
        whole.push(time(async || verify(&plain).await).await);
        kept.push(time(async || verify(&cached).await).await);
    }
    let (bare, whole, kept) = (fastest(&bare), fastest(&whole), fastest(&kept));
    println!(
        "an RS256 token of {} bytes; the fastest of {ROUNDS} rounds of {TOKENS}, in turns\n",
        token.len()
    );
    println!("{:40}{:>10}{:>10}{:>14}", "", "time", "ratio", "budget");
    for (name, time, budget) in [
        ("the signature alone, prepared key", bare, ""),
        ("the whole verification", whole, "at most 1.20"),
        ("one that was verified before", kept, "under 0.10"),
    ] {
        println!("{name:40}{time:>7.2} us{:>10.3}{budget:>14}", time / bare);
    }
}
