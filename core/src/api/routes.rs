//! Lists of routes, made by `routes!`.

use crate::{
    BoxError, Request,
    endpoint::Route,
    middleware::{LayerFn, Next, erase_layer},
};
use bytes::Bytes;
use std::{borrow::Cow, fmt};
use tower::{Layer, Service};

/// A list of routes for [`Api::routes`](crate::Api::routes), made by [`routes!`](crate::routes).
#[must_use = "routes do nothing until they are added to an `Api`"]
pub struct Routes {
    pub(super) routes: &'static [Route],
    pub(super) layers: Vec<LayerFn>,
    /// The tags of all routes in the document.
    #[cfg(feature = "openapi")]
    pub(super) tags: Vec<Cow<'static, str>>,
}

impl Routes {
    #[doc(hidden)]
    pub const fn __new(routes: &'static [Route]) -> Self {
        Self {
            routes,
            layers: Vec::new(),
            #[cfg(feature = "openapi")]
            tags: Vec::new(),
        }
    }

    /// Adds a tower layer around each of these routes. As with [`Api::layer`](crate::Api::layer),
    /// the layer that is added first is the outermost one: `layer(a).layer(b)` is
    /// `layer(b).layer(a)` of axum's `MethodRouter`.
    ///
    /// ```
    /// use lambda_api::{Api, Request, Response, api_handler, middleware::{Next, from_fn}, routes};
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

    /// Adds a tag to each of these routes in the OpenAPI document (feature `openapi`), after the tags
    /// of the handlers. Tools group operations by it.
    ///
    /// ```
    /// use lambda_api::{Api, api_handler, routes};
    ///
    /// #[api_handler(GET "/orders")]
    /// async fn list() -> &'static str { "[]" }
    ///
    /// let api = Api::new().routes(routes![list].tag("orders"));
    /// ```
    pub fn tag(mut self, tag: impl Into<Cow<'static, str>>) -> Self {
        self.add_tag(tag.into());
        self
    }

    #[cfg(feature = "openapi")]
    fn add_tag(&mut self, tag: Cow<'static, str>) {
        self.tags.push(tag);
    }

    #[cfg(not(feature = "openapi"))]
    fn add_tag(&mut self, _: Cow<'static, str>) {}

    /// Returns the number of routes: one for each method and path of each handler.
    #[must_use]
    pub fn len(&self) -> usize {
        self.routes.iter().map(|route| route.places().count()).sum()
    }

    /// Returns `true` if the list is empty.
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

/// Collects handlers into [`Routes`](crate::Routes) for an [`Api`](crate::Api).
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
/// Each element is the name of a function marked [`#[api_handler(..)]`](macro@crate::api_handler),
/// or a path to it. If the function is not marked, the compiler reports "expected type, found
/// function". The macro finds the library even if the dependency is renamed.
///
/// Two handlers with the same method and path are a compile error at the second one, even if the
/// names of their parameters differ. The check is cheap, even for hundreds of routes:
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
/// // duplicate route: `app::other` handles GET /orders/{number}, and so does `app::one` ..
/// ```
///
/// [`Api::build`](crate::Api::build) finds duplicates between several `routes!`.
#[macro_export]
macro_rules! routes {
    ($($handlers:tt)*) => {
        $crate::__private::routes!($crate; $($handlers)*)
    };
}
