//! Each peer's API in this process, from event bytes to reply bytes.
//!
//! An event comes as the loop has it that received it, and the reply leaves as the loop sends it. What
//! lambda_runtime does in between is done here as it does it, with the same crates: its own services
//! can only be called with a client behind them.

mod answer;
mod token;

pub use answer::Repeat;
pub(crate) use token::TOKEN;

use crate::{Work, apis};
use answer::{Limit, Ours};
use lambda_runtime::Context;
use serde::Deserialize;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Whose API it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The least that has to be done.
    Limit,
    /// lambda-api, as its own loop calls it.
    Ours,
    /// axum on lambda_http.
    Axum,
    /// lambda_http alone.
    LambdaHttp,
    /// lambda_runtime, with a handler on a struct of the needed fields.
    Minimal,
    /// lambda_runtime, with a handler on a `Value`.
    Value,
    /// The signature of the token of (f), and nothing else.
    Signature,
}

impl Peer {
    /// All that answer events.
    pub const ALL: &[Self] = &[
        Self::Limit,
        Self::Ours,
        Self::Axum,
        Self::LambdaHttp,
        Self::Minimal,
        Self::Value,
    ];

    /// What the command line calls it.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Limit => "limit",
            Self::Ours => "ours",
            Self::Axum => "axum",
            Self::LambdaHttp => "lambda_http",
            Self::Minimal => "minimal",
            Self::Value => "value",
            Self::Signature => "signature",
        }
    }

    /// What the tables call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "lambda-api",
            Self::Axum => "axum + lambda_http",
            Self::Minimal => "bare, on a struct",
            Self::Value => "bare, on `Value`",
            other => other.key(),
        }
    }

    /// The peer of a name on the command line.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        if key == Self::Signature.key() {
            return Some(Self::Signature);
        }
        Self::ALL.iter().copied().find(|peer| peer.key() == key)
    }

    /// Whether it does this work.
    #[must_use]
    pub fn does(self, work: Work) -> bool {
        match self {
            Self::Signature => work == Work::Token,
            Self::Ours | Self::Axum => true,
            _ => !work.needs_token(),
        }
    }

    /// Its API, ready to answer events of this work.
    ///
    /// # Panics
    /// When it cannot be built, or does not do this work.
    #[must_use]
    pub fn api(self, work: Work, runtime: &Runtime) -> Box<dyn Repeat> {
        assert!(self.does(work), "{} does no {work}", self.key());
        match self {
            Self::Limit => Box::new(Limit),
            Self::Ours => of_app(runtime.block_on(ours(work).build()).expect("a sound API")),
            Self::Axum => of_router(axum(work)),
            Self::LambdaHttp => Box::new(answer::OnLambdaHttp(lambda_http::service_fn(
                apis::lambda_http::handle,
            ))),
            Self::Minimal => Box::new(answer::OnRuntime::new(apis::minimal::handle)),
            Self::Value => Box::new(answer::OnRuntime::new(apis::value::handle)),
            Self::Signature => Box::new(token::Signature::new()),
        }
    }
}

/// Any API on lambda-api.
pub(crate) fn of_app(app: lambda_api::App) -> Box<dyn Repeat> {
    Box::new(Ours(Arc::new(app)))
}

/// Any API on axum.
pub(crate) fn of_router(router: axum::Router) -> Box<dyn Repeat> {
    Box::new(answer::OnLambdaHttp(router))
}

fn ours(work: Work) -> lambda_api::Api {
    let api = apis::ours::api();
    match work {
        Work::Token => api.authenticate(token::ours()),
        _ => api,
    }
}

fn axum(work: Work) -> axum::Router {
    let router = apis::axum::router();
    match work {
        Work::Token => token::axum(router),
        _ => router,
    }
}

/// What the Lambda runtime says about an invocation.
#[must_use]
pub fn context() -> Context {
    let mut context = Context::default();
    context.request_id = "2f4a7d3e-90c1-4b6e-8a57-1c3d5e7f9b20".to_owned();
    context.deadline = 4_102_444_800_000;
    context.invoked_function_arn =
        "arn:aws:lambda:eu-west-1:123456789012:function:orders".to_owned();
    context.xray_trace_id = Some(
        "Root=1-5e5ffe45-4dea0086f9763ac0667b115a;Parent=53995c3f42cd8ad8;Sampled=1".to_owned(),
    );
    context
}

/// Reads an event as the Lambda runtime does for every handler.
fn read<'e, T: Deserialize<'e>>(event: &'e [u8]) -> T {
    let mut reader = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut reader).expect("an event of this type")
}
