//! What answers where no route does.

use super::{Api, IntoService, Routes};
use crate::{
    IntoResponse, Request, Response,
    auth::Access,
    middleware::{ServiceFn, erase_service},
};
use std::{convert::Infallible, future::Future};

/// The fallback of one Api.
pub(super) enum Fallback {
    Service {
        service: ServiceFn,
        access: Access,
        /// Whether it gets the methods that a path with routes has not, too.
        every_method: bool,
    },
    /// An annotated handler, alone in its list.
    Handler(Routes),
}

/// What [`Api::fallback`] takes: an async function of the [`Request`], or the list of one handler
/// marked `#[api_handler(fallback)]`, as [`routes!`](crate::routes) makes it.
///
/// `M` tells the two apart.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no fallback",
    label = "expected an `async fn(Request) -> R`, or `routes![..]` of a handler marked `#[api_handler(fallback)]`",
    note = "a function with extractors is marked `#[api_handler(fallback)]`, and added as `fallback(routes![name])`"
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
            let answer = self(request);
            async move { Ok::<Response, Infallible>(answer.await.into_response()) }
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
    /// The list of the handler that is the fallback.
    pub(super) fn fallback_routes(&self) -> Option<&Routes> {
        match &self.fallback {
            Some(Fallback::Handler(routes)) => Some(routes),
            _ => None,
        }
    }

    /// Answers requests to paths that no route has, instead of the 404 problem.
    ///
    /// A nested API's fallback answers under its prefix. A path that exists, but not with the
    /// method of the request, stays a 405 with `allow`; a
    /// [`fallback_service`](Api::fallback_service) gets such a request, too. Of several fallbacks of
    /// one API, the last one counts.
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
    /// A handler marked [`#[api_handler(fallback)]`](macro@crate::api_handler) takes what other
    /// handlers take, but for the parameters of a path: only those of a nest's prefix are there, by
    /// `#[path]`. Access rules, timeouts and [`Routes::layer`] work as for routes;
    /// [`route_layer`](Api::route_layer)s are around routes only. Without `public`, the fallback of
    /// an API that has an authenticator is for those whom it recognises.
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
    /// It may as well stand among the routes: `routes(routes![get_order, elsewhere])`. A program
    /// with one handler for everything has `#[api_handler(fallback)]` on its `main`.
    pub fn fallback<M>(self, fallback: impl IntoFallback<M>) -> Self {
        fallback.add_to(self)
    }

    /// Hands requests that no route takes to a tower service, such as the application that the API
    /// takes the place of, route by route.
    ///
    /// The service gets every path that no route has, and of the other paths the methods that no
    /// route has, `OPTIONS` included: with a route `GET /new`, it still answers `POST /new`. A `HEAD`
    /// goes where the `GET` goes. So with such a service no request is a 404 or a 405 of the API
    /// itself. Preflights are answered by [`Api::cors`], where there are rules.
    ///
    /// A nested API's service gets what is under its prefix. In an API that has an authenticator, it
    /// is for those whom the authenticator recognises; see
    /// [`fallback_service_with`](Api::fallback_service_with). [`IntoService`] says which services
    /// there are; an axum `Router` is one.
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

    /// Like [`fallback_service`](Api::fallback_service), with an access rule of its own: without
    /// one, the fallback of an API that has an authenticator is for those whom it recognises.
    ///
    /// The rule holds for everything that the service gets: with `Access::public()`, also for the
    /// methods that a closed path does not have.
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
