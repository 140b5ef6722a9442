//! Users that were authenticated by a load balancer.

#![allow(missing_docs, reason = "handlers of tests")]

mod keys;
mod settings;
mod tokens;

use lambda_api::{
    Body, Identity, Request,
    auth::{AlbOidc, AuthError, Authenticator},
    event::Source,
};
use lambda_api_testing::{EventBuilder, TestIssuer};
use lambda_api_testing_internal::IssuerExt as _;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

pub(crate) const ARN: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/50dc6c495c0c9188";
pub(crate) const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";
pub(crate) const OTHER: &str =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/other/50dc6c495c0c9188";
pub(crate) const CLIENT: &str = "app-client-id";

/// Seconds since the epoch.
pub(crate) const NOON: u64 = 1_767_268_800;

pub(crate) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn issuer() -> TestIssuer {
    TestIssuer::alb(ARN, CLIENT).at(at(NOON))
}

/// Returns a verifier that has the issuer's key and whose clock is at noon.
pub(crate) fn verifier(issuer: &TestIssuer) -> AlbOidc {
    let kid = issuer.kid();
    let pem = issuer.public_key_pem(&kid).unwrap();
    let verifier = AlbOidc::listener(LISTENER).client(CLIENT);
    verifier.key(kid, pem).clock(|| at(NOON))
}

/// A clock that is set by the test.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOON)))
    }

    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    pub(crate) fn read(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> {
        let seconds = Arc::clone(&self.0);
        move || at(seconds.load(Ordering::SeqCst))
    }
}

/// A request without an event.
pub(crate) fn request(token: impl Into<String>) -> Request {
    let request = http::Request::builder().header("x-amzn-oidc-data", token.into());
    request.body(Body::empty()).unwrap()
}

pub(crate) async fn ask(
    verifier: &AlbOidc,
    token: impl Into<String>,
) -> Result<Identity, AuthError> {
    verifier.authenticate(&request(token)).await
}

/// Returns the error of a token, or `None` if it is accepted.
pub(crate) async fn rejection(verifier: &AlbOidc, token: impl Into<String>) -> Option<AuthError> {
    ask(verifier, token).await.err()
}

/// Returns the error of a token in an event.
pub(crate) async fn through(
    source: Source,
    verifier: &AlbOidc,
    headers: &[(&str, &str)],
) -> Result<Identity, AuthError> {
    let event = headers
        .iter()
        .fold(EventBuilder::new(source), |event, (name, value)| {
            event.header(name, value)
        });
    verifier.authenticate(&event.decode()).await
}
