//! Moving over from axum and `lambda_http`: step by step, and word by word.
//!
//! # Step by step
//!
//! A program need not be moved at once. With the feature `lambda-http`, the old one answers what no
//! route does, and each handler that is moved takes its path away from it:
//!
//! ```
//! # #[cfg(feature = "lambda-http")] {
//! use lambda_api::{Api, api_handler, interop::RequestExtLayer, routes};
//! use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn, tower::ServiceBuilder};
//!
//! // Or an axum `Router`.
//! async fn old(request: Request) -> Result<Response<Body>, Error> {
//!     let stage_variables = request.stage_variables_ref();
//!     let table = stage_variables.and_then(|variables| variables.first("table"));
//!     Ok(Response::new(table.unwrap_or("orders").into()))
//! }
//!
//! #[api_handler(GET "/orders/{id}")]
//! async fn get_order(id: u64) -> String { format!("order {id}") }
//!
//! fn api() -> Api {
//!     let old = ServiceBuilder::new().layer(RequestExtLayer::new()).service(service_fn(old));
//!     Api::new().routes(routes![get_order]).fallback_service(old)
//! }
//! # api();
//! # }
//! ```
//!
//! 1. `#[tokio::main]`, `lambda_http::run(..)`, `init_default_subscriber()` and
//!    `set_var("AWS_LAMBDA_HTTP_IGNORE_STAGE_IN_PATH", ..)` go; `#[lambda_api::main] fn main() -> Api`
//!    takes their place. The old program becomes the
//!    [`fallback_service`](crate::Api::fallback_service), behind a `RequestExtLayer` where it looks
//!    for what `lambda_http::RequestExt` has. (Who wants to keep the loop of AWS keeps
//!    `lambda_http::run`, and gives it the [`App`](crate::App).)
//! 2. Three things are other than before, for the old program as well:
//!    - **The URI is path and query** (`/orders/7?page=2`), where `lambda_http` makes it
//!      `https://host/orders/7?page=2` of a header that the client sends. The domain that the gateway
//!      says was called is [`Invocation::domain_name`](crate::Invocation::domain_name).
//!    - **The stage is gone.** `lambda_http` puts it before the path, where it is not there already.
//!      Routes that have it lose it; or [`Api::strip_stage`](crate::Api::strip_stage) keeps it at an
//!      HTTP API. `..` and `%2e%2e` in a path are not resolved.
//!    - **It is closed by default.** As soon as the `Api` has an authenticator, the old program is for
//!      those whom it recognises, unless
//!      [`fallback_service_with`](crate::Api::fallback_service_with)`(Access::public(), ..)` says
//!      otherwise. A 404 of the old program is no longer seen by who is not recognised.
//! 3. Each handler moves when there is time for it: the table below says what becomes of its parts.
//!    The new route goes before the old one, for its own methods; the others still reach the old
//!    program. State is shared by giving the same value to both.
//! 4. When nothing is left, `fallback_service`, the layer and the feature go.
//!
//! The example `moving-over` of the repository is such a program at each of these stations, with
//! tests of what stays and what changes.
//!
//! # Word by word
//!
//! | axum, `lambda_http` | here |
//! |---|---|
//! | **Routes** | |
//! | `.route("/x/{id}", get(f).post(g))` | `#[api_handler(GET "/x/{id}")]` on each function, and `routes![f, g]` |
//! | `/:id`, `/{*rest}` | `/{id}`, `/{rest+}` |
//! | `merge`, `nest("/", router)` | `.routes(a).routes(b)` |
//! | `nest`, `nest_service`, `fallback_service` | [`nest`](crate::Api::nest), [`mount_service`](crate::Api::mount_service), [`fallback_service`](crate::Api::fallback_service) |
//! | `run(service_fn(h))` for every path | `#[api_handler(fallback)]` |
//! | one handler on several paths | `GET "/a" \| "/b"` |
//! | a generic handler, `f::<Repo>` | `State<Arc<dyn Repo>>` |
//! | **State** | |
//! | `.with_state(s)` and `FromRef`, a closure that captures | one [`state`](crate::Api::state) for each type, and [`State<T>`](crate::State) |
//! | `.layer(Extension(x))` | the same |
//! | a state that has to connect first | [`state_with`](crate::Api::state_with)`(async fn)` |
//! | **Arguments** | |
//! | `Path(id): Path<T>` | `id: T`, or `Path<(A, B)>` |
//! | `query_string_parameters_ref()..first("x")` | `#[query] x: Option<&str>`; one that is sent twice is a 400, and a `Vec<T>` takes it |
//! | `TypedHeader`, `CookieJar` | `#[header("..")]`, [`Cookies`](crate::Cookies) and [`SetCookie`](crate::SetCookie) |
//! | `body: String`, `request: Request` | [`Text`](crate::Text), [`&Request`](crate::Request) |
//! | `event.payload::<T>()` | [`Json<T>`](crate::Json) or [`Form<T>`](crate::Form); either of them: two arguments `Result<_, _::Rejection>` |
//! | `FromRequestParts<S>` | [`FromRequest`](crate::FromRequest); state by `extract::<State<T>>`, told by `describe` |
//! | **What the gateway says** | |
//! | `lambda_context().request_id` | `invocation.lambda().request_id`; the gateway's own is [`Invocation::request_id`](crate::Invocation::request_id) |
//! | a `match` on `RequestContext` for IP, id, stage | [`source_ip`](crate::Invocation::source_ip), [`request_id`](crate::Invocation::request_id), [`stage`](crate::Invocation::stage): one call each, whatever the source |
//! | `path_parameters()`, `stage_variables()` | [`path_parameter`](crate::Invocation::path_parameter), [`stage_variable`](crate::Invocation::stage_variable) |
//! | `raw_http_path()` | [`raw_path`](crate::Invocation::raw_path) |
//! | `authorizer().jwt.claims["sub"]` | [`auth::gateway`](crate::auth::gateway) (`JwtAuthorizer`, `CognitoAuthorizer`), and [`Claims<T>`](crate::Claims) or [`Identity`](crate::Identity) |
//! | `authorizer().fields` | `auth::gateway::LambdaAuthorizer` |
//! | **Responses and errors** | |
//! | `()` is a 200 | a 204; `StatusCode::OK` is a 200 |
//! | `Err((StatusCode, String))` | the same, as a problem; [`Problem::new`](crate::Problem::new)`(status, "code")` has a code |
//! | `AppError: IntoResponse` | [`#[derive(ApiError)]`](macro@crate::ApiError); another form of all errors: [`Api::on_problem`](crate::Api::on_problem) |
//! | `anyhow::Result` | `Result<_, lambda_api::Error>`: a 500, whose text is in the log alone |
//! | errors of serde turned into a 400 by hand | syntax is a 400, a field a 422, another content type a 415, with the place of the fault |
//! | 404 and 405 without body, `OPTIONS` a 405 | problems, and a 204 with `allow` |
//! | `Body::from_stream` | [`Body::stream`](crate::Body::stream), collected before it is sent |
//! | **Layers** | |
//! | `.layer(a).layer(b)`, where `b` is the outermost | `.layer(b).layer(a)`; the order inside a `ServiceBuilder` stays |
//! | a layer that reads `MatchedPath` | [`Api::route_layer`](crate::Api::route_layer) |
//! | `from_fn` with extractors, `from_fn_with_state` | [`from_fn`](crate::from_fn)`(request, next)`, and [`extract::<T>(&request)`](crate::extract()) |
//! | `HandleErrorLayer` | nothing: an error of a layer is a logged 500 problem |
//! | `CorsLayer` | [`Api::cors`](crate::Api::cors) |
//! | **Around it** | |
//! | a subscriber of one's own | stays; [`log_layer`](crate::log_layer) adds our records to it |
//! | `axum::serve` for local runs | `cargo run` |
//! | `Router::oneshot` in tests | `TestClient` of `lambda-api-testing`, or `Api::build().await?.oneshot(..)` |
