//! Status, headers and cookies before the value in a tuple.

use super::{Location, status};
use crate::{Error, IntoResponse, Problem, Response, describe::Operation};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
};

/// A part of a response, such as a status or a header, before the value in a tuple.
///
/// Implemented by [`StatusCode`], `[(name, value); N]`, [`HeaderMap`],
/// [`SetCookie`](crate::response::SetCookie), arrays and `Vec`s of cookies,
/// [`Location`](struct@crate::response::Location), and `Option` of a part. Parts are applied from left to
/// right:
///
/// - a header replaces a header that the value has set; a name that one part repeats is sent
///   repeatedly; cookies are always added;
/// - before a [`Problem`] or a `Result` that is `Err`, a status and a `content-type` are ignored.
///
/// If a part cannot be applied, such as a header value with a line break, the response is a 500,
/// which is logged.
///
/// ```
/// use lambda_api::{Error, IntoResponse, Response, response::ResponsePart};
/// use http::HeaderValue;
///
/// struct MaxAge(u32);
///
/// impl ResponsePart for MaxAge {
///     fn apply(self, response: &mut Response) -> Result<(), Error> {
///         let value = HeaderValue::try_from(format!("max-age={}", self.0))?;
///         response.headers_mut().insert("cache-control", value);
///         Ok(())
///     }
/// }
///
/// let response = (MaxAge(60), "hello").into_response();
/// assert_eq!(response.headers()["cache-control"], "max-age=60");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot come before a response in a tuple",
    label = "not a status, headers, a location or cookies",
    note = "the last element of a tuple is the response itself; the elements before it can be `StatusCode`, `[(name, value); N]`, `HeaderMap`, `Location`, `SetCookie` or your own `ResponsePart`"
)]
pub trait ResponsePart {
    /// Applies the part to the response.
    ///
    /// # Errors
    /// Returns an error if the part is invalid. The client then gets a 500 instead of the response,
    /// and the error is logged.
    fn apply(self, response: &mut Response) -> Result<(), Error>;

    /// Declares what the part adds, for the OpenAPI document: see
    /// [`Operation::response_header`]. The response after it is declared before.
    fn describe(operation: &mut Operation)
    where
        Self: Sized,
    {
        let _ = operation;
    }
}

impl ResponsePart for StatusCode {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        status::set(response, self);
        Ok(())
    }

    fn describe(operation: &mut Operation) {
        operation.response_status(None);
    }
}

impl ResponsePart for Location {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        self.set(response)
    }

    fn describe(operation: &mut Operation) {
        operation.response_header("location");
    }
}

impl ResponsePart for HeaderMap {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        let mut last = None;
        for (name, value) in self {
            // `HeaderMap` yields a name only with the first of its values.
            let first = name.is_some();
            if name.is_some() {
                last = name;
            }
            if let Some(name) = &last {
                put(response, name.clone(), value, first);
            }
        }
        Ok(())
    }
}

impl<N, V, const LEN: usize> ResponsePart for [(N, V); LEN]
where
    N: TryInto<HeaderName, Error: Into<http::Error>>,
    V: TryInto<HeaderValue, Error: Into<http::Error>>,
{
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        let mut headers = HeaderMap::with_capacity(LEN);
        for (name, value) in self {
            let name = name
                .try_into()
                .map_err(|error| invalid(error.into(), None))?;
            let value = value
                .try_into()
                .map_err(|error| invalid(error.into(), Some(&name)))?;
            headers.append(name, value);
        }
        headers.apply(response)
    }
}

#[cold]
fn invalid(error: http::Error, name: Option<&HeaderName>) -> Error {
    // The value is left out: it may be a secret.
    Error::new(error).context(match name {
        Some(name) => format!("the value of the response header `{name}` is invalid"),
        None => "the name of a response header is invalid".to_owned(),
    })
}

fn put(response: &mut Response, name: HeaderName, value: HeaderValue, first: bool) {
    if name == CONTENT_TYPE && Problem::is_in(response) {
        return;
    }
    if first && name != SET_COOKIE {
        response.headers_mut().insert(name, value);
    } else {
        response.headers_mut().append(name, value);
    }
}

impl<P: ResponsePart> ResponsePart for Option<P> {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        self.map_or(Ok(()), |part| part.apply(response))
    }

    fn describe(operation: &mut Operation) {
        operation.optionally(P::describe);
    }
}

macro_rules! tuple {
    ($(($($part:ident)*))*) => { $(
        /// The response of the last element, with the parts before it applied from left to right.
        impl<$($part: ResponsePart,)* T: IntoResponse> IntoResponse for ($($part,)* T) {
            #[allow(non_snake_case)]
            fn into_response(self) -> Response {
                let ($($part,)* value) = self;
                let mut response = value.into_response();
                $(if let Err(error) = $part.apply(&mut response) {
                    return Problem::from_error(&error).into_response();
                })*
                response
            }

            fn describe(operation: &mut Operation) {
                T::describe(operation);
                $($part::describe(operation);)*
            }
        }
    )* };
}
tuple! { (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) }
