//! What stands before the value in a tuple: a status, headers, cookies.

use super::status;
use crate::{Error, IntoResponse, Problem, Response, describe::Operation};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
};

/// Something that is added to a reply, in a tuple before it.
///
/// These are there: [`StatusCode`], `[(name, value); N]`, [`HeaderMap`],
/// [`SetCookie`](crate::SetCookie), arrays and `Vec`s of cookies, and `Option` of a part.
/// They are applied from left to right:
///
/// - a header takes the place of one that the value has set, and a name that one part repeats is
///   sent repeatedly; cookies always add up;
/// - a status that stands before a [`Problem`] or a `Result` that is `Err` is ignored, and so is a
///   `content-type`: an error stays the error that it is.
///
/// A part that cannot be applied, as a header value with a line break, makes the whole reply a
/// logged 500.
///
/// ```
/// use lambda_api::{Error, IntoResponse, Response, ResponsePart};
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
/// let reply = (MaxAge(60), "hello").into_response();
/// assert_eq!(reply.headers()["cache-control"], "max-age=60");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand before a reply in a tuple",
    label = "neither a status, nor headers, nor cookies",
    note = "the last element of a tuple is the reply itself; what stands before it is `StatusCode`, `[(name, value); N]`, `HeaderMap`, `SetCookie` or a `ResponsePart` of your own"
)]
pub trait ResponsePart {
    /// Changes the reply.
    ///
    /// # Errors
    /// When the part is invalid: the client gets a 500 in place of the reply, and the error is
    /// logged.
    fn apply(self, response: &mut Response) -> Result<(), Error>;

    /// Says what the part adds, for the description of the API.
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
}

impl ResponsePart for HeaderMap {
    fn apply(self, response: &mut Response) -> Result<(), Error> {
        let mut last = None;
        for (name, value) in self {
            // A map gives the name only with the first of its values.
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
    // The value itself may be a secret.
    Error::new(error).context(match name {
        Some(name) => format!("the value of the reply's header `{name}` is invalid"),
        None => "the name of a header of the reply is invalid".to_owned(),
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
        P::describe(operation);
    }
}

macro_rules! tuple {
    ($(($($part:ident)*))*) => { $(
        /// The value of the last element with the parts before it applied, from left to right.
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
