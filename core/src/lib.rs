//! AWS Lambda HTTP APIs from annotated functions. One typed `async fn` is a route that runs on
//! Lambda, on your laptop and in a unit test, from the same program.
//!
//! ```no_run
//! use lambda_api::api_handler;
//!
//! #[api_handler(GET "/hello/{name}")]
//! async fn main(name: String) -> String {
//!     format!("Hello, {name}!")
//! }
//! ```
//!
//! That is a whole program. `cargo run` serves it on `http://127.0.0.1:9000`, through the very
//! events that API Gateway sends; `cargo lambda build --release` makes a Lambda function of it.
//!
//! # An application
//!
//! ```no_run
//! use lambda_api::{Api, ApiError, BoxError, Created, Json, State, api_handler, routes};
//! use serde::{Deserialize, Serialize};
//!
//! # #[derive(Clone)]
//! # struct Store;
//! # impl Store {
//! #     async fn connect() -> Result<Self, BoxError> { Ok(Store) }
//! #     async fn read(&self, _: u64) -> Result<Option<Order>, std::io::Error> { Ok(None) }
//! #     async fn add(&self, order: NewOrder) -> Result<Order, std::io::Error> {
//! #         Ok(Order { id: 1, sku: order.sku })
//! #     }
//! # }
//! #[derive(Serialize)]
//! struct Order { id: u64, sku: String }
//!
//! #[derive(Deserialize)]
//! struct NewOrder { sku: String }
//!
//! #[derive(Debug, thiserror::Error, ApiError)]
//! enum OrderError {
//!     #[error("order {0} does not exist")]
//!     #[api(status = 404, code = "order_not_found")]
//!     NotFound(u64),
//!     #[error("storage failed")]
//!     #[api(status = 503, code = "storage_unavailable")]
//!     Storage(#[from] std::io::Error),
//! }
//!
//! /// Place an order.
//! #[api_handler(POST "/orders")]
//! async fn place_order(
//!     State(store): State<Store>,
//!     Json(order): Json<NewOrder>,
//! ) -> Result<Created<Json<Order>>, OrderError> {
//!     let order = store.add(order).await?;
//!     Ok(Created::at(format!("/orders/{}", order.id), Json(order)))
//! }
//!
//! /// Read an order.
//! #[api_handler(GET "/orders/{id}")]
//! async fn get_order(id: u64, State(store): State<Store>) -> Result<Json<Order>, OrderError> {
//!     store.read(id).await?.map(Json).ok_or(OrderError::NotFound(id))
//! }
//!
//! #[lambda_api::main]
//! fn main() -> Api {
//!     Api::new()
//!         .state_with(Store::connect)
//!         .routes(routes![place_order, get_order])
//! }
//! ```
//!
//! - [`#[api_handler]`](macro@api_handler) makes a route of a function. What an argument is taken
//!   from is said by its name (a path parameter), a mark (`#[query]`, `#[header("..")]`,
//!   `#[cookie]`) or its type: [`FromRequest`] lists those there are. What a function may return
//!   is listed at [`IntoResponse`].
//! - [`routes!`] collects handlers, and [`Api`] describes the whole: routes, state, layers, CORS,
//!   nested APIs, mounted tower services. Making one does nothing yet.
//! - [`#[lambda_api::main]`](macro@main) or [`run`] builds and runs it. [`Api::build`] gives the
//!   [`App`] itself, a tower service, and reports everything that is wrong at once.
//! - [`Invocation`] holds what gateway and Lambda say about a request.
//!
//! # The way of a request
//!
//! ```text
//! event ──> CORS               Api::cors: preflights answered, every reply passes through
//!           guard              panics become problems, and what is not done before the deadline
//!           layers             Api::layer: any tower layer, or from_fn
//!           router             404, 405, HEAD, OPTIONS
//!           auth               Api::authenticate: who calls; scopes, groups, guards
//!           layers             Api::route_layer, then Routes::layer
//!           extractors         &Request -> arguments
//!           handler            your function
//! reply <── IntoResponse       a value or an error -> Response
//! ```
//!
//! Of several layers of one kind, the first one added is the first one to see the request.
//!
//! # Who may call
//!
//! Once an [`Api`] has an authenticator ([`Api::authenticate`]), everything in it is closed but
//! routes that are `public`. A handler takes an [`Identity`], or the [`Claims`] of a token as a
//! type of its own; `scopes(..)`, `groups(..)` and `guard = ..` in
//! [`#[api_handler]`](macro@api_handler) say who is let in. [`auth`] has the authenticators.
//!
//! # Errors
//!
//! Every failure is a reply: `application/problem+json`
//! ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a status, a stable `code` and the id
//! of the request. That goes for errors of handlers ([`ApiError`]), refused arguments, 404 and
//! 405, a passed deadline, and panics. The text of a 5xx goes to the log, never to the client. [`Error`] takes any
//! error through `?`, as a masked 500. [`Problem`] lists the codes of the library;
//! [`Api::on_problem`] gives all problems another form.
//!
//! A panic is a masked 500 and one record of the log, with its message, its place, and a backtrace
//! where `RUST_BACKTRACE` or `RUST_LIB_BACKTRACE` asks for one. For that, [`run`] and
//! [`#[lambda_api::main]`](macro@main) put a panic hook before the one there is, which still sees
//! the panics of tasks and threads; one that `main` installs itself comes before ours.
//!
//! Panics are caught only where they unwind. cargo-lambda builds with `panic = "abort"` unless
//! the manifest says `panic = "unwind"` in `[profile.release]`: then a panic ends the process, and
//! the client gets an opaque 502. The function warns of that when it starts.
//!
//! # Time
//!
//! Every request that comes in an event has a deadline: Lambda's, or that of the gateway where it
//! is sooner. A handler that still waits half a second before is dropped, and the client gets a 504
//! problem instead of the gateway's own error. [`Deadline`] tells a handler how long it has, and
//! `timeout = "3s"` gives a route less; [`Api::gateway_timeout`], [`Api::deadline_margin`] and
//! [`Api::retry_after_timeout`] have the settings. Nothing can stop a handler that blocks its
//! thread. What a handler leaves running behind its reply is frozen by Lambda, until the next
//! invocation or for ever.
//!
//! [`Api::after_response`] is for what must happen after each response and before Lambda freezes the
//! process, [`Api::on_shutdown`] for what must happen before the process ends; [`Api::before_snapshot`]
//! and [`Api::after_restore`] are for SnapStart.
//!
//! # Logs
//!
//! Records of `tracing` are lines of JSON on Lambda, and lines of text on standard error elsewhere.
//! `AWS_LAMBDA_LOG_LEVEL`, `AWS_LAMBDA_LOG_FORMAT` and `RUST_LOG` (`info,orders=debug`) say what is
//! written; a part of them that means nothing is ignored, with a warning, whatever the level is. All
//! records of one invocation have its `requestId`, which is Lambda's, the `route` and the `trace_id`;
//! that of a problem has the id that the client holds as `gateway_request_id`, where that is another
//! one. [`Api::request_id_header`] tells it in each response.
//!
//! No record is without end: a text has at most 16 KiB, a line 64 KiB, and `… (12345 bytes cut)` says
//! what is missing. That goes for the messages in error documents, which Lambda gets, too. What the
//! crates below the library log of requests at level TRACE, whole events above all, is never written.
//!
//! A subscriber that the program installs itself, in `main` or before [`run`], takes the place of all
//! this; [`log_layer`] is the same as a layer of it, beside exporters say.
//!
//! # Limits
//!
//! How much a request may bring is limited from the start: bodies, paths, headers, parameters,
//! cookies, the nesting of JSON, forms. [`Limits`] has the numbers and their reasons.
//!
//! # Where it runs
//!
//! - **On Lambda**, behind API Gateway (REST and HTTP APIs), a function URL, an Application Load
//!   Balancer or VPC Lattice: [`event::Source`] lists them. Logs are JSON, with one span for each
//!   invocation, unless the program has installed a subscriber of its own.
//! - **On your machine**, in debug builds or with the feature `local`, a program with
//!   [`#[lambda_api::main]`](macro@main) has a command line:
//!
//!   | command | does |
//!   |---|---|
//!   | none, or `serve` | serves on `127.0.0.1`, each request as an event of the chosen `--source`; `--as iam:ARN`, `--as cognito:SUBJECT,groups=admins` and others name the caller whom the gateway would have recognised; `--record DIR` keeps the events; `--binary-media-types '*/*'` is the setting of a REST API that sends binary responses; `--allow-origin URL` lets pages of another origin call besides those that [`Cors`] names, `--host NAME` answers under another name, `--bind ADDRESS` listens on another address |
//!   | `invoke FILE` | answers one event from a file, or from `-`, the standard input |
//!   | `token SUBJECT` | prints a token that the `Jwt` and `Cognito` of this program accept on this machine; `--groups`, `--scopes`, `--claim`, `--expires-in`, `--issuer`, `--client` |
//!   | `routes` | prints the route table, `--json` for programs, and fails when the API cannot be built |
//!
//! - **In a test**: a handler stays the function it was, an [`App`] answers requests as a tower
//!   service and events with [`App::handle_event`], and
//!   [`lambda-api-testing`](https://docs.rs/lambda-api-testing) has a client for whole APIs. A
//!   given state takes the place of one that would have to be made:
//!
//!   ```
//!   # use lambda_api::{Api, Body, State, api_handler, routes};
//!   # #[derive(Clone)]
//!   # struct Store(&'static str);
//!   # async fn connect() -> Result<Store, std::io::Error> { Err(std::io::Error::other("offline")) }
//!   # #[api_handler(GET "/name")]
//!   # async fn name(State(store): State<Store>) -> String { store.0.to_owned() }
//!   # fn api() -> Api { Api::new().state_with(connect).routes(routes![name]) }
//!   # #[tokio::main(flavor = "current_thread")]
//!   # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!   use tower::ServiceExt;
//!
//!   let app = api().state(Store("in memory")).build().await?;
//!   let reply = app.oneshot(http::Request::get("/name").body(Body::empty())?).await?;
//!   assert_eq!(reply.body().bytes(), b"in memory");
//!   # Ok(())
//!   # }
//!   ```
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `api-keys` | the authenticator `auth::ApiKeys`, for keys of your own |
//! | `jwt` | the authenticators `Jwt`, `Cognito` and `AlbOidc`; brings cryptography that is built from C, half a minute of build time and about 3 MB |
//! | `lambda-http` | the module `interop`: `lambda_http::run` takes an [`App`], and an [`Api`] takes what was written for lambda_http; brings that crate |
//! | `local` | the command line and the local server in release builds, too |
//! | `multipart` | the extractor `Multipart` for `multipart/form-data` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod api;
mod app;
pub mod auth;
mod body;
mod current;
mod describe;
mod endpoint;
mod error;
pub mod event;
mod extract;
#[cfg(feature = "lambda-http")]
#[cfg_attr(docsrs, doc(cfg(feature = "lambda-http")))]
pub mod interop;
mod invocation;
mod limits;
#[cfg(any(debug_assertions, feature = "local"))]
mod local;
mod matched;
mod middleware;
#[cfg(doc)]
pub mod moving_over;
mod response;
mod router;
mod runtime;
mod sensitive;
mod shape;
mod spelling;
mod state;

#[doc(hidden)]
pub mod __private;

pub use api::{Api, BuildErrors, IntoFallback, IntoService, Routes};
pub use app::App;
#[cfg(feature = "jwt")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwt")))]
pub use auth::{AlbOidc, Cognito, Jwt};
pub use auth::{Authenticator, Claims, Identity};
pub use body::{Body, BoxError};
/// The crate whose `Bytes` bodies are made of.
pub use bytes;
pub use describe::Operation;
pub use endpoint::Endpoint;
pub use error::{ApiError, Error, Outcome, Problem};
pub use extract::{
    CommaSeparated, Cookies, Deadline, Extension, ExtensionRejection, Form, FormRejection,
    FromRequest, Json, JsonRejection, MatchedPath, MatchedPathRejection, Path, PathRejection,
    Query, QueryRejection, State, StateRejection, Text, TextRejection, extract,
};
#[cfg(feature = "multipart")]
#[cfg_attr(docsrs, doc(cfg(feature = "multipart")))]
pub use extract::{Multipart, MultipartRejection, Part};
/// The crate of methods, statuses, headers and URIs.
pub use http;
pub use invocation::{CognitoIdentity, Invocation, LambdaContext};
#[doc(inline)]
pub use lambda_api_macros::{ApiError, api_handler, main};
pub use limits::Limits;
pub use middleware::{Cors, FromFn, FromFnService, Middleware, Next, from_fn};
pub use response::{
    Accepted, Created, Html, IntoResponse, NoContent, Redirect, ResponsePart, SameSite, SetCookie,
};
pub use runtime::{log::log_layer, run};

use std::{future::Future, pin::Pin};

/// A request as layers, extractors and handlers see it.
pub type Request = http::Request<Body>;

/// A reply as handlers and layers make it.
pub type Response = http::Response<Body>;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

// Compiles the programs of the README.
#[cfg(all(doctest, feature = "jwt"))]
#[doc = include_str!("../../README.md")]
struct Readme;
