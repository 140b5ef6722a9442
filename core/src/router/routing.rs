//! The services that know routes: from the router to the handler.

use super::{Found, Router, Target, Way, under};
use crate::{
    BoxFuture, IntoResponse, Invocation, Problem, Request, Response,
    deadline::{Clock, RouteEnd},
    error::framework,
    matched_route::MatchedRoute,
    middleware::{Handle, Next, ProblemRenderer, timed, timed_body},
    path_normalization,
    state::States,
    timing::Timing,
};
use http::{StatusCode, header::ALLOW, uri::PathAndQuery};
use std::sync::Arc;

type Call = for<'r> fn(&'r Request) -> BoxFuture<'r, Response>;

/// Finds the route of a request, and passes the request on to it.
pub(crate) struct Routing(Arc<Shared>);

struct Shared {
    router: Arc<Router>,
    states: Arc<States>,
    renderer: ProblemRenderer,
}

/// The running timeout of a route.
struct Timeout {
    clock: Clock,
    timing: Timing,
    renderer: ProblemRenderer,
    invocation: Invocation,
}

impl Timeout {
    /// Starts the timeout of a route, if it has one.
    fn start(way: &Way, request: &mut Request, shared: &Shared) -> Option<Self> {
        let clock = Clock::of_route(way.timeout?, request);
        Some(Self {
            clock,
            timing: shared.states.timing,
            renderer: shared.renderer.clone(),
            invocation: Invocation::of(request).clone(),
        })
    }

    fn keep(self, response: BoxFuture<'static, Response>) -> BoxFuture<'static, Response> {
        Box::pin(async move {
            let clock = self.clock;
            let response = match timed(response, || Some(clock.limit())).await {
                Ok(response) => response,
                Err(late) => {
                    let problem = self.timing.problem(late);
                    self.renderer.problem(problem, &self.invocation)
                }
            };
            let mut response = timed_body(response, move || Some(clock.limit()));
            if response.body().is_stream()
                && let Some(end) = clock.end()
            {
                response.extensions_mut().insert(RouteEnd(end));
            }
            response
        })
    }
}

impl Routing {
    pub(crate) fn new(router: Arc<Router>, states: Arc<States>, renderer: ProblemRenderer) -> Self {
        Self(Arc::new(Shared {
            router,
            states,
            renderer,
        }))
    }
}

impl Handle for Routing {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        let shared = &self.0;
        let found = shared.router.find(request.method(), request.uri().path());
        let (entry, values) = match found {
            Found::Endpoint { entry, values } => (entry, values),
            Found::Options(allow) => {
                let mut response = StatusCode::NO_CONTENT.into_response();
                response.headers_mut().insert(ALLOW, allow.methods);
                return shared.respond(Ok(response), allow.public, request);
            }
            Found::MethodNotAllowed(allow) => {
                let problem = framework::method_not_allowed(allow.methods);
                return shared.respond(Err(problem), allow.public, request);
            }
            Found::Nothing => {
                #[cfg(feature = "server")]
                Invocation::of(&request).set_unrouted();
                return shared.respond(Err(framework::not_found()), false, request);
            }
        };
        if let Some(route) = entry.pattern.route() {
            Invocation::of(&request).set_route(route);
        }
        let uri = entry.way.is_wrapped().then(|| request.uri().clone());
        request.extensions_mut().insert(MatchedRoute {
            pattern: entry.pattern.clone(),
            uri,
            values,
            states: Arc::clone(&shared.states),
        });
        let way = entry.way.clone();
        match &entry.policy {
            None => shared.go_on(way, request),
            Some(policy) => {
                let policy = Arc::clone(policy);
                let shared = Arc::clone(shared);
                Box::pin(async move {
                    match policy.admit(&mut request).await {
                        Ok(()) => shared.go_on(way, request).await,
                        Err(problem) => shared.renderer.problem(problem, Invocation::of(&request)),
                    }
                })
            }
        }
    }
}

impl Shared {
    /// Runs after authorization: the timeout of a route does not include it, so that an
    /// unauthorized client cannot detect a route by its 504.
    fn go_on(&self, way: Way, mut request: Request) -> BoxFuture<'static, Response> {
        let timeout = Timeout::start(&way, &mut request, self);
        let response = way.go_on(request, &self.renderer);
        match timeout {
            None => response,
            Some(timeout) => timeout.keep(response),
        }
    }

    /// The router's own response. It reveals whether a route exists, so it requires authorization.
    fn respond(
        &self,
        outcome: Result<Response, Problem>,
        public: bool,
        mut request: Request,
    ) -> BoxFuture<'static, Response> {
        let renderer = self.renderer.clone();
        let done = move |outcome: Result<Response, Problem>, request: &Request| match outcome {
            Ok(response) => response,
            Err(problem) => renderer.problem(problem, Invocation::of(request)),
        };
        match self.router.policy(request.uri().path()) {
            Some(policy) if !public => {
                let policy = Arc::clone(policy);
                Box::pin(async move {
                    let outcome = policy.admit(&mut request).await.and(outcome);
                    done(outcome, &request)
                })
            }
            _ => ready(done(outcome, &request)),
        }
    }
}

impl Way {
    /// Whether the target, or something before it, may change the request.
    pub(super) fn is_wrapped(&self) -> bool {
        self.gate.is_some() || matches!(self.target, Target::Service(_))
    }

    /// Passes the request to the layers around the target, or to the target itself.
    fn go_on(
        self,
        mut request: Request,
        renderer: &ProblemRenderer,
    ) -> BoxFuture<'static, Response> {
        match self.gate {
            Some(gate) => {
                request.extensions_mut().insert(self.target);
                gate.handle(request)
            }
            None => self.target.handle(request, renderer),
        }
    }
}

fn ready(response: Response) -> BoxFuture<'static, Response> {
    Box::pin(std::future::ready(response))
}

impl Target {
    fn handle(&self, request: Request, renderer: &ProblemRenderer) -> BoxFuture<'static, Response> {
        match self {
            Target::Handler(call) => call_handler(*call, request, renderer.clone()),
            Target::Service(next) => next.handle(request),
        }
    }
}

fn call_handler(
    call: Call,
    request: Request,
    renderer: ProblemRenderer,
) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let response = call(&request).await;
        renderer.response_to(response, &request)
    })
}

/// The service inside the layers of an `Api`: passes requests on to the route that was found.
pub(crate) struct Dispatch {
    renderer: ProblemRenderer,
}

impl Dispatch {
    pub(crate) fn new(renderer: ProblemRenderer) -> Self {
        Self { renderer }
    }
}

impl Handle for Dispatch {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        match request.extensions_mut().remove::<Target>() {
            Some(target) => target.handle(request, &self.renderer),
            None => {
                let problem = framework::misused(
                    "a layer created a new request without the extensions of the original one",
                );
                ready(self.renderer.problem(problem, Invocation::of(&request)))
            }
        }
    }
}

/// A handler that has its own layers.
pub(crate) struct RouteHandler {
    call: Call,
    renderer: ProblemRenderer,
}

impl RouteHandler {
    pub(crate) fn new(call: Call, renderer: ProblemRenderer) -> Self {
        Self { call, renderer }
    }
}

impl Handle for RouteHandler {
    fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
        call_handler(self.call, request, self.renderer.clone())
    }
}

/// A service that sees the path after its prefix.
pub(crate) struct Mounted {
    prefix: String,
    next: Next,
}

impl Mounted {
    pub(crate) fn new(prefix: &str, next: Next) -> Self {
        let prefix = path_normalization::normal(prefix).into_owned();
        Self { prefix, next }
    }
}

impl Handle for Mounted {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        if let Some(uri) = behind(&self.prefix, request.uri()) {
            *request.uri_mut() = uri;
        }
        self.next.handle(request)
    }
}

fn behind(prefix: &str, uri: &http::Uri) -> Option<http::Uri> {
    let rest = under(prefix, uri.path())?;
    let slash = if rest.starts_with('/') { "" } else { "/" };
    let target = match uri.query() {
        Some(query) => format!("{slash}{rest}?{query}"),
        None => format!("{slash}{rest}"),
    };
    let target = PathAndQuery::from_maybe_shared(bytes::Bytes::from(target)).ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(target);
    http::Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn a_mounted_service_sees_the_path_behind_its_prefix() {
        for (prefix, uri, expected) in [
            ("/v1", "/v1", "/"),
            ("/v1", "/v1/", "/"),
            ("/v1", "/v1?a=b", "/?a=b"),
            ("/v1", "/v1/a%2Fb/../c?x", "/a%2Fb/../c?x"),
            ("/t/{tenant}", "/t/x/orders", "/orders"),
            ("", "/a", "/a"),
        ] {
            let seen = behind(prefix, &uri.parse().unwrap()).map(|uri| uri.to_string());
            assert_eq!(seen.as_deref(), Some(expected), "{prefix} {uri}");
        }
        assert_eq!(behind("/v1", &"/v10/x".parse().unwrap()), None);
    }
}
