//! Interoperability with `lambda_http`, in both directions: an [`App`](crate::App) in its loop, and
//! its services in an [`Api`](crate::Api).
//!
//! A program that uses `lambda_http`, with or without axum, can be moved route by route: the old
//! program handles the requests that no new route matches. The example `moving-over` is such a
//! program, before, during and after.
//!
//! # Services for `lambda_http`
//!
//! [`Api::fallback_service`](crate::Api::fallback_service) and
//! [`Api::mount_service`](crate::Api::mount_service) take an axum `Router`, and the `service_fn` of
//! a handler, unchanged. If they use `lambda_http::RequestExt`, wrap them in a [`RequestExtLayer`]:
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
//! - A `service_fn` may return any `lambda_http::IntoResponse`, as for `lambda_http::run`. An error
//!   is logged and becomes a 500 problem without details.
//! - A `service_fn` is accepted on its own, or directly inside a `RequestExtLayer`. For other
//!   layers, and for your own service of `Request<lambda_http::Body>`, convert the body with
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
//! - `lambda_http::Body` is created from a [`Body`](crate::Body): `Text` if it is UTF-8, `Binary`
//!   if it is not, `Empty` if it has no bytes. `lambda_http` itself depends on the event: there,
//!   base64 is always `Binary`, even if it is text.
//! - The URI is path and query, never `https://host/..`, and has no stage. `..` is not resolved.
//! - In an `Api` with an authenticator, such a service requires authentication; see
//!   [`Api::fallback_service_with`](crate::Api::fallback_service_with).
//!
//! # An `App` in the loop of `lambda_http`
//!
//! [`run`](crate::run) has its own loop. To use that of AWS, pass an [`App`](crate::App) to
//! `lambda_http::run`, `run_concurrent` or `run_with_streaming_response`:
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
//! Routes, layers and extractors see the same path as elsewhere: it is built from what the gateway
//! sent (`raw_http_path`), and not from the URI of `lambda_http`, which contains the stage and the
//! host of the request's own headers, and in which `..` is resolved. The variable
//! `AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH` has no effect.
//! [`Api::strip_stage`](crate::Api::strip_stage), [`Api::base_path`](crate::Api::base_path) and
//! [`Limits`](crate::Limits) apply. Deadline, request ids, trace id, source IP and stage are in the
//! [`Invocation`](crate::Invocation). It is created from the extensions that `lambda_http` puts
//! into its requests, so a client cannot forge one. A request that already has an `Invocation`
//! keeps it.
//!
//! There are these limitations:
//!
//! - **Gateway authenticators do not authenticate any request**, and their routes respond with 401:
//!   `lambda_http` parses the request context and drops the parts that they need.
//!   [`Invocation::request_context`](crate::Invocation::request_context) is `None`. Authenticators
//!   that verify the request itself work: `Jwt`, `Cognito`, `AlbOidc`, `ApiKeys`.
//! - An event that `lambda_http` cannot read is an error of `lambda_http`: VPC Lattice 1, and
//!   events that its types are too strict for. Some events make it panic: a body that is not
//!   base64, an unusable `host`.
//! - If a REST API sends a header several times, only the last value remains. The query parameters
//!   of one name keep their order, but not the order among names.
//! - REST API and HTTP API 1.0 are distinguished by the `resourceId` of the context, since the
//!   version of the event is lost. An ALB is [`Source::Alb`](crate::event::Source::Alb) with both
//!   forms of headers.
//! - `lambda_http` encodes the responses: hop-by-hop fields are sent as they are, repeated headers
//!   of an HTTP API lose all values but one, and bytes without a content type are treated as text.
//!   Sizes are not checked. `run` and `run_concurrent` panic if a body is a stream that fails, as
//!   it does when its time is over.
//! - [`Api::after_response`](crate::Api::after_response) and the other hooks of the process do not
//!   run, and the log of this library is not set up: add [`log_layer`](crate::log_layer) to your
//!   own subscriber.

mod arrive;
mod body;
mod request_ext;
mod service_fn;

pub(crate) use arrive::arrive;
pub use request_ext::{RequestExtLayer, RequestExtService};
