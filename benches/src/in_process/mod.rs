//! The API of each peer in this process, from event bytes to response bytes.
//!
//! Input and output are those of the receive loop. What lambda_runtime does in between is repeated
//! here with the same crates, because its own services can only be called with an HTTP client.

mod respond;
mod token;

pub use respond::Repeat;
pub(crate) use token::TOKEN;

use crate::{Work, apis};
use lambda_runtime::Context;
use respond::{Limit, Ours};
use serde::Deserialize;
use std::sync::Arc;
use tokio::runtime::Runtime;

/// A peer: a framework or a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The lower limit: the minimum work.
    Limit,
    /// lambda-api, called as its own loop does.
    Ours,
    /// axum on lambda_http.
    Axum,
    /// lambda_http alone.
    LambdaHttp,
    /// lambda_runtime with a handler on a struct of the needed fields.
    Minimal,
    /// lambda_runtime with a handler on a `Value`.
    Value,
    /// Only the signature check of the token of (f).
    Signature,
}

impl Peer {
    /// All peers that handle events.
    pub const ALL: &[Self] = &[
        Self::Limit,
        Self::Ours,
        Self::Axum,
        Self::LambdaHttp,
        Self::Minimal,
        Self::Value,
    ];

    /// The name on the command line.
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

    /// The name in the tables.
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

    /// Returns the peer with this name on the command line.
    #[must_use]
    pub fn of(key: &str) -> Option<Self> {
        if key == Self::Signature.key() {
            return Some(Self::Signature);
        }
        Self::ALL.iter().copied().find(|peer| peer.key() == key)
    }

    /// Whether the peer supports this work.
    #[must_use]
    pub fn does(self, work: Work) -> bool {
        match self {
            Self::Signature => work == Work::Token,
            Self::Ours | Self::Axum => true,
            _ => !work.needs_token(),
        }
    }

    /// Returns the API, ready to handle events of this work.
    ///
    /// # Panics
    /// Panics if the API cannot be built, or does not support this work.
    #[must_use]
    pub fn api(self, work: Work, runtime: &Runtime) -> Box<dyn Repeat> {
        assert!(self.does(work), "{} does not support {work}", self.key());
        match self {
            Self::Limit => Box::new(Limit),
            Self::Ours => of_app(runtime.block_on(ours(work).build()).expect("a valid API")),
            Self::Axum => of_router(axum(work)),
            Self::LambdaHttp => Box::new(respond::OnLambdaHttp(lambda_http::service_fn(
                apis::lambda_http::handle,
            ))),
            Self::Minimal => Box::new(respond::OnRuntime::new(apis::minimal::handle)),
            Self::Value => Box::new(respond::OnRuntime::new(apis::value::handle)),
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
    Box::new(respond::OnLambdaHttp(router))
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

/// The context of an invocation, as lambda_runtime passes it.
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

/// Deserializes an event as lambda_runtime does for every handler.
fn read<'e, T: Deserialize<'e>>(event: &'e [u8]) -> T {
    let mut reader = serde_json::Deserializer::from_slice(event);
    serde_path_to_error::deserialize(&mut reader).expect("an event of this type")
}
