//! The description of an API: routes, state, layers. Creating one has no side effects.

mod build;
#[cfg(feature = "docs")]
mod docs;
mod events;
mod fallback;
mod flatten;
mod insert;
mod lifecycle;
#[cfg(any(debug_assertions, feature = "local"))]
mod manifest;
mod middleware;
#[cfg(feature = "openapi")]
mod openapi;
mod routes;
mod streaming;
mod table;
mod template;
mod timeouts;
mod validate;
#[cfg(feature = "websocket")]
mod websocket;

pub use build::BuildErrors;
#[cfg(all(feature = "docs", any(debug_assertions, feature = "local")))]
pub(crate) use docs::written;
pub use fallback::IntoFallback;
pub use routes::Routes;
pub(crate) use table::RouteInfo;
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use table::listing;

use crate::{
    BoxError, Cors, Error, Limits, Problem, Request, Response,
    auth::{Access, Authenticator, Installed, install},
    event::{DecodeOptions, Source},
    events::Handlers,
    hooks::Hooks,
    middleware::{IntoService, LayerFn, Next, ProblemRenderer, ServiceFn, erase_layer},
    state::StateInit,
    timing::Timing,
};
use bytes::Bytes;
use std::{any::type_name, future::Future, panic::Location};
use tower::{Layer, Service};

/// The description of an API: its routes, state, layers and settings.
///
/// Creating an `Api` does no I/O and does not read the environment. [`run`](crate::run),
/// [`#[lambda_api::main]`](crate::main) and the testing crate [`build`](Api::build) it.
///
/// ```
/// use lambda_api::{Api, Json, State, api_handler, routes};
///
/// #[derive(Clone)]
/// struct Greeting(String);
///
/// /// Says hello.
/// #[api_handler(GET "/hello/{name}")]
/// async fn hello(name: String, State(greeting): State<Greeting>) -> String {
///     format!("{}, {name}!", greeting.0)
/// }
///
/// let api = Api::new()
///     .state(Greeting("Hello".to_owned()))
///     .routes(routes![hello]);
/// ```
///
/// A request passes through, in this order: CORS, a guard that turns panics and timeouts into
/// responses, the [`layer`](Api::layer)s, the router, the [authenticators](Api::authenticate), the
/// [`route_layer`](Api::route_layer)s, the layers of [`Routes::layer`], the handler. Layers of one
/// kind run in the order in which they were added: the first one sees the request first.
#[derive(Default)]
#[must_use = "an `Api` does nothing until it is run or built"]
pub struct Api {
    routes: Vec<Routes>,
    nests: Vec<(String, Api)>,
    mounts: Vec<Mount>,
    fallback: Option<Fallback>,
    layers: Vec<LayerFn>,
    route_layers: Vec<LayerFn>,
    states: Vec<StateInit>,
    authenticators: Vec<Installed>,
    /// The sources that stream, if the program or the environment says so.
    stream_on: Option<Vec<Source>>,
    /// Why the list of the environment is invalid.
    stream_error: Option<String>,
    /// Instead of the environment of the process.
    environment: Option<Vec<(String, String)>>,
    /// Whether the settings of the authenticators were resolved.
    is_resolved: bool,
    cors: Option<Cors>,
    renderer: ProblemRenderer,
    decode: DecodeOptions,
    timing: Timing,
    request_id_header: Option<String>,
    hooks: Hooks,
    /// A program without handlers of events does not contain their code.
    events: Option<Box<dyn Handlers>>,
    #[cfg(feature = "websocket")]
    websocket: Option<crate::websocket::WebSocketApi>,
    ignore_trailing_slash: bool,
    template: crate::template::Settings,
    #[cfg(feature = "openapi")]
    openapi: crate::openapi::Settings,
    /// Set by the test client alone.
    #[cfg(feature = "openapi")]
    observer: Option<crate::router::RouteObserver>,
}

/// A tower service under a prefix.
struct Mount {
    prefix: String,
    service: ServiceFn,
    access: Access,
    name: &'static str,
    location: &'static Location<'static>,
    /// The docs page, if the service is one.
    #[cfg(feature = "docs")]
    docs: Option<DocsPage>,
}

/// A docs page, which is a mounted service.
#[cfg(feature = "docs")]
struct DocsPage {
    docs: std::sync::Arc<crate::docs::Docs>,
    /// Writes the document. Programs without a page do not contain it.
    write: fn(&Api) -> Result<crate::docs::Written, crate::openapi::DocumentErrors>,
}

/// The fallback of one `Api`.
enum Fallback {
    Service {
        service: ServiceFn,
        access: Access,
        /// Whether it also gets methods that no route of the path has.
        every_method: bool,
    },
    /// An annotated handler, the only one in its list.
    Handler(Routes),
}

#[cfg(feature = "server")]
impl Api {
    pub(crate) fn hooks_mut(&mut self) -> &mut Hooks {
        &mut self.hooks
    }
}

impl Api {
    /// Creates an API without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a list of routes, made by [`routes!`](crate::routes).
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// Adds a value that handlers extract as [`State<T>`](crate::State).
    ///
    /// An application, including its nested APIs, has one value of each type. Use a type of your
    /// own for each purpose. The value replaces a [`state_with`](Api::state_with) of the same type,
    /// so a test can replace a database.
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.states.push(StateInit::value(value));
        self
    }

    /// Like [`state`](Api::state), for a value that an async function creates, such as a
    /// connection.
    ///
    /// The function runs once, when the API is built: at a cold start, but not when the route table
    /// is printed. If it returns an error or panics, `build` fails. The error is [`Error`] or any
    /// type that `?` converts into it.
    ///
    /// ```
    /// use lambda_api::Api;
    ///
    /// #[derive(Clone)]
    /// struct Store;
    ///
    /// impl Store {
    ///     async fn connect() -> Result<Store, std::io::Error> {
    ///         Ok(Store)
    ///     }
    /// }
    ///
    /// let api = Api::new().state_with(Store::connect);
    /// ```
    pub fn state_with<T, E, F, Fut>(mut self, make: F) -> Self
    where
        T: Clone + Send + Sync + 'static,
        E: Into<Error>,
        F: FnOnce() -> Fut + Send + 'static,
        Fut: Future<Output = Result<T, E>> + Send + 'static,
    {
        self.states.push(StateInit::make(make));
        self
    }

    /// Requires that each request is authenticated by this authenticator, except on `public`
    /// routes.
    ///
    /// This includes mounted services, the fallback, and the responses of the router itself: an
    /// unauthenticated client cannot find out which routes exist. CORS preflights, which carry no
    /// credentials, are the only exception.
    ///
    /// If there are several authenticators, they are tried in the order in which they were added,
    /// until one finds a credential in the request. If that credential is invalid, the request is
    /// rejected. A route can name its authenticator, and must do so if it has an access rule:
    /// `authenticator = "staff", groups("admins")`.
    ///
    /// # Two credentials
    /// A request with valid credentials for two authenticators is rejected with 400
    /// `invalid_request` ([RFC 6750, section
    /// 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)): the caller is ambiguous, and a
    /// gateway or a log in front of the function may have used the other credential. Results of the
    /// gateway count as credentials: an IAM signature, a client certificate, the claims of its
    /// authorizer.
    ///
    /// - A route that names its authenticator uses only the credential of that authenticator. Name
    ///   it if a gateway signs or checks every request while users send a token in another header:
    ///   CloudFront's origin access control, mutual TLS, load balancers that sign users in.
    /// - A `public` route that takes no identity runs no authenticator and ignores all credentials.
    /// - `JwtAuthorizer` and `CognitoAuthorizer` read the same claims, which count as one
    ///   credential. A verifier in this process (`Jwt`, `Cognito`) beside them is a second
    ///   authenticator, and a token that both accept is rejected: use the verifier alone, behind a
    ///   gateway too.
    ///
    /// A nested API uses the authenticators of the outer API, unless it has its own, which then
    /// replace them.
    ///
    /// ```
    /// use lambda_api::{Api, Identity, api_handler, auth::gateway::Iam, routes};
    ///
    /// #[api_handler(GET "/health", public)]
    /// async fn health() -> &'static str { "ok" }
    ///
    /// #[api_handler(GET "/me")]
    /// async fn me(identity: Identity) -> String { identity.subject().to_owned() }
    ///
    /// let api = Api::new()
    ///     .authenticate(Iam::from_apis(["a1b2c3d4e5"]))
    ///     .routes(routes![health, me]);
    /// ```
    pub fn authenticate(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticators.push(install(authenticator));
        self
    }

    /// Sets variables for [`env`](crate::env) instead of those of the process, for tests and for programs
    /// that get their settings elsewhere. The first call replaces the whole environment; further calls
    /// add variables.
    ///
    /// Only on the outermost API; it applies to nested APIs too.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use lambda_api::{Api, api_handler, auth::gateway::Iam, env, routes};
    ///
    /// #[api_handler(GET "/me")]
    /// async fn me() -> &'static str { "you" }
    ///
    /// fn api() -> Api {
    ///     Api::new().authenticate(Iam::from_apis([env("API_ID")])).routes(routes![me])
    /// }
    ///
    /// let errors = api().environment([("OTHER", "x")]).build().await.err().unwrap();
    /// assert_eq!(
    ///     errors.to_string(),
    ///     "- the authenticator `iam`: the environment variable `API_ID` for `api` is missing or empty"
    /// );
    /// assert!(api().environment([("API_ID", "a1b2c3d4e5")]).build().await.is_ok());
    /// # }
    /// ```
    pub fn environment<K, V>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self
    where
        K: Into<String>,
        V: Into<String>,
    {
        let variables = variables.into_iter();
        let environment = self.environment.get_or_insert_default();
        environment.extend(variables.map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Adds a tower layer around everything but CORS: it sees every request, even if no route
    /// matches, and every response. **The layer that is added first is the outermost one**, as in
    /// tower's `ServiceBuilder`. This is the reverse of axum's `Router::layer`:
    ///
    /// | `a` sees a request before `b` does | |
    /// |---|---|
    /// | lambda-api | `Api::new().layer(a).layer(b)` |
    /// | axum | `Router::new().layer(b).layer(a)` |
    ///
    /// Reverse the order of the calls when you move an axum program; the layers inside one
    /// `ServiceBuilder` keep their order. The same applies to [`route_layer`](Api::route_layer) and
    /// [`Routes::layer`].
    ///
    /// The layer of a nested API sees the requests that are routed to that API.
    ///
    /// ```
    /// use lambda_api::{Api, Response};
    /// use http::HeaderValue;
    /// use tower::util::MapResponseLayer;
    ///
    /// let api = Api::new().layer(MapResponseLayer::new(|mut response: Response| {
    ///     let value = HeaderValue::from_static("nosniff");
    ///     response.headers_mut().insert("x-content-type-options", value);
    ///     response
    /// }));
    /// ```
    ///
    /// An error of the layer's service is logged and becomes a 500 problem. See
    /// [`from_fn`](crate::middleware::from_fn) for middleware from an async function.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<Next> + Send + Sync + 'static,
        L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Future: Send,
        <L::Service as Service<Request>>::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.layers.push(erase_layer(layer));
        self
    }

    /// Adds a tower layer around every route of this API and of its nested APIs. It runs after the
    /// router and sees the requests that match a route. As with [`layer`](Api::layer), the layer
    /// that is added first is the outermost one: `route_layer(a).route_layer(b)` is
    /// `route_layer(b).route_layer(a)` in axum.
    ///
    /// ```
    /// use lambda_api::{
    ///     Api, Request, Response, extract::{MatchedPath, extract}, middleware::{Next, from_fn},
    /// };
    ///
    /// async fn counted(request: Request, next: Next) -> Response {
    ///     if let Ok(route) = extract::<MatchedPath>(&request).await {
    ///         println!("{route}");
    ///     }
    ///     next.run(request).await
    /// }
    ///
    /// let api = Api::new().route_layer(from_fn(counted));
    /// ```
    ///
    /// It does not see requests that the router itself handles with a 404, a 405 or the methods of
    /// a path. A layer with state, such as a limit, has separate state for each nested API.
    pub fn route_layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<Next> + Send + Sync + 'static,
        L::Service: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Future: Send,
        <L::Service as Service<Request>>::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        self.route_layers.push(erase_layer(layer));
        self
    }

    /// Allows pages of other origins to call the API. See [`Cors`].
    ///
    /// Only on the outermost API; it applies to nested APIs too.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Adds all routes of another API under a prefix, which may have parameters.
    ///
    /// The route `/` of the nested API is the prefix itself. A handler takes a parameter of the
    /// prefix with `#[path]`.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, routes};
    ///
    /// #[api_handler(GET "/orders/{id}")]
    /// async fn order(#[path] tenant: String, id: u64) -> String {
    ///     format!("order {id} of {tenant}")
    /// }
    ///
    /// let api = Api::new().nest("/tenants/{tenant}", Api::new().routes(routes![order]));
    /// ```
    pub fn nest(mut self, prefix: impl Into<String>, mut api: Api) -> Self {
        self.take_events_of(&mut api);
        self.nests.push((prefix.into(), api));
        self
    }

    /// Adds a tower service, such as an axum `Router`, under a prefix, for every method.
    ///
    /// The service sees the path after the prefix, which is at least `/`. If a route of the API
    /// also matches, it takes precedence. [`IntoService`] lists the types of services that it
    /// accepts.
    ///
    /// ```
    /// use lambda_api::{Api, Body, Request, Response};
    /// use std::convert::Infallible;
    ///
    /// let legacy = tower::service_fn(|request: Request| async move {
    ///     // GET /legacy/orders
    ///     assert_eq!(request.uri().path(), "/orders");
    ///     Ok::<_, Infallible>(Response::new(Body::from("orders")))
    /// });
    ///
    /// let api = Api::new().mount_service("/legacy", legacy);
    /// ```
    #[track_caller]
    pub fn mount_service<R>(self, prefix: impl Into<String>, service: impl IntoService<R>) -> Self {
        self.mount_service_with(prefix, Access::authenticated(), service)
    }

    /// Like [`mount_service`](Api::mount_service), with an access rule. Without a rule, a service
    /// in an API that has an authenticator requires authentication.
    ///
    /// ```
    /// use lambda_api::{Api, Body, Request, Response, auth::{Access, gateway::CognitoAuthorizer}};
    /// use std::convert::Infallible;
    ///
    /// let admin = tower::service_fn(|_: Request| async {
    ///     Ok::<_, Infallible>(Response::new(Body::from("admin")))
    /// });
    /// let admins = Access::authenticated().groups(&["admins"]);
    /// let api = Api::new()
    ///     .authenticate(CognitoAuthorizer::from_apis(["a1b2c3d4e5"]))
    ///     .mount_service_with("/admin", admins, admin);
    /// ```
    #[track_caller]
    pub fn mount_service_with<S, R>(
        mut self,
        prefix: impl Into<String>,
        access: Access,
        service: S,
    ) -> Self
    where
        S: IntoService<R>,
    {
        self.mounts.push(Mount {
            prefix: prefix.into(),
            service: service.into_service().0,
            access,
            name: type_name::<S>(),
            location: Location::caller(),
            #[cfg(feature = "docs")]
            docs: None,
        });
        self
    }

    /// Adds a base path that clients write before the paths of this API, such as `/v1`: the API
    /// mapping of a custom domain, or a prefix that CloudFront or a load balancer passes on. It is
    /// removed from the path of an event that has it.
    ///
    /// Call this once for each base path. Each one is removed at most once, as whole segments,
    /// before or after the stage and in any order: with `/v1` and `/v2`, `/v1/orders`, `/v2/orders`
    /// and `/v1/prod/orders` all become `/orders`, and `/v1/v1/orders` becomes `/v1/orders`. A base
    /// path is compared literally, before equivalent spellings are normalised.
    ///
    /// A link to a path of the API must include it; use
    /// [`Invocation::path_prefix`](crate::Invocation::path_prefix).
    ///
    /// ```
    /// use lambda_api::Api;
    ///
    /// let api = Api::new().base_path("/v1").base_path("/shop/v2");
    /// ```
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.decode.base_paths.push(path.into());
        self
    }

    /// Sets whether the stage is removed from the path of an event. By default, this depends on the
    /// gateway:
    ///
    /// | source | path of the event | default | `true` | `false` |
    /// |---|---|---|---|---|
    /// | HTTP API, 2.0 and 1.0 | begins with a named stage, on every domain | removed | removed | stays |
    /// | REST API | begins with the stage only if the base path mapping of a custom domain names no stage and the client writes it | stays | removed | stays |
    /// | others | has no stage | | | |
    ///
    /// The stage is removed once, if it is the first segment; `$default` is never removed. So at an
    /// HTTP API whose stage is `prod`, the URL of the route `/prod/report` on the gateway's own
    /// domain is `/prod/prod/report`. Use `false` for an API whose routes contain the stage, such
    /// as one that was migrated.
    ///
    /// At a REST API, `/prod/report` with a stage cannot be distinguished from the route
    /// `/prod/report`. So the stage stays there by default, and `false` has no effect.
    pub fn strip_stage(mut self, strip: bool) -> Self {
        self.decode.strip_stage = Some(strip);
        self
    }

    /// Sets the limits on the size of requests and responses. See [`Limits`]; its defaults apply
    /// without this call.
    ///
    /// Only on the outermost API; it applies to nested APIs too.
    ///
    /// ```
    /// use lambda_api::{Api, Limits};
    ///
    /// let api = Api::new().limits(Limits::default().body(1 << 20).query_pairs(100));
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.decode.limits = limits;
        self
    }

    /// Treats `/orders/` as `/orders`. By default, they are different paths.
    pub fn ignore_trailing_slash(mut self) -> Self {
        self.ignore_trailing_slash = true;
        self
    }

    /// Replaces the response of every problem, of handlers and of the library.
    ///
    /// The headers of the problem, such as `allow` and `retry-after`, are added to the response
    /// unless it sets them itself.
    ///
    /// Only on the outermost API; it applies to nested APIs too. If the hook panics, or returns a
    /// status of 1xx or above 599, the problem is sent unchanged.
    ///
    /// A [`Link`](crate::response::Link) in its response is resolved for the request. The problem is sent
    /// unchanged if that [fails](crate::response::Link#errors), if the request is over a limit before it
    /// reaches the routes, and if the response of a handler is too large or cannot be sent.
    ///
    /// In tests, `TestResponse::problem` and `assert_problem` of
    /// [`lambda-api-testing`](https://docs.rs/lambda-api-testing) see the problem that the hook was
    /// given. A client only receives what the hook puts into its response.
    ///
    /// ```
    /// use lambda_api::{Api, IntoResponse, Json};
    ///
    /// let api = Api::new().on_problem(|problem| {
    ///     let body = serde_json::json!({"error": problem.code(), "id": problem.request_id()});
    ///     (problem.status(), Json(body)).into_response()
    /// });
    /// ```
    pub fn on_problem<F>(mut self, restyle: F) -> Self
    where
        F: Fn(&Problem) -> Response + Send + Sync + 'static,
    {
        self.renderer = ProblemRenderer::restyled(restyle);
        self
    }

    /// Adds a header with the id of the request to every response: those of handlers, 404s, CORS
    /// preflights, problems, and responses that replace a panic, a response that is too large, or
    /// an unreadable request.
    ///
    /// The id is [`Invocation::request_id`](crate::Invocation::request_id): the gateway's, or
    /// Lambda's if the gateway has none. It replaces a header of that name that a handler has set.
    /// Without an id, as in a request to the tower service that has no
    /// [`Invocation`](crate::Invocation), the header is not added.
    ///
    /// Pages of other origins can only read it if
    /// [`Cors::expose_headers`](crate::Cors::expose_headers) names it.
    ///
    /// Only on the outermost API; it applies to nested APIs too. `build` fails if the name is not a
    /// header name, or is a header with another meaning, such as `content-type`.
    ///
    /// ```
    /// use lambda_api::{Api, Cors};
    ///
    /// let api = Api::new()
    ///     .request_id_header("x-request-id")
    ///     .cors(
    ///         Cors::new()
    ///             .allow_origins(["https://app.example.com"])
    ///             .expose_headers(["x-request-id"]),
    ///     );
    /// ```
    pub fn request_id_header(mut self, name: impl Into<String>) -> Self {
        self.request_id_header = Some(name.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_can_move_between_threads() {
        fn assert<T: Send>() {}
        assert::<Api>();
    }
}
