//! Extractors for the parts of a request. They cannot fail.

use super::FromRequest;
use crate::{Invocation, LambdaContext, Operation, Request, response::media_type::BYTES};
use bytes::Bytes;
use http::{HeaderMap, Method, Uri, Version};
use std::convert::Infallible;

macro_rules! parts {
    ($($type:ty: $read:expr;)*) => { $(
        impl<'r> FromRequest<'r> for $type {
            type Rejection = Infallible;

            const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> =
                Some(|request| Ok($read(request)));

            fn describe(_: &mut Operation) {}
        }
    )* };
}

parts! {
    &'r Request: std::convert::identity;
    &'r Method: Request::method;
    Method: |request: &Request| request.method().clone();
    &'r Uri: Request::uri;
    Uri: |request: &Request| request.uri().clone();
    Version: Request::version;
    &'r HeaderMap: Request::headers;
    HeaderMap: |request: &Request| request.headers().clone();
    &'r Invocation: Invocation::of;
    Invocation: |request: &Request| Invocation::of(request).clone();
    &'r LambdaContext: |request: &'r Request| Invocation::of(request).lambda();
    LambdaContext: |request: &Request| Invocation::of(request).lambda().clone();
}

impl<'r> FromRequest<'r> for Bytes {
    type Rejection = Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> =
        Some(|request| Ok(request.body().to_bytes()));

    fn describe(operation: &mut Operation) {
        // What a client without another wish sends: every type is accepted.
        operation.optionally(|operation| operation.request_body(BYTES));
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{now, post},
        *,
    };

    #[test]
    fn every_part_is_that_of_the_request() {
        let mut request = post("text/plain", "tea");
        *request.uri_mut() = Uri::from_static("/orders?a=b");
        let Ok(whole) = now::<&Request>(&request);
        assert!(std::ptr::eq(whole, &request));
        assert_eq!(now(&request), Ok(Method::POST));
        assert_eq!(now(&request), Ok(&Method::POST));
        assert_eq!(now(&request), Ok(Uri::from_static("/orders?a=b")));
        assert_eq!(now(&request), Ok(request.uri()));
        assert_eq!(now(&request), Ok(Version::HTTP_11));
        assert_eq!(now(&request), Ok(request.headers()));
        assert_eq!(now(&request), Ok(request.headers().clone()));
        assert_eq!(now(&request), Ok(Bytes::from_static(b"tea")));
    }

    #[test]
    fn a_request_without_an_event_has_an_empty_invocation() {
        let request = post("", "");
        let Ok(invocation) = now::<&Invocation>(&request);
        assert_eq!(invocation.source(), None);
        let Ok(owned) = now::<Invocation>(&request);
        assert_eq!(owned.request_id(), None);
        let Ok(lambda) = now::<&LambdaContext>(&request);
        assert_eq!(lambda.deadline_ms, None);
        let Ok(owned) = now::<LambdaContext>(&request);
        assert_eq!(owned.request_id, "");
    }

    #[test]
    fn the_invocation_is_that_of_the_extensions() {
        let mut request = post("", "");
        request.extensions_mut().insert(Invocation::default());
        let Ok(invocation) = now::<&Invocation>(&request);
        let stored = request.extensions().get::<Invocation>().unwrap();
        assert!(std::ptr::eq(invocation, stored));
    }
}
