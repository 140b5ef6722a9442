//! Conversion of tower services for `mount_service` and `fallback_service`.

use super::{ServiceFn, erase_service};
use crate::{BoxError, Request};
use bytes::Bytes;
use tower::Service;

/// Services that [`Api::mount_service`](crate::Api::mount_service) and
/// [`Api::fallback_service`](crate::Api::fallback_service) accept: a tower service of [`Request`],
/// with any response body.
///
/// With the feature `lambda-http`, also a `service_fn` of a `lambda_http::Request` with the results
/// that lambda_http accepts; see the module `interop`. A closure then has to name the type of its
/// argument: `service_fn(|_: Request| ..)`.
///
/// `R` is the request type of the service and is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service of an HTTP request",
    label = "expected a tower `Service<lambda_api::Request>`",
    note = "its response must be an `http::Response`, its error must convert into `BoxError`, its future must be `Send`, and it must be `Clone + Send + Sync + 'static`"
)]
pub trait IntoService<R> {
    #[doc(hidden)]
    fn into_service(self) -> Erased;
}

/// A type-erased service.
#[doc(hidden)]
#[expect(missing_debug_implementations, reason = "the type cannot be named")]
pub struct Erased(pub(crate) ServiceFn);

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
