//! AWS Lambda HTTP APIs from annotated functions. One typed `async fn` is a route that runs on
//! Lambda, on your machine and in a unit test, from the same program.
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
//! This is a whole program. `cargo run` serves it on `http://127.0.0.1:9000`, through the events that
//! API Gateway sends; `cargo lambda build --release` makes a Lambda function of it.
//!
//! The same program handles other events, if it has handlers for them: [messages, objects, streams and
//! schedules](guide::events), [Lambda authorizers](guide::authorizers) and [WebSocket APIs](guide::websocket).
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
//!     Ok(Created::at(get_order::path(order.id), Json(order)))
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
//! - [`#[api_handler]`](macro@api_handler) makes a route from a function. Its arguments are path
//!   parameters, `#[query]`, `#[header("..")]`, `#[cookie]`, and the extractors at [`FromRequest`].
//!   [`IntoResponse`] lists what it may return.
//! - [`routes!`] collects handlers, and [`Api`] describes routes, state, layers, CORS, nested APIs and
//!   mounted services. It does no I/O.
//! - [`#[lambda_api::main]`](macro@main) or [`run`] builds and runs it. [`Api::build`] returns the
//!   [`App`], a tower service, or all errors of the description together.
//!
//! # Guide
//!
//! The [`guide`] explains what one item alone does not:
//!
//! | page | subject |
//! |---|---|
//! | [`guide::handlers`] | arguments, routes, responses, errors, time, limits, layers |
//! | [`guide::validation`] | rules for values, and the errors of values |
//! | [`guide::access`] | authentication and access rules |
//! | [`guide::authorizers`] | Lambda authorizers: decisions, policies, and the cache of the gateway |
//! | [`guide::testing`] | tests of handlers, of whole APIs and of the compiled program |
//! | [`guide::openapi`] | the OpenAPI document, and the docs page |
//! | [`guide::local_runs`] | the command line and the local server |
//! | [`guide::deploying`] | the template, deploying, timeouts, logs, the lifecycle of the process |
//! | [`guide::infrastructure`] | the AWS CDK, Terraform and other programs |
//! | [`guide::sources`] | the services that send requests |
//! | [`guide::streaming`] | responses that the client gets while they are made |
//! | [`guide::events`] | events that are not HTTP requests: queues, buckets, tables, streams, schedules |
//! | [`guide::websocket`] | WebSocket APIs |
//! | [`guide::server`] | the same program as an HTTP server, and an [`App`] inside axum |
//! | [`guide::beside_axum`], [`guide::moving_over`] | differences from axum on `lambda_http`, and how to move |
//! | [`guide::costs`] | instructions, allocations, size, build time |
//!
//! # How a request is handled
//!
//! ```text
//! event ──> CORS             Api::cors: responds to preflights, adds headers to every response
//!           limits           Api::limits: rejects a request that exceeds one
//!           guard            a panic or an elapsed deadline becomes a problem
//!           layers           Api::layer
//!           router           404, 405, HEAD, OPTIONS
//!           auth             Api::authenticate, then scopes, groups and guards of the route
//!           route layers     Api::route_layer, then Routes::layer
//!           extractors       &Request -> arguments
//!           handler          your function
//! response <── IntoResponse  a value or an error -> Response
//! ```
//!
//! Of several layers of one kind, the first one that was added sees the request first.
//!
//! Events that are not HTTP requests take another way: from the [`Api::events`] handler that takes the event to
//! what Lambda gets, without CORS, layers and the router.
//!
//! # Modules
//!
//! | module | holds |
//! |---|---|
//! | [`extract`] | extractors and their rejections |
//! | [`response`] | responses and their parts |
//! | [`auth`] | authenticators, identities and access rules |
//! | [`middleware`] | CORS, `from_fn` and `Next` |
//! | `validate` | what rules apply to, and violations; feature `validate` |
//! | [`mod@events`] | handlers of events that are not HTTP requests |
//! | [`authorizer`](mod@authorizer) | handlers of Lambda authorizers, and their decisions |
//! | [`event`] | sources, and decoding and encoding of their events |
//! | `interop` | services written for lambda_http, and an [`App`] in its loop; feature `lambda-http` |
//! | `openapi` | the OpenAPI document as a value; feature `openapi` |
//! | `server` | the same program as an HTTP server; feature `server` |
//! | `websocket` | handlers and connections of WebSocket APIs; feature `websocket` |
//! | [`template`] | the AWS SAM template, and its settings |
//! | [`guide`] | the guide |
//!
//! # Features
//!
//! None is on by default. [`guide::costs`] has the cost of each.
//!
//! | feature | adds |
//! |---|---|
//! | `api-keys` | the authenticator `auth::ApiKeys` |
//! | `docs` | [`Api::docs`], a page with the OpenAPI document and Swagger UI, and `/_docs` of the local server; implies `openapi-release`, adds a crate |
//! | `jwt` | the authenticators `Jwt`, `Cognito` and `AlbOidc`; builds cryptography from C |
//! | `lambda-http` | the module `interop`; adds the crate lambda_http |
//! | `local` | the command line and the local server in release builds |
//! | `multipart` | the extractor `Multipart` for `multipart/form-data` |
//! | `openapi` | the OpenAPI document, in debug builds and with `local`; adds the crate schemars |
//! | `openapi-release` | the OpenAPI document in every build |
//! | `openapi-utoipa` | `openapi::Utoipa`, for types with utoipa's `ToSchema` |
//! | `server` | `serve`: an [`App`] as an HTTP server; `main` and [`run`] outside of Lambda; adds HTTP/2 |
//! | `validate` | the extractor `Valid`, `#[derive(Validate)]` and `#[validate(..)]` on arguments: rules for values |
//! | `validate-credit-card`, `validate-url` | the rules `credit_card` and `url`; each adds a crate |
//! | `websocket` | `#[ws_handler]` and the module `websocket`: WebSocket APIs; builds cryptography from C |

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod api;
mod app;
pub mod auth;
pub mod authorizer;
mod body;
mod catch_unwind;
#[cfg(all(feature = "openapi", any(debug_assertions, feature = "local")))]
mod contract;
mod deadline;
mod describe;
#[cfg(feature = "docs")]
mod docs;
#[cfg(feature = "openapi")]
mod documentation;
mod endpoint;
mod entry;
mod environment;
mod error;
pub mod event;
pub mod events;
pub mod extract;
#[cfg(doc)]
pub mod guide;
mod hooks;
#[cfg(any(feature = "jwt", feature = "websocket"))]
mod https;
#[cfg(feature = "openapi")]
mod integer_format;
#[cfg(feature = "lambda-http")]
#[cfg_attr(docsrs, doc(cfg(feature = "lambda-http")))]
pub mod interop;
mod json_pointer;
mod limits;
mod links;
#[cfg(any(debug_assertions, feature = "local"))]
mod local;
mod log;
#[cfg(any(debug_assertions, feature = "local"))]
mod manifest;
mod matched_route;
pub mod middleware;
#[cfg(feature = "openapi")]
#[cfg_attr(docsrs, doc(cfg(feature = "openapi")))]
pub mod openapi;
mod path_normalization;
mod path_shape;
#[cfg(any(debug_assertions, feature = "local", feature = "server"))]
mod request_body;
#[cfg(any(
    debug_assertions,
    feature = "local",
    feature = "server",
    feature = "websocket"
))]
mod request_id;
pub mod response;
mod router;
mod runtime;
mod sensitive;
#[cfg(feature = "server")]
#[cfg_attr(docsrs, doc(cfg(feature = "server")))]
pub mod server;
mod setting;
mod signals;
mod state;
pub mod template;
mod textual;
mod timing;
#[cfg(feature = "validate")]
#[cfg_attr(docsrs, doc(cfg(feature = "validate")))]
pub mod validate;
#[cfg(feature = "websocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
pub mod websocket;
mod wildcard;

#[doc(hidden)]
pub mod __private;

#[doc(inline)]
pub use api::{Api, Routes};
pub use app::App;
#[doc(inline)]
pub use auth::{Claims, Identity};
pub use body::{Body, BoxError, BoxFuture, Request, Response};
/// The crate whose `Bytes` bodies are made of.
pub use bytes;
pub use describe::Operation;
pub use endpoint::Endpoint;
pub use entry::run;
pub use error::{ApiError, Error, Outcome, Problem};
#[doc(inline)]
pub use event::{Invocation, LambdaContext};
#[doc(inline)]
pub use extract::{FromRequest, Json, Patch, Path, Query, State};
/// The crate of methods, statuses, headers and URIs.
pub use http;
#[cfg(feature = "websocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
#[doc(inline)]
pub use lambda_api_macros::ws_handler;
#[doc(inline)]
pub use lambda_api_macros::{ApiError, api_handler, authorizer, event_handler, main};
pub use limits::Limits;
pub use log::log_layer;
#[doc(inline)]
pub use middleware::Cors;
#[doc(inline)]
pub use response::{Created, IntoResponse, NoContent};
#[cfg(feature = "server")]
#[cfg_attr(docsrs, doc(cfg(feature = "server")))]
#[doc(inline)]
pub use server::serve;
pub use setting::{Setting, env};
#[cfg(feature = "validate")]
#[cfg_attr(docsrs, doc(cfg(feature = "validate")))]
pub use {
    extract::Valid,
    lambda_api_macros::Validate,
    validate::{Validate, Violations},
};

// Compiles the programs of the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

// Compiles the examples of the macros, whose crate cannot depend on this one.
#[cfg(doctest)]
mod macros {
    #[doc = include_str!("../../macros/docs/api_handler.md")]
    struct ApiHandler;
    #[doc = include_str!("../../macros/docs/authorizer.md")]
    struct Authorizer;
    #[doc = include_str!("../../macros/docs/event_handler.md")]
    struct EventHandler;
    #[cfg(feature = "websocket")]
    #[doc = include_str!("../../macros/docs/ws_handler.md")]
    struct WsHandler;
    #[doc = include_str!("../../macros/docs/main.md")]
    struct Main;
    #[doc = include_str!("../../macros/docs/api_error.md")]
    struct DeriveApiError;
    #[cfg(feature = "validate")]
    #[doc = include_str!("../../macros/docs/validate.md")]
    struct DeriveValidate;
}
