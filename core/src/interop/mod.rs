//! Beside `lambda_http`, in both directions: an [`App`](crate::App) in its loop, and what was
//! written for it in an [`Api`](crate::Api).
//!
//! A program that is moved here from `lambda_http`, with axum or without, need not be moved at once:
//! the old program answers what no route does, and the new routes grow in front of it. The example
//! `moving-over` is such a program, before, on its way and after.
//!
//! # What was written for `lambda_http`
//!
//! [`Api::fallback_service`](crate::Api::fallback_service) and
//! [`Api::mount_service`](crate::Api::mount_service) take an axum `Router`, and the `service_fn` of a
//! handler, as they are. Where they look for what `lambda_http::RequestExt` has, they go behind a
//! [`RequestExtLayer`]:
//!
//! ```
//! use lambda_api::{Api, api_handler, interop::RequestExtLayer, routes};
//! use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn, tower::ServiceBuilder};
//!
//! async fn old(request: Request) -> Result<Response<Body>, Error> {
//!     let query = request.query_string_parameters_ref();
//!     let name = query.and_then(|query| query.first("name")).unwrap_or("world");
//!     Ok(Response::new(format!("Hello, {name}!").into()))
//! }
//!
//! #[api_handler(GET "/health")]
//! async fn health() -> &'static str { "ok" }
//!
//! let old = ServiceBuilder::new().layer(RequestExtLayer::new()).service(service_fn(old));
//! let api = Api::new().routes(routes![health]).fallback_service(old);
//! ```
//!
//! - A `service_fn` may return what `lambda_http::run` takes: any `lambda_http::IntoResponse`. An
//!   error is a logged 500 problem, of which the client sees nothing.
//! - A `service_fn` is taken alone, or right behind a `RequestExtLayer`. Between other layers, and as
//!   a type of one's own, a service of `Request<lambda_http::Body>` is handed its body by
//!   `ServiceBuilder::map_request`:
//!
//!   ```
//!   # use lambda_api::Api;
//!   # use lambda_http::{Body, Error, Request, Response, service_fn, tower::ServiceBuilder};
//!   # async fn old(_: Request) -> Result<Response<Body>, Error> { Ok(Response::default()) }
//!   # let other_layer = lambda_http::tower::layer::util::Identity::new();
//!   let old = ServiceBuilder::new()
//!       .map_request(|request: lambda_api::Request| request.map(Body::from))
//!       .layer(other_layer)
//!       .service(service_fn(old));
//!   let api = Api::new().mount_service("/old", old);
//!   ```
//! - `lambda_http::Body` is made from a [`Body`](crate::Body): `Text` if it is UTF-8, `Binary` if it
//!   is not, `Empty` without a byte. `lambda_http` itself goes by the event: there, what came as base64
//!   is `Binary`, text or not.
//! - The URI is path and query, never `https://host/..`, and has no stage. `..` is not resolved.
//! - In an `Api` with an authenticator, it is for those whom that recognises; see
//!   [`Api::fallback_service_with`](crate::Api::fallback_service_with).
//!
//! # An `App` in the loop of `lambda_http`
//!
//! [`run`](crate::run) has a loop of its own. For those who want that of AWS, `lambda_http::run`,
//! `run_concurrent` and `run_with_streaming_response` take an [`App`](crate::App):
//!
//! ```no_run
//! use lambda_api::{Api, api_handler, routes};
//!
//! #[api_handler(GET "/health")]
//! async fn health() -> &'static str { "ok" }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), lambda_http::Error> {
//!     let app = Api::new().routes(routes![health]).build().await?;
//!     lambda_http::run(app).await
//! }
//! ```
//!
//! There, too, routes, layers and extractors see the path that they see elsewhere: it is made of what
//! the gateway sent (`raw_http_path`), and never of the URI of `lambda_http`, into which that puts the
//! stage and the host of the request's own headers, and where it resolves `..`. The variable
//! `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH` makes no difference.
//! [`Api::strip_stage`](crate::Api::strip_stage), [`Api::base_path`](crate::Api::base_path) and
//! [`Limits`](crate::Limits) hold. Deadline, request ids, trace id, source IP and stage are in the
//! [`Invocation`](crate::Invocation). It is made from the extensions that `lambda_http` puts into
//! its requests: nothing that a client sends can make one. A request that has an `Invocation` already
//! keeps it.
//!
//! What is lost there:
//!
//! - **Gateway authenticators recognise nobody**, and their routes answer 401: the request context has
//!   been read and would be written again, without what they judge by.
//!   [`Invocation::request_context`](crate::Invocation::request_context) is `None`. What verifies the
//!   request itself works: `Jwt`, `Cognito`, `AlbOidc`, `ApiKeys`.
//! - An event that `lambda_http` cannot read is an error of its own: VPC Lattice 1, and what its types
//!   are too strict for. On some it panics: a body that is no base64, an unusable `host`.
//! - Of a header that a REST API sends several times, the last value is left. The parameters of
//!   a query keep the order of their values, and not that among names.
//! - REST API and HTTP API 1.0 are told apart by the `resourceId` of the context, since the version of
//!   the event is gone. An ALB is [`Source::Alb`](crate::event::Source::Alb) with both forms of
//!   headers.
//! - Responses are encoded there: hop-by-hop fields are sent as they are, repeated headers of an HTTP
//!   API lose all values but one, and bytes without a content type are taken for text. There is no
//!   check of sizes. `run` and `run_concurrent` panic on a body that is a stream and fails, as it does
//!   when its time is over.
//! - [`Api::after_response`](crate::Api::after_response) and the other hooks of the process do not run,
//!   and our log is not set up: [`log_layer`](crate::log_layer) is for a subscriber of the program's
//!   own.

mod arrive;
mod body;
mod request_ext;
mod service_fn;

pub(crate) use arrive::arrive;
pub use request_ext::{RequestExtLayer, RequestExtService};
