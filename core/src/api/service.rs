//! What an Api takes as a tower service.

use crate::{
    BoxError, Request,
    middleware::{ServiceFn, erase_service},
};
use bytes::Bytes;
use tower::Service;

/// What [`Api::mount_service`](crate::Api::mount_service) and
/// [`Api::fallback_service`](crate::Api::fallback_service) take: a tower service of the [`Request`],
/// whose response has any body.
///
/// With the feature `lambda-http`, a `service_fn` of a `lambda_http::Request` as well, with the
/// results that lambda_http takes; see the module `interop`. Then a closure has to name the type of
/// its argument: `service_fn(|_: Request| ..)`.
///
/// `R` is the request that the service is for, and told by the service.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no service of an HTTP request",
    label = "expected a tower `Service<lambda_api::Request>`",
    note = "its response is an `http::Response`, its error converts into `BoxError`, its future is `Send`, and it is `Clone + Send + Sync + 'static`"
)]
pub trait IntoService<R> {
    #[doc(hidden)]
    fn into_service(self) -> Erased;
}

/// A service without its type.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "nobody can name it")]
pub struct Erased(pub(super) ServiceFn);

impl Erased {
    pub(crate) fn new<S, B>(service: S) -> Self
    where
        S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(erase_service(service))
    }
}

impl<S, B> IntoService<Request> for S
where
    S: Service<Request, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn into_service(self) -> Erased {
        Erased::new(self)
    }
}
