//! Handlers of lambda_http as services of an `Api`.

use super::RequestExtService;
use crate::{
    BoxError, Request,
    body::take,
    middleware::{Erased, IntoService},
};
use lambda_http::IntoResponse;
use tower::{Service, ServiceExt, util::ServiceFn};

// Of all services for lambda_http's request, only these can be distinguished from those for ours:
// an axum `Router` is both, and so is every layer that accepts any body.
impl<F, R> IntoService<lambda_http::Request> for ServiceFn<F>
where
    Self: Service<lambda_http::Request, Response = R> + Clone + Send + Sync + 'static,
    <Self as Service<lambda_http::Request>>::Future: Send,
    <Self as Service<lambda_http::Request>>::Error: Into<BoxError>,
    R: IntoResponse + 'static,
{
    fn into_service(self) -> Erased {
        erase(self)
    }
}

impl<F, R> IntoService<lambda_http::Request> for RequestExtService<ServiceFn<F>>
where
    Self: Service<lambda_http::Request, Response = R> + Clone + Send + Sync + 'static,
    <Self as Service<lambda_http::Request>>::Future: Send,
    <Self as Service<lambda_http::Request>>::Error: Into<BoxError>,
    R: IntoResponse + 'static,
{
    fn into_service(self) -> Erased {
        erase(self)
    }
}

fn erase<S, R>(service: S) -> Erased
where
    S: Service<lambda_http::Request, Response = R> + Clone + Send + Sync + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    R: IntoResponse + 'static,
{
    let service = service
        .map_request(|request: Request| request.map(lambda_http::Body::from))
        .and_then(|response: R| {
            // lambda_http would treat bytes without a content type as text, and corrupt some.
            let mut response = Some(response);
            let whole = take::<R, http::Response<lambda_http::Body>>(&mut response);
            let converted = response.map(IntoResponse::into_response);
            async move {
                Ok(match (whole, converted) {
                    (Some(whole), _) => whole,
                    (None, Some(converted)) => converted.await,
                    (None, None) => http::Response::default(),
                })
            }
        });
    Erased::new(service)
}
