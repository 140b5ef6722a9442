//! AWS Lambda APIs from annotated async functions.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod app;
mod body;
mod describe;
mod endpoint;
mod error;
pub mod event;
mod extract;
mod invocation;
#[cfg(any(debug_assertions, feature = "local"))]
mod local;
mod matched;
mod middleware;
mod response;
mod router;
mod runtime;
mod state;

#[doc(hidden)]
pub mod __private;

pub use api::{Api, BuildErrors, Routes};
pub use app::App;
pub use body::{Body, BoxError};
pub use describe::Operation;
pub use endpoint::Endpoint;
pub use error::{ApiError, Error, Outcome, Problem};
pub use extract::{
    Cookies, Deadline, Extension, ExtensionRejection, Form, FormRejection, FromRequest, Json,
    JsonRejection, MatchedPath, MatchedPathRejection, Path, PathRejection, Query, QueryRejection,
    State, StateRejection, Text, TextRejection, extract,
};
#[cfg(feature = "multipart")]
#[cfg_attr(docsrs, doc(cfg(feature = "multipart")))]
pub use extract::{Multipart, MultipartRejection, Part};
pub use invocation::{Invocation, LambdaContext};
#[doc(inline)]
pub use lambda_api_macros::{ApiError, api_handler, main};
pub use middleware::{Cors, FromFn, FromFnService, Next, from_fn};
pub use response::{
    Accepted, Created, Html, IntoResponse, NoContent, Redirect, ResponsePart, SameSite, SetCookie,
};
pub use runtime::run;

use std::{future::Future, pin::Pin};

/// A request as layers, extractors and handlers see it.
pub type Request = http::Request<Body>;

/// A reply as handlers and layers make it.
pub type Response = http::Response<Body>;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// Compiles the programs of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
