//! Fallbacks: handlers and services for requests that no route matches.

use super::{Api, Fallback, Routes};
use crate::{
    IntoResponse, Request, Response,
    auth::Access,
    middleware::{IntoService, erase_service},
};
use std::{convert::Infallible, future::Future};

/// Types that [`Api::fallback`] accepts: an async function of the [`Request`], or a
/// [`routes!`](crate::routes) list of one handler marked `#[api_handler(fallback)]`.
///
/// `M` distinguishes the two implementations.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a fallback",
    label = "expected an `async fn(Request) -> R`, or `routes![..]` with an `#[api_handler(fallback)]`",
    note = "mark a function with extractors `#[api_handler(fallback)]`, and add it as `fallback(routes![name])`"
)]
pub trait IntoFallback<M> {
    #[doc(hidden)]
    fn add_to(self, api: Api) -> Api;
}

impl IntoFallback<()> for Routes {
    fn add_to(self, mut api: Api) -> Api {
        api.fallback = Some(Fallback::Handler(self));
        api
    }
}

impl<F, Fut, R> IntoFallback<fn(Request) -> Fut> for F
where
    F: Fn(Request) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse,
{
    fn add_to(self, mut api: Api) -> Api {
        let service = tower::service_fn(move |request: Request| {
            let response = self(request);
            async move { Ok::<Response, Infallible>(response.await.into_response()) }
        });
        api.fallback = Some(Fallback::Service {
            service: erase_service(service),
            access: Access::authenticated(),
            every_method: false,
        });
        api
    }
}

impl Api {
    /// The list that contains the fallback handler.
    pub(super) fn fallback_routes(&self) -> Option<&Routes> {
        match &self.fallback {
            Some(Fallback::Handler(routes)) => Some(routes),
            _ => None,
        }
    }

    /// Sets the handler of paths that no route matches, in place of the 404 problem.
    ///
    /// The fallback of a nested API handles the paths under its prefix. If the path exists but not
    /// with the method of the request, the response is still a 405 with `allow`; a
    /// [`fallback_service`](Api::fallback_service) gets such requests too. If an API sets several
    /// fallbacks, the last one applies.
    ///
    /// ```
    /// use lambda_api::{Api, Problem, Request};
    /// use http::StatusCode;
    ///
    /// let api = Api::new().fallback(async |_request: Request| {
    ///     Problem::new(StatusCode::NOT_FOUND, "no_such_page")
    /// });
    /// ```
    ///
    /// # With extractors and access rules
    ///
    /// A handler marked [`#[api_handler(fallback)]`](macro@crate::api_handler) takes the same
    /// arguments as other handlers, except for path parameters: only those of a nested API's prefix
    /// exist, with `#[path]`. Access rules, timeouts and [`Routes::layer`] work as for routes;
    /// [`route_layer`](Api::route_layer)s do not apply. Without `public`, the fallback of an API
    /// that has an authenticator requires authentication.
    ///
    /// ```
    /// use lambda_api::{Api, State, api_handler, routes};
    /// use http::{Method, Uri};
    ///
    /// #[derive(Clone)]
    /// struct Origin(&'static str);
    ///
    /// #[api_handler(fallback, public)]
    /// async fn elsewhere(method: Method, uri: &Uri, State(origin): State<Origin>) -> String {
    ///     format!("{method} {}{uri}", origin.0)
    /// }
    ///
    /// let api = Api::new()
    ///     .state(Origin("https://old.example.com"))
    ///     .fallback(routes![elsewhere]);
    /// ```
    ///
    /// It can also be listed among the routes: `routes(routes![get_order, elsewhere])`. A program
    /// with a single handler for all requests puts `#[api_handler(fallback)]` on its `main`.
    pub fn fallback<M>(self, fallback: impl IntoFallback<M>) -> Self {
        fallback.add_to(self)
    }

    /// Passes requests that no route matches to a tower service, such as the application that the
    /// API replaces route by route.
    ///
    /// The service gets every path without a route. On paths with routes, it gets the methods that
    /// no route has, including `OPTIONS`: with a route `GET /new`, it still gets `POST /new`.
    /// `HEAD` is routed like `GET`. So the API itself never responds with a 404 or a 405.
    /// [`Api::cors`], if set, handles preflights.
    ///
    /// The service of a nested API gets the requests under its prefix. In an API that has an
    /// authenticator, it requires authentication; see
    /// [`fallback_service_with`](Api::fallback_service_with). [`IntoService`] lists the types of
    /// services that it accepts, such as an axum `Router`.
    ///
    /// ```
    /// use lambda_api::{Api, Body, Request, Response, api_handler, routes};
    /// use std::convert::Infallible;
    /// use tower::ServiceExt;
    ///
    /// #[api_handler(GET "/orders")]
    /// async fn list() -> &'static str { "ported" }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), lambda_api::BoxError> {
    /// let legacy = tower::service_fn(|_: Request| async {
    ///     Ok::<_, Infallible>(Response::new(Body::from("legacy")))
    /// });
    /// let api = Api::new().routes(routes![list]).fallback_service(legacy);
    ///
    /// let request = http::Request::post("/orders").body(Body::empty())?;
    /// let response = api.build().await?.oneshot(request).await?;
    /// assert_eq!(response.into_body().collect().await?, "legacy");
    /// # Ok(())
    /// # }
    /// ```
    pub fn fallback_service<R>(self, service: impl IntoService<R>) -> Self {
        self.fallback_service_with(Access::authenticated(), service)
    }

    /// Like [`fallback_service`](Api::fallback_service), with an access rule. Without a rule, the
    /// fallback of an API that has an authenticator requires authentication.
    ///
    /// The rule applies to everything that the service gets: `Access::public()` also allows the
    /// methods that a path with protected routes does not have.
    ///
    /// ```
    /// use lambda_api::{Api, Body, Request, Response, auth::Access};
    /// use std::convert::Infallible;
    ///
    /// let website = tower::service_fn(|_: Request| async {
    ///     Ok::<_, Infallible>(Response::new(Body::from("<h1>Hello</h1>")))
    /// });
    /// let api = Api::new().fallback_service_with(Access::public(), website);
    /// ```
    pub fn fallback_service_with<R>(
        mut self,
        access: Access,
        service: impl IntoService<R>,
    ) -> Self {
        self.fallback = Some(Fallback::Service {
            service: service.into_service().0,
            access,
            every_method: true,
        });
        self
    }
}
