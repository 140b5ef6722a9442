//! A list of routes, as `routes!` makes it.

use crate::{
    BoxError, Next, Request,
    endpoint::Route,
    middleware::{LayerFn, erase_layer},
};
use bytes::Bytes;
use std::fmt;
use tower::{Layer, Service};

/// Routes to add to an [`Api`](crate::Api): what [`routes!`](crate::routes) makes.
#[must_use = "routes do nothing until they are added to an `Api`"]
pub struct Routes {
    pub(super) routes: &'static [Route],
    pub(super) layers: Vec<LayerFn>,
}

impl Routes {
    #[doc(hidden)]
    pub const fn __new(routes: &'static [Route]) -> Self {
        Self {
            routes,
            layers: Vec::new(),
        }
    }

    /// Puts a tower layer around just these routes, one or several; around each by itself. As with
    /// [`Api::layer`](crate::Api::layer), the one that is added first is the outermost one:
    /// `layer(a).layer(b)`, where axum's `MethodRouter` has `layer(b).layer(a)`.
    ///
    /// ```
    /// use lambda_api::{Api, Next, Request, Response, api_handler, from_fn, routes};
    ///
    /// async fn slowly(request: Request, next: Next) -> Response {
    ///     next.run(request).await
    /// }
    ///
    /// #[api_handler(GET "/report")]
    /// async fn report() -> &'static str { "done" }
    ///
    /// let api = Api::new().routes(routes![report].layer(from_fn(slowly)));
    /// ```
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

    /// How many routes there are: one for each method and path of each handler.
    #[must_use]
    pub fn len(&self) -> usize {
        self.routes.iter().map(|route| route.places().count()).sum()
    }

    /// Whether there is no route.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }
}

impl fmt::Debug for Routes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(
                self.routes
                    .iter()
                    .flat_map(Route::places)
                    .map(|place| (place.method, place.path)),
            )
            .finish()
    }
}

/// Collects handlers, to be added to an [`Api`](crate::Api).
///
/// ```
/// use lambda_api::{Api, api_handler, routes};
///
/// mod orders {
///     use lambda_api::api_handler;
///
///     #[api_handler(GET "/orders/{id}")]
///     pub async fn get(id: u64) -> String {
///         id.to_string()
///     }
/// }
///
/// #[api_handler(GET "/health", public)]
/// async fn health() -> &'static str {
///     "ok"
/// }
///
/// let api = Api::new().routes(routes![
///     health,
///     orders::get,
///     #[cfg(feature = "admin")]
///     admin::purge,
/// ]);
/// ```
///
/// Each one is the name of a function marked [`#[api_handler(..)]`](macro@crate::api_handler), or
/// the path to it; of a function that is not marked, the compiler says "expected type, found
/// function". The macro finds the library by itself, under whatever name a program depends on it.
///
/// Two handlers of one method and path are an error at the second, however their parameters are
/// named; this costs next to nothing, for hundreds of routes too:
///
/// ```compile_fail,E0080
/// # use lambda_api::{api_handler, routes};
/// #[api_handler(GET "/orders/{id}")]
/// async fn one(id: u64) -> String { id.to_string() }
///
/// #[api_handler(GET "/orders/{number}")]
/// async fn other(number: u64) -> String { number.to_string() }
///
/// let routes = routes![one, other];
/// // duplicate route: `app::other` answers GET /orders/{number}, and so does `app::one` ..
/// ```
///
/// What several `routes!` have in common is found by [`Api::build`](crate::Api::build).
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes!($crate; $($handlers)*)
    };
}
