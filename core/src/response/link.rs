//! Links to routes.

use super::link_value::{Invalid, text};
use crate::{Error, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::{borrow::Cow, fmt};

/// A link to a route: the handler, and the values of its path parameters.
///
/// `#[api_handler]` adds a function `path` to each handler that has a path. It takes one value for each
/// parameter of the path, in their order, with the types of the arguments. So a link to a route that
/// does not exist, or with a value of another type, is a compile error:
///
/// ```
/// use lambda_api::{Api, Body, Created, Json, api_handler, routes};
/// # use tower::ServiceExt;
///
/// #[api_handler(POST "/orders")]
/// async fn place_order() -> Created<Json<u64>> {
///     Created::at(get_order::path(7), Json(7))
/// }
///
/// #[api_handler(GET "/orders/{id}")]
/// async fn get_order(id: u64) -> Json<u64> { Json(id) }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let orders = Api::new().routes(routes![place_order, get_order]);
/// let app = Api::new().nest("/v1", orders).build().await?;
/// let request = http::Request::post("/v1/orders").body(Body::empty())?;
/// let response = app.oneshot(request).await?;
/// assert_eq!(response.headers()["location"], "/v1/orders/7");
/// # Ok(())
/// # }
/// ```
///
/// [`Created::at`](crate::Created::at), [`Redirect`](crate::response::Redirect) and
/// [`Location`](struct@crate::response::Location) take a link. The library writes the header once the
/// handler has responded, so layers see it, but a response that a unit test gets from the function itself
/// has no `location` yet. The header of a layer's response is written when it leaves the application:
/// outer layers do not see it, and must keep the extensions of the response. [`to_string`](Self::to_string) is for links in bodies.
///
/// # The path of a link
///
/// It consists of:
///
/// - [`Invocation::path_prefix`](crate::Invocation::path_prefix): the stage and the base path that the
///   client used;
/// - the prefix of the [nested API](crate::Api::nest) with the route. The part that the request in hand
///   shares is taken from its path, so a link within `/tenants/{tenant}` has the tenant of the request.
///   [`with`](Self::with) sets a parameter of the rest. If a route is in several nested APIs, the link
///   goes to one whose prefix has all parameters that `with` sets; of several, to the one that shares most
///   with the request, then to the one with the shortest rest of a prefix, and then to the first one;
/// - the path of the handler, the first one if it has several. Its values are written through
///   [`serde::Serialize`] and percent-encoded. In a greedy parameter, slashes remain.
///
/// If a layer responds to a request without a route, such as a 404, the request shares the prefixes that
/// its path is under. A prefix that a layer or a router of another crate removes from the path, such as
/// `nest_service` of `axum`, is not known, so a link does not have it: use
/// [`Api::mount_service`](crate::Api::mount_service), or give the app the whole path.
///
/// # Errors
///
/// A link that cannot be resolved is a 500, which is logged with the reason, and fails the test of a
/// `TestClient`, unless a layer replaces that response by a new one. This happens if:
///
/// - no [`Api`](crate::Api) of the application has the route
/// - a parameter of a prefix has no value
/// - a value is not one text, such as a list
/// - a value is empty, `.` or `..`, or a segment of a greedy value is: clients and gateways remove such
///   segments from a path
/// - the request came through an HTTP API, and a value has a `?`, or a `/` that is not in a greedy parameter:
///   an HTTP API decodes the path before the function gets it, so the link would lead to another route
///
/// The last rule depends on the request in hand: if a function is behind an HTTP API and another source, or
/// a link is followed elsewhere, check such values.
#[derive(Clone)]
#[must_use = "a link does nothing until it is in a response"]
pub struct Link {
    target: &'static dyn Target,
    parts: Parts,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Parts {
    values: Vec<LinkValue>,
    prefix: Vec<(Cow<'static, str>, LinkValue)>,
    /// Encoded, with the `?` at its beginning.
    query: String,
    invalid_query: Option<String>,
}

/// The text of a value, or why it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct LinkValue(Result<String, String>);

/// The route that a link leads to.
pub(crate) trait Target: Send + Sync {
    /// Module, name, file and line of the handler.
    fn handler(&self) -> (&'static str, &'static str, &'static str, u32);

    /// The path of the handler, without prefixes.
    fn path(&self) -> &'static str;

    fn resolve(&self, link: &Link, request: &Request) -> Result<String, Error>;
}

/// All but the unreserved characters of RFC 3986, section 2.3.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Link {
    pub(crate) fn new(target: &'static dyn Target, values: Vec<LinkValue>) -> Self {
        Self {
            target,
            parts: Parts {
                values,
                ..Parts::default()
            },
        }
    }

    /// Sets a parameter of the prefix that the route is nested under, in place of the value of the
    /// request in hand. If the route is in several nested APIs, the link goes to one with this parameter.
    ///
    /// ```
    /// use lambda_api::{api_handler, response::Redirect};
    ///
    /// // Nested at `/tenants/{tenant}`.
    /// #[api_handler(GET "/orders")]
    /// async fn list_orders() {}
    ///
    /// #[api_handler(GET "/start")]
    /// async fn start() -> Redirect {
    ///     Redirect::to(list_orders::path().with("tenant", "blue"))
    /// }
    /// ```
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Serialize) -> Self {
        let (name, value) = (name.into(), LinkValue::of(&value));
        self.parts.prefix.retain(|(known, _)| *known != name);
        self.parts.prefix.push((name, value));
        self
    }

    /// Adds a query parameter. A name may repeat; the `None` of an `Option` adds nothing.
    ///
    /// ```
    /// use lambda_api::api_handler;
    ///
    /// #[api_handler(GET "/orders")]
    /// async fn list_orders(#[query] page: Option<u32>) {}
    ///
    /// let next = list_orders::path().query("page", 2);
    /// ```
    pub fn query(mut self, name: impl AsRef<str>, value: impl Serialize) -> Self {
        let name = name.as_ref();
        match text(&value) {
            Ok(Some(value)) => {
                let query = &mut self.parts.query;
                query.push(if query.is_empty() { '?' } else { '&' });
                query.extend(utf8_percent_encode(name, ENCODED));
                query.push('=');
                query.extend(utf8_percent_encode(&value, ENCODED));
            }
            Ok(None) => {}
            Err(error) => {
                let error = format!("the query parameter `{name}` is invalid: {error}");
                self.parts.invalid_query.get_or_insert(error);
            }
        }
        self
    }

    /// Returns the path of the link with its query, as clients write it, for a link in a body.
    ///
    /// ```
    /// use lambda_api::{Error, Json, Request, api_handler};
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize)]
    /// struct Order { id: u64, href: String }
    ///
    /// #[api_handler(GET "/orders/{id}")]
    /// async fn get_order(id: u64, request: &Request) -> Result<Json<Order>, Error> {
    ///     let href = get_order::path(id).to_string(request)?;
    ///     Ok(Json(Order { id, href }))
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns an error if the link [cannot be resolved](#errors), or if the request was not routed by
    /// an [`App`](crate::App).
    pub fn to_string(&self, request: &Request) -> Result<String, Error> {
        self.target
            .resolve(self, request)
            .map_err(|error| self.unresolved(error))
    }

    #[cold]
    fn unresolved(&self, error: Error) -> Error {
        let (module, name, file, line) = self.target.handler();
        error.context(format!(
            "the link to `{module}::{name}` ({file}:{line}) cannot be resolved"
        ))
    }

    /// The values of the parameters of the handler's path, in their order.
    pub(crate) fn values(&self) -> impl Iterator<Item = &LinkValue> {
        self.parts.values.iter()
    }

    /// The parameters of the prefix that are set, with their values.
    pub(crate) fn prefix(&self) -> impl Iterator<Item = (&str, &LinkValue)> {
        let prefix = self.parts.prefix.iter();
        prefix.map(|(name, value)| (&**name, value))
    }

    /// The encoded query, with the `?` before it.
    pub(crate) fn encoded_query(&self) -> Result<&str, Error> {
        match &self.parts.invalid_query {
            None => Ok(&self.parts.query),
            Some(error) => Err(Error::msg(error.clone())),
        }
    }
}

/// A value of a path parameter: the bound of the functions `path`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into the path of a link",
    label = "does not implement `serde::Serialize`",
    note = "derive `serde::Serialize` for it; it must write what its `Deserialize` reads"
)]
#[doc(hidden)]
pub trait LinkArgument {
    fn link_value(&self) -> LinkValue;
}

impl<T: Serialize + ?Sized> LinkArgument for T {
    fn link_value(&self) -> LinkValue {
        LinkValue::of(self)
    }
}

impl LinkValue {
    fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::new(text(value))
    }

    fn new(text: Result<Option<String>, Invalid>) -> Self {
        let text = text.map_err(|error| error.to_string());
        Self(text.and_then(|text| text.ok_or_else(|| "expected a value, found none".to_owned())))
    }

    /// Why a value leads to another route if the path is decoded before it is matched.
    pub(crate) fn lost_if_decoded(&self, greedy: bool) -> Option<&'static str> {
        let text = self.0.as_deref().ok()?;
        if text.contains('/') && !greedy {
            return Some(
                "it has a `/`, and an HTTP API decodes `%2F` before the function gets the path",
            );
        }
        let lost = text.contains('?');
        lost.then_some(
            "it has a `?`, and an HTTP API decodes `%3F` before the function gets the path",
        )
    }

    /// Appends the value as one segment, or as several.
    pub(crate) fn write(&self, path: &mut String, greedy: bool) -> Result<(), &str> {
        let text = self.0.as_deref().map_err(String::as_str)?;
        let segments = if greedy { usize::MAX } else { 1 };
        for (index, segment) in text.splitn(segments, '/').enumerate() {
            match segment {
                "" if text.is_empty() => return Err("expected a segment, found an empty text"),
                "" => return Err("a segment is empty"),
                "." | ".." => {
                    return Err(
                        "a segment is `.` or `..`, which clients and gateways remove from a path",
                    );
                }
                _ => {}
            }
            if index > 0 {
                path.push('/');
            }
            path.extend(utf8_percent_encode(segment, ENCODED));
        }
        Ok(())
    }
}

/// Two links are equal if they have the same handler, values, prefix and query.
impl PartialEq for Link {
    fn eq(&self, other: &Self) -> bool {
        self.target.handler() == other.target.handler() && self.parts == other.parts
    }
}

impl Eq for Link {}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (module, name, ..) = self.target.handler();
        let values = self.parts.values.iter().map(|LinkValue(value)| value);
        let mut debug = f.debug_struct("Link");
        debug
            .field("handler", &format_args!("{module}::{name}"))
            .field("path", &self.target.path())
            .field("values", &values.collect::<Vec<_>>());
        if !self.parts.prefix.is_empty() {
            debug.field("prefix", &self.parts.prefix);
        }
        if !self.parts.query.is_empty() {
            debug.field("query", &self.parts.query);
        }
        if let Some(error) = &self.parts.invalid_query {
            debug.field("invalid_query", error);
        }
        debug.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &str, greedy: bool) -> Result<String, String> {
        let mut path = String::new();
        let value = LinkValue::of(value);
        value.write(&mut path, greedy).map_err(str::to_owned)?;
        Ok(path)
    }

    #[test]
    fn a_value_is_one_encoded_segment() {
        for (value, expected) in [
            ("tea", "tea"),
            ("AZaz09-._~", "AZaz09-._~"),
            ("a/b", "a%2Fb"),
            ("ü %?#\\+&;", "%C3%BC%20%25%3F%23%5C%2B%26%3B"),
            ("...", "..."),
            ("../x", "..%2Fx"),
            ("\0\r\n", "%00%0D%0A"),
        ] {
            assert_eq!(written(value, false).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_greedy_value_keeps_its_slashes() {
        for (value, expected) in [("a", "a"), ("a/b c/..d", "a/b%20c/..d")] {
            assert_eq!(written(value, true).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn segments_that_do_not_survive_are_rejected() {
        for (value, greedy) in [
            ("", false),
            (".", false),
            ("..", false),
            ("", true),
            ("/a", true),
            ("//example.com", true),
            ("a//b", true),
            ("a/", true),
            ("a/../b", true),
            ("./a", true),
        ] {
            assert!(written(value, greedy).is_err(), "{value:?}");
        }
    }
}
