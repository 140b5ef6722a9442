//! The description of an API: routes, state, layers. Making one does nothing.

mod build;
mod closed;
mod fallback;
mod flat;
mod insert;
mod life;
mod middleware;
mod routes;
mod service;
mod table;
mod time;

pub use build::BuildErrors;
use fallback::Fallback;
pub use fallback::IntoFallback;
pub use routes::Routes;
#[cfg(feature = "lambda-http")]
pub(crate) use service::Erased;
pub use service::IntoService;
pub(crate) use table::RouteInfo;

use crate::{
    BoxError, Cors, Error, Limits, Next, Problem, Request, Response,
    auth::{Access, Authenticator, Installed, install},
    event::DecodeOptions,
    middleware::{Finish, LayerFn, ServiceFn, Timing, erase_layer},
    runtime::Hooks,
    state::StateInit,
};
use bytes::Bytes;
use std::{any::type_name, fmt, future::Future, panic::Location};
use tower::{Layer, Service};

/// The description of an API: its routes, and what they share.
///
/// Making one does nothing: no I/O, no look at the environment. [`run`](crate::run),
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
/// A request passes, in this order: CORS, a guard that turns panics and passed deadlines into replies, the
/// [`layer`](Api::layer)s, the router, the [authenticators](Api::authenticate), the [`route_layer`](Api::route_layer)s, the layers of
/// [`Routes::layer`], the handler. Of several layers of one kind, the first one added is the first
/// one to see the request.
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
    cors: Option<Cors>,
    finish: Finish,
    decode: DecodeOptions,
    timing: Timing,
    request_id_header: Option<String>,
    hooks: Hooks,
    ignore_trailing_slash: bool,
}

/// A tower service under a prefix.
struct Mount {
    prefix: String,
    service: ServiceFn,
    access: Access,
    name: &'static str,
    location: &'static Location<'static>,
}

impl Api {
    /// An API without routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds routes; [`routes!`](crate::routes) makes the list.
    pub fn routes(mut self, routes: Routes) -> Self {
        self.routes.push(routes);
        self
    }

    /// Gives every invocation a value that handlers take as [`State<T>`](crate::State).
    ///
    /// There is one value of each type in an application, nested APIs included; a type of your own
    /// for each purpose keeps them apart. The value stands in for a
    /// [`state_with`](Api::state_with) of the same type, which a test uses to replace a database.
    pub fn state<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.states.push(StateInit::value(value));
        self
    }

    /// Like [`state`](Api::state), with a value that has to be made first: a connection, say.
    ///
    /// The function runs once, when the API is built: at the cold start, but not for
    /// printing the route table. An error, or a panic, keeps the API from being built. The error is
    /// anything that `?` takes in a function that returns [`Error`], and that itself.
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

    /// Closes the API: everything in it needs a caller whom this authenticator recognises, except
    /// routes that are `public`.
    ///
    /// That goes for mounted services, the fallback, and for what the router itself answers: who is
    /// not recognised cannot tell which routes exist. Only preflights of CORS are answered, which
    /// carry no credentials.
    ///
    /// Of several authenticators, the next one is asked when the request has no credential for the
    /// one before; a credential that was refused is refused. A route can name the one that it
    /// means, and must do so when it has a rule: `authenticator = "staff", groups("admins")`.
    ///
    /// # Two credentials
    /// A request with good credentials for two authenticators is rejected with 400
    /// `invalid_request` ([RFC 6750, section
    /// 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1)): nobody can say which caller it is,
    /// and a gateway or a log in front of the function may have gone by the other one. What a gateway
    /// has found out counts as a credential: an IAM signature, a client certificate, the claims of its
    /// authorizer.
    ///
    /// - A route that names its authenticator has said which credential counts, and is served by that
    ///   one alone. That is the way for functions behind a gateway that signs or checks every request,
    ///   while users send a token in another header: CloudFront's origin access control, mutual TLS,
    ///   load balancers that sign users in.
    /// - A `public` route without an identity asks nobody, and looks at no credential.
    /// - `JwtAuthorizer` and `CognitoAuthorizer` read the same claims: that is one credential. A
    ///   verifier of this process (`Jwt`, `Cognito`) beside them is another way in, and a token that
    ///   both accept is rejected: the verifier alone will do, behind a gateway too.
    ///
    /// A nested API is closed by the authenticators of the API around it, unless it has some of its
    /// own: those are asked instead.
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

    /// Puts a tower layer around everything but CORS: it sees every request, whether a route
    /// exists or not, and every response. **The layer that is added first is the outermost one**, as
    /// in tower's `ServiceBuilder`, and the reverse of axum's `Router::layer`, where the last one is:
    ///
    /// | `a` sees a request before `b` does | |
    /// |---|---|
    /// | lambda-api | `Api::new().layer(a).layer(b)` |
    /// | axum | `Router::new().layer(b).layer(a)` |
    ///
    /// So the calls of an axum program are turned round when it is moved over; layers inside one
    /// `ServiceBuilder` stay as they are. The same goes for [`route_layer`](Api::route_layer) and
    /// [`Routes::layer`].
    ///
    /// The layer of a nested API sees what is routed to that API.
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
    /// An error of the layer's service is a logged 500 problem. See [`from_fn`](crate::from_fn) for
    /// middleware from an async function.
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

    /// Puts a tower layer around every route of this API and of those nested in it: it sees the
    /// requests that a route answers, after the router. As with [`layer`](Api::layer), the one that is
    /// added first is the outermost one: `route_layer(a).route_layer(b)`, where axum has
    /// `route_layer(b).route_layer(a)`.
    ///
    /// ```
    /// use lambda_api::{Api, MatchedPath, Next, Request, Response, extract, from_fn};
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
    /// A request that the router itself answers, with a 404, a 405 or the methods of a path, does
    /// not come here. A layer that counts, such as a limit, counts for each nested API apart.
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

    /// Lets pages of other origins call the API. See [`Cors`].
    ///
    /// Only for the outermost API: nested ones are inside its rules.
    pub fn cors(mut self, cors: Cors) -> Self {
        self.cors = Some(cors);
        self
    }

    /// Puts all routes of another API under a prefix, which may have parameters.
    ///
    /// The route `/` of the nested API answers at the prefix itself. A handler takes a parameter of
    /// the prefix with `#[path]`.
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
    pub fn nest(mut self, prefix: impl Into<String>, api: Api) -> Self {
        self.nests.push((prefix.into(), api));
        self
    }

    /// Puts a tower service, such as an axum `Router`, under a prefix, for every method.
    ///
    /// The service sees the path behind the prefix, `/` at least. Routes of the API go first where
    /// both fit. [`IntoService`] says which services there are.
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

    /// Like [`mount_service`](Api::mount_service), with an access rule of its own: without one, a
    /// service in an API that has an authenticator is for those whom it recognises.
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
        });
        self
    }

    /// A base path that clients write before the paths of this API, such as `/v1`: that of a custom
    /// domain's API mapping, or one that CloudFront or a load balancer passes on. It is taken off
    /// the path of an event where it is there.
    ///
    /// Several are told one by one. Each comes off at most once, in whole segments, before or after
    /// the stage and in any order: with `/v1` and `/v2`, `/v1/orders`, `/v2/orders` and
    /// `/v1/prod/orders` are `/orders` all three, and `/v1/v1/orders` is `/v1/orders`. A base path
    /// is compared as it is written here, before equivalent spellings become one.
    ///
    /// A link back into the API needs it again: [`Invocation::path_prefix`](crate::Invocation::path_prefix)
    /// has it.
    ///
    /// ```
    /// use lambda_api::Api;
    ///
    /// let api = Api::new().base_path("/v1").base_path("/shop/v2");
    /// ```
    pub fn base_path(mut self, path: impl Into<String>) -> Self {
        self.decode.add_base_path(path.into());
        self
    }

    /// Whether the stage is taken off the path of an event, in place of the gateway's own rule:
    ///
    /// | source | path of the event | by itself | `true` | `false` |
    /// |---|---|---|---|---|
    /// | HTTP API, 2.0 and 1.0 | begins with a named stage, on every domain | taken off | taken off | stays |
    /// | REST API | begins with the stage where the base path mapping of a custom domain names none, and the client writes it; nowhere else | stays | taken off | stays |
    /// | the others | has no stage | | | |
    ///
    /// It is taken off where the first segment is the stage, once, and `$default` never is. So at an
    /// HTTP API whose stage is `prod`, the route `/prod/report` is called as `/prod/prod/report` on
    /// the gateway's own domain. `false` is for an API that has the stage in its routes, as one
    /// that was moved here may have.
    ///
    /// At a REST API nothing tells `/prod/report` with a stage from the route `/prod/report`, which
    /// is why the stage stays there unless this says otherwise, and `false` changes nothing.
    pub fn strip_stage(mut self, strip: bool) -> Self {
        self.decode.strip_stage = Some(strip);
        self
    }

    /// How much a request may bring, and how large a reply may be. See [`Limits`], which are on
    /// without being set.
    ///
    /// Only for the outermost API: they hold for nested ones, too.
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

    /// Takes `/orders/` for `/orders`. Without this, they are two paths.
    pub fn ignore_trailing_slash(mut self) -> Self {
        self.ignore_trailing_slash = true;
        self
    }

    /// Restyles every problem of the application: those of handlers and those of the library.
    ///
    /// The headers of the problem, such as `allow` and `retry-after`, stay where the reply has none
    /// of that name.
    ///
    /// Only for the outermost API: it holds for nested ones, too. Where the hook panics, or responds
    /// with a status of 1xx or above 599, the problem is sent as it is.
    ///
    /// Tests see the problem itself: `TestResponse::problem` and `assert_problem` of
    /// [`lambda-api-testing`](https://docs.rs/lambda-api-testing) are about the one that the hook was
    /// given. The client receives nothing of it but what the hook puts into its response.
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
        self.finish = Finish::restyled(restyle);
        self
    }

    /// Tells the client the id of its request in a header of every response, whatever it is:
    /// handlers' own, 404s, preflights of CORS, problems, and what stands in for a panic, for a
    /// response that is too large, or for a request that could not be read.
    ///
    /// It is the id of [`Invocation::request_id`](crate::Invocation::request_id): the gateway's, or
    /// Lambda's where the gateway has none. It takes the place of a header of that name that a handler
    /// has set. A response to a request that has no id, as one to the tower service without an
    /// [`Invocation`](crate::Invocation) does, has no such header.
    ///
    /// Pages of other origins can read it only if [`Cors::expose_headers`](crate::Cors::expose_headers)
    /// names it, too.
    ///
    /// Only for the outermost API: it holds for nested ones, too. A name that is none, or that of a
    /// header which means something else, such as `content-type`, keeps the API from being built.
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

    /// The route table; nothing is made or connected for it.
    pub(crate) fn table(&self) -> Vec<RouteInfo> {
        flat::table(self)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let table = self.table();
        f.debug_list()
            .entries(
                table
                    .iter()
                    .map(|route| (route.method, &route.path, &route.handler)),
            )
            .finish()
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
