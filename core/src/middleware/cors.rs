//! Cross-origin requests from browsers.

use super::{Next, origin::OriginRule};
use crate::{BoxFuture, Request, Response, router::Router};
use http::{
    HeaderMap, HeaderName, Method,
    header::{
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE,
        ORIGIN, VARY,
    },
};
use std::{fmt, sync::Arc, time::Duration};
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer, ExposeHeaders};

/// Which pages of other origins may call the API from a browser.
///
/// The rules are checked when the API is built. Preflight requests are answered for the routes that
/// exist, with the methods they have; in a closed API, for every path and with all methods, since
/// they carry no credentials. Every other reply, problems included, gets the headers that let the
/// page read it.
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
/// The local server of debug builds goes by the same rules: it lets in the pages of each origin that
/// is named exactly, such as `http://localhost:5173`. Of `*` and of wildcards it takes no more than
/// leave for pages of this machine, at any port: whoever surfs while the server runs visits other
/// pages as well. `serve --allow-origin URL` lets in further ones.
///
/// See the [Fetch standard](https://fetch.spec.whatwg.org/#http-cors-protocol). Where the gateway
/// has a CORS configuration of its own, use one of the two, not both.
#[derive(Clone, Debug, Default)]
#[must_use = "rules do nothing until they are given to `Api::cors`"]
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
    /// No origin is allowed yet; pages may send `authorization` and `content-type`.
    pub fn new() -> Self {
        Self::default()
    }

    /// The origins whose pages may call: `https://app.example.com`, with the port where it is not
    /// the default one, and without a path.
    ///
    /// `https://*.example.com` stands for all sub-domains, one label deep or more, and not for
    /// `https://example.com` itself; scheme and port are those that are written. `*` is the whole
    /// first label, before a domain of at least two (or `localhost`). Whoever can have a page below
    /// that domain may call: name no domain where everybody can have one, as below `github.io`.
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
    /// An origin is written as browsers send it
    /// ([RFC 6454, section 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)). Any other
    /// spelling, which would never match, keeps the API from being built: upper case, the default
    /// port (`https://a.example:443`), a `/` at the end, a user, a name that is not in punycode,
    /// and `null`, which is what pages without an origin of their own send.
    pub fn allow_origins<S: Into<String>>(mut self, origins: impl IntoIterator<Item = S>) -> Self {
        self.origins = List::these(origins);
        self
    }

    /// Pages of every origin may call (`*`). Not together with
    /// [`allow_credentials`](Cors::allow_credentials).
    pub fn allow_any_origin(mut self) -> Self {
        self.origins = List::Any;
        self
    }

    /// The request headers that pages may send, instead of `authorization` and `content-type`.
    pub fn allow_headers<S: Into<String>>(mut self, headers: impl IntoIterator<Item = S>) -> Self {
        self.headers = Some(List::these(headers));
        self
    }

    /// Pages may send every request header (`*`, and `authorization`, which browsers do not count
    /// among them). Not together with [`allow_credentials`](Cors::allow_credentials).
    pub fn allow_any_header(mut self) -> Self {
        self.headers = Some(List::Any);
        self
    }

    /// The reply headers that pages may read, besides the few that they always may.
    pub fn expose_headers<S: Into<String>>(mut self, headers: impl IntoIterator<Item = S>) -> Self {
        self.expose = List::these(headers);
        self
    }

    /// Pages may send cookies and HTTP authentication.
    pub fn allow_credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// How long a browser may keep the answer to a preflight. Whole seconds; browsers have upper
    /// limits of their own, of 2 to 24 hours.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// What the rules let in, for the local server: the origins that are named exactly, and whether
    /// there are others.
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

    /// The tower layer of these rules; what is wrong with them is left out of it, and added to
    /// `faults`.
    pub(crate) fn layer(&self, faults: &mut Vec<String>) -> CorsLayer {
        if self.credentials
            && (self.origins.is_any() || self.headers.as_ref().is_some_and(List::is_any))
        {
            faults.push(
                "cors: `*` for origins or headers cannot be combined with credentials: name the \
                 origins with `allow_origins` and the headers with `allow_headers`"
                    .to_owned(),
            );
            return CorsLayer::new();
        }
        let mut layer = CorsLayer::new();
        layer = layer.allow_origin(match &self.origins {
            List::Any => AllowOrigin::any(),
            List::These(origins) => allow(origins, faults),
        });
        layer = layer.allow_headers(match &self.headers {
            None => AllowHeaders::list([AUTHORIZATION, CONTENT_TYPE]),
            // Browsers send `authorization` only where it is named, whatever the `*` says.
            Some(List::Any) => AllowHeaders::list([HeaderName::from_static("*"), AUTHORIZATION]),
            Some(List::These(names)) => {
                let advice = ": write `allow_any_header()`, or name each header";
                AllowHeaders::list(header_names(names, advice, faults))
            }
        });
        if let List::These(names) = &self.expose
            && !names.is_empty()
        {
            let names = header_names(names, ": name each header", faults);
            layer = layer.expose_headers(ExposeHeaders::list(names));
        }
        if let Some(age) = self.max_age {
            layer = layer.max_age(age);
        }
        layer.allow_credentials(self.credentials)
    }
}

/// The names of headers; `advice` is what to write instead of `*`, which is a token, too.
fn header_names(names: &[String], advice: &str, faults: &mut Vec<String>) -> Vec<HeaderName> {
    names
        .iter()
        .filter_map(|name| {
            let parsed = name.parse().ok().filter(|_| name != "*");
            if parsed.is_none() {
                let advice = if name == "*" { advice } else { "" };
                faults.push(format!("cors: `{name}` is no header name{advice}"));
            }
            parsed
        })
        .collect()
}

/// The origins that are listed, with their wildcards.
fn allow(origins: &[String], faults: &mut Vec<String>) -> AllowOrigin {
    let mut rules = Vec::new();
    for origin in origins {
        match OriginRule::parse(origin) {
            Ok(rule) => rules.push(rule),
            Err(why) => faults.push(format!("cors: `{origin}` is no origin: {why}")),
        }
    }
    AllowOrigin::predicate(move |origin, _| {
        rules.iter().any(|rule| rule.matches(origin.as_bytes()))
    })
}

/// CORS around the whole application.
#[derive(Clone)]
pub(crate) struct CorsGate {
    service: tower_http::cors::Cors<Inner>,
    layer: CorsLayer,
    router: Arc<Router>,
}

/// A method that was put aside, because tower-http takes every `OPTIONS` for a preflight.
#[derive(Clone)]
struct Aside(Method);

#[derive(Clone)]
struct Inner(Next);

impl tower::Service<Request> for Inner {
    type Response = Response;
    type Error = std::convert::Infallible;
    type Future = BoxFuture<'static, Result<Response, Self::Error>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Self::Error>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        if let Some(Aside(method)) = request.extensions_mut().remove() {
            *request.method_mut() = method;
        }
        let reply = self.0.handle(request);
        Box::pin(async move { Ok(reply.await) })
    }
}

impl CorsGate {
    /// With the layer that [`Cors::layer`] makes.
    pub(crate) fn new(layer: &CorsLayer, next: Next, router: Arc<Router>) -> Self {
        Self {
            service: layer.layer(Inner(next)),
            layer: layer.clone(),
            router,
        }
    }

    /// Lets pages of other origins see a reply to a request that goes no further.
    pub(crate) async fn around(&self, mut head: Request, response: Response) -> Response {
        // Any `OPTIONS` would be answered as a preflight.
        *head.method_mut() = Method::GET;
        let mut response = Some(response);
        let service = tower::service_fn(move |_: Request| {
            let response = response.take().unwrap_or_default();
            std::future::ready(Ok::<_, std::convert::Infallible>(response))
        });
        match self.layer.layer(service).oneshot(head).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }

    pub(crate) fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        let service = self.service.clone();
        let mut methods = None;
        if request.method() == Method::OPTIONS {
            if is_preflight(&request) {
                methods = self.router.preflight(request.uri().path());
            }
            if methods.is_none() {
                let method = std::mem::replace(request.method_mut(), Method::GET);
                request.extensions_mut().insert(Aside(method));
            }
        }
        Box::pin(async move {
            let mut response = match service.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            if let Some(methods) = methods {
                *response.status_mut() = http::StatusCode::NO_CONTENT;
                response
                    .headers_mut()
                    .insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            }
            response
        })
    }
}

/// Copies what one reply permits to pages of other origins to another one.
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
