//! CORS: cross-origin requests from browsers.

use super::{Next, origin::OriginRule};
use crate::body::{BoxFuture, Request, Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE,
        ORIGIN, VARY,
    },
};
use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

/// CORS rules: which pages of other origins may call the API from a browser.
///
/// The rules are validated when the API is built. A preflight request to a path with routes gets
/// the methods of these routes. In an API with an authenticator, it gets all methods on every path,
/// because preflights carry no credentials. All other responses, including problems, get the
/// headers that allow the page to read them.
///
/// ```
/// use lambda_api::{Api, Cors};
/// use std::time::Duration;
///
/// let api = Api::new().cors(
///     Cors::new()
///         .allow_origins(["https://app.example.com"])
///         .allow_credentials()
///         .max_age(Duration::from_secs(600)),
/// );
/// ```
///
/// The local server of debug builds applies the same rules: it allows the pages of each origin that
/// is named exactly, such as `http://localhost:5173`. `*` and wildcards only allow pages on this
/// machine, at any port, because a developer also visits other pages while the server runs. `serve
/// --allow-origin URL` allows further origins.
///
/// See the [Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol). If the gateway has
/// its own CORS configuration, use either that or these rules, not both.
#[derive(Clone, Debug, Default)]
#[must_use = "rules do nothing until they are passed to `Api::cors`"]
pub struct Cors {
    origins: List,
    headers: Option<List>,
    expose: List,
    credentials: bool,
    max_age: Option<Duration>,
}

#[derive(Clone, Debug)]
enum List {
    Any,
    These(Vec<String>),
}

impl Default for List {
    fn default() -> Self {
        List::These(Vec::new())
    }
}

impl List {
    fn these<S: Into<String>>(items: impl IntoIterator<Item = S>) -> Self {
        List::These(items.into_iter().map(Into::into).collect())
    }

    fn is_any(&self) -> bool {
        matches!(self, List::Any)
    }
}

impl Cors {
    /// Creates rules that allow no origin, and the request headers `authorization` and
    /// `content-type`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the allowed origins, such as `https://app.example.com`: with the port if it is not the
    /// default one, and without a path.
    ///
    /// `https://*.example.com` allows all subdomains, of one or more labels, but not
    /// `https://example.com` itself; the scheme and the port must match. `*` is the whole first
    /// label, before a domain of at least two labels (or `localhost`). Everyone who can host a page
    /// below that domain is allowed, so do not use a domain that is open to everyone, such as
    /// `github.io`.
    ///
    /// ```
    /// use lambda_api::Cors;
    ///
    /// let cors = Cors::new().allow_origins([
    ///     "https://example.com",
    ///     "https://*.example.com",
    ///     "http://localhost:5173",
    /// ]);
    /// ```
    ///
    /// Write an origin as browsers send it ([RFC 6454, section
    /// 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)). `build` fails if it has another
    /// spelling, since it would never match: upper case, the default port
    /// (`https://a.example:443`), a trailing `/`, a user, a name that is not in punycode, or
    /// `null`, which pages without an origin send.
    pub fn allow_origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.origins = List::these(origins);
        self
    }

    /// Allows pages of every origin (`*`). Cannot be combined with
    /// [`allow_credentials`](Cors::allow_credentials).
    pub fn allow_any_origin(mut self) -> Self {
        self.origins = List::Any;
        self
    }

    /// Sets the request headers that pages may send, in place of `authorization` and
    /// `content-type`.
    pub fn allow_headers<S: Into<String>>(mut self, headers: impl IntoIterator<Item = S>) -> Self {
        self.headers = Some(List::these(headers));
        self
    }

    /// Allows pages to send every request header (`*`, and `authorization`, which `*` does not
    /// include in browsers). Cannot be combined with
    /// [`allow_credentials`](Cors::allow_credentials).
    pub fn allow_any_header(mut self) -> Self {
        self.headers = Some(List::Any);
        self
    }

    /// Sets the response headers that pages may read, in addition to those that browsers always
    /// expose.
    pub fn expose_headers<S: Into<String>>(mut self, headers: impl IntoIterator<Item = S>) -> Self {
        self.expose = List::these(headers);
        self
    }

    /// Allows pages to send cookies and HTTP authentication.
    pub fn allow_credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// Sets how long a browser may cache the response to a preflight, in whole seconds. Browsers
    /// limit it to 2 to 24 hours.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// The rules, for a template.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn rules(&self) -> CorsRules {
        let names = |list: &List| match list {
            List::Any => vec!["*".to_owned()],
            List::These(names) => names.clone(),
        };
        CorsRules {
            origins: names(&self.origins),
            headers: match &self.headers {
                None => vec![AUTHORIZATION.to_string(), CONTENT_TYPE.to_string()],
                // Browsers only send `authorization` if it is named, even if there is a `*`.
                Some(List::Any) => vec!["*".to_owned(), AUTHORIZATION.to_string()],
                Some(List::These(names)) => names.clone(),
            },
            expose: names(&self.expose),
            credentials: self.credentials,
            max_age: self.max_age,
        }
    }

    /// The allowed origins, for the local server: those that are named exactly, and whether there
    /// are others.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn named_origins(&self) -> (Vec<String>, bool) {
        let List::These(origins) = &self.origins else {
            return (Vec::new(), true);
        };
        let rules = || {
            origins
                .iter()
                .filter_map(|origin| OriginRule::parse(origin).ok())
        };
        let exact = rules().filter_map(|rule| match rule {
            OriginRule::Exact(origin) => Some(origin),
            OriginRule::SubDomains { .. } => None,
        });
        let has_wildcard = rules().any(|rule| matches!(rule, OriginRule::SubDomains { .. }));
        (exact.collect(), has_wildcard)
    }

    /// Creates the tower layer of these rules. Invalid rules are left out, and added to `errors`.
    pub(crate) fn layer(&self, errors: &mut Vec<String>) -> CorsLayer {
        if self.credentials
            && (self.origins.is_any() || self.headers.as_ref().is_some_and(List::is_any))
        {
            errors.push(
                "cors: `*` for origins or headers cannot be combined with credentials: name the \
                 origins with `allow_origins` and the headers with `allow_headers`"
                    .to_owned(),
            );
            return CorsLayer::new();
        }
        let mut layer = CorsLayer::new();
        layer = layer.allow_origin(match &self.origins {
            List::Any => AllowOrigin::any(),
            List::These(origins) => allow(origins, errors),
        });
        layer = layer.allow_headers(match &self.headers {
            None => AllowHeaders::list([AUTHORIZATION, CONTENT_TYPE]),
            // Browsers only send `authorization` if it is named, even if there is a `*`.
            Some(List::Any) => AllowHeaders::list([HeaderName::from_static("*"), AUTHORIZATION]),
            Some(List::These(names)) => {
                let advice = ": write `allow_any_header()`, or name each header";
                AllowHeaders::list(header_names(names, advice, errors))
            }
        });
        if let List::These(names) = &self.expose
            && !names.is_empty()
        {
            let names = header_names(names, ": name each header", errors);
            layer = layer.expose_headers(ExposeHeaders::list(names));
        }
        if let Some(age) = self.max_age {
            layer = layer.max_age(age);
        }
        layer.allow_credentials(self.credentials)
    }
}

/// The rules of a [`Cors`], as they were written.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) struct CorsRules {
    /// `*`, or origins, which may have a wildcard.
    pub(crate) origins: Vec<String>,
    pub(crate) headers: Vec<String>,
    pub(crate) expose: Vec<String>,
    pub(crate) credentials: bool,
    pub(crate) max_age: Option<Duration>,
}

#[cfg(any(debug_assertions, feature = "local"))]
impl CorsRules {
    /// Whether an origin matches subdomains, which no gateway can express.
    pub(crate) fn has_wildcard(&self) -> bool {
        self.origins.iter().any(|origin| origin.contains("*."))
    }
}

/// Parses header names. `advice` is the alternative to `*`, which would be a valid token.
fn header_names(names: &[String], advice: &str, errors: &mut Vec<String>) -> Vec<HeaderName> {
    names
        .iter()
        .filter_map(|name| {
            let parsed = name.parse().ok().filter(|_| name != "*");
            if parsed.is_none() {
                let advice = if name == "*" { advice } else { "" };
                errors.push(format!("cors: `{name}` is not a header name{advice}"));
            }
            parsed
        })
        .collect()
}

/// Parses the listed origins and their wildcards.
fn allow(origins: &[String], errors: &mut Vec<String>) -> AllowOrigin {
    let mut rules = Vec::new();
    for origin in origins {
        match OriginRule::parse(origin) {
            Ok(rule) => rules.push(rule),
            Err(why) => errors.push(format!("cors: `{origin}` is not an origin: {why}")),
        }
    }
    AllowOrigin::predicate(move |origin, _| {
        rules.iter().any(|rule| rule.matches(origin.as_bytes()))
    })
}

/// The methods of the paths that there are, for preflight requests.
pub(crate) trait PathMethods: Send + Sync {
    /// The methods that a preflight may know, as `access-control-allow-methods`; `None` if the path
    /// has no routes, in an API that is open.
    fn preflight(&self, path: &str) -> Option<HeaderValue>;
}

/// CORS around the whole application.
#[derive(Clone)]
pub(crate) struct CorsGate {
    service: tower_http::cors::Cors<Inner>,
    layer: CorsLayer,
    next: Next,
    routes: Arc<dyn PathMethods>,
}

#[derive(Clone)]
struct Inner(Next);

impl tower::Service<Request> for Inner {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let response = self.0.handle(request);
        Box::pin(async move { Ok(response.await) })
    }
}

impl CorsGate {
    /// Wraps `next` in the layer that [`Cors::layer`] creates.
    pub(crate) fn new(layer: CorsLayer, next: Next, routes: Arc<dyn PathMethods>) -> Self {
        Self {
            service: layer.layer(Inner(next.clone())),
            layer,
            next,
            routes,
        }
    }

    /// Lets a page of this origin see a response.
    pub(crate) async fn allow(&self, origin: Option<HeaderValue>, response: Response) -> Response {
        // tower-http adds the headers to what a service responds with. No `OPTIONS` comes here: it
        // takes each one for a preflight.
        let mut request = Request::default();
        if let Some(origin) = origin {
            request.headers_mut().insert(ORIGIN, origin);
        }
        let mut response = Some(response);
        let service = tower::service_fn(move |_: Request| {
            let response = response.take().unwrap_or_default();
            std::future::ready(Ok::<_, Infallible>(response))
        });
        match self.layer.layer(service).oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    pub(crate) fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
        if request.method() == Method::OPTIONS {
            return self.options(request);
        }
        let service = self.service.clone();
        Box::pin(async move {
            match service.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            }
        })
    }

    fn options(&self, request: Request) -> BoxFuture<'static, Response> {
        let gate = self.clone();
        let methods = if is_preflight(&request) {
            self.routes.preflight(request.uri().path())
        } else {
            None
        };
        Box::pin(async move {
            let Some(methods) = methods else {
                let origin = request.headers().get(ORIGIN).cloned();
                let response = gate.next.handle(request).await;
                return gate.allow(origin, response).await;
            };
            let mut response = match gate.service.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            *response.status_mut() = http::StatusCode::NO_CONTENT;
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            response
        })
    }
}

/// Copies the CORS headers of one response to another one.
pub(crate) fn copy_permission(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if name == VARY || name.as_str().starts_with("access-control-") {
            to.append(name, value.clone());
        }
    }
}

fn is_preflight(request: &Request) -> bool {
    request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl fmt::Debug for CorsGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CorsGate")
    }
}
