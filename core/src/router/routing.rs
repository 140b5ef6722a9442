//! The steps of the way that know routes: from the router to the handler.

use super::{Found, Router, Target, Way, under};
use crate::{
    BoxFuture, IntoResponse, Invocation, Problem, Request, Response,
    error::framework,
    matched::Matched,
    middleware::{Finish, Handle, Next, RouteClock, Timing, timed, timed_body},
    spelling,
    state::States,
};
use http::{StatusCode, header::ALLOW, uri::PathAndQuery};
use std::sync::Arc;

type Call = for<'r> fn(&'r Request) -> BoxFuture<'r, Response>;

/// Finds the route of a request, and lets the request go on there.
pub(crate) struct Routing(Arc<Shared>);

struct Shared {
    router: Arc<Router>,
    states: Arc<States>,
    finish: Finish,
}

/// What a route's own timeout is kept with.
struct Timeout {
    clock: RouteClock,
    timing: Timing,
    finish: Finish,
    invocation: Invocation,
}

impl Timeout {
    /// Sets a route's timeout, if it has one.
    fn start(way: &Way, request: &mut Request, shared: &Shared) -> Option<Self> {
        let clock = RouteClock::start(way.timeout?, request);
        Some(Self {
            clock,
            timing: shared.states.timing,
            finish: shared.finish.clone(),
            invocation: shared.finish.remember(request),
        })
    }

    fn keep(self, reply: BoxFuture<'static, Response>) -> BoxFuture<'static, Response> {
        Box::pin(async move {
            let clock = self.clock;
            let response = match timed(reply, || Some(clock.limit())).await {
                Ok(response) => response,
                Err(late) => {
                    let problem = self.timing.problem(late);
                    self.finish.problem(problem, &self.invocation)
                }
            };
            timed_body(response, move || Some(clock.limit()))
        })
    }
}

impl Routing {
    pub(crate) fn new(router: Arc<Router>, states: Arc<States>, finish: Finish) -> Self {
        Self(Arc::new(Shared {
            router,
            states,
            finish,
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
                return shared.answer(Ok(response), allow.public, request);
            }
            Found::MethodNotAllowed(allow) => {
                let problem = framework::method_not_allowed(allow.methods);
                return shared.answer(Err(problem), allow.public, request);
            }
            Found::Nothing => {
                return shared.answer(Err(framework::not_found()), false, request);
            }
        };
        if let Some(span) = Invocation::of(&request).span()
            && let Some(route) = entry.pattern.route()
        {
            span.record("route", route);
        }
        let uri = entry.way.is_wrapped().then(|| request.uri().clone());
        request.extensions_mut().insert(Matched {
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
                        Err(problem) => shared.finish.problem(problem, Invocation::of(&request)),
                    }
                })
            }
        }
    }
}

impl Shared {
    /// Behind admission: the timeout of a route does not run while its caller is being recognised,
    /// for a stranger who waits must not learn from the 504 that there is a route.
    fn go_on(&self, way: Way, mut request: Request) -> BoxFuture<'static, Response> {
        let timeout = Timeout::start(&way, &mut request, self);
        let response = way.go_on(request, &self.finish);
        match timeout {
            None => response,
            Some(timeout) => timeout.keep(response),
        }
    }

    /// The router's own answer, which tells whether a route exists: only to those who may know.
    fn answer(
        &self,
        answer: Result<Response, Problem>,
        public: bool,
        mut request: Request,
    ) -> BoxFuture<'static, Response> {
        let finish = self.finish.clone();
        let done = move |answer: Result<Response, Problem>, request: &Request| match answer {
            Ok(response) => response,
            Err(problem) => finish.problem(problem, Invocation::of(request)),
        };
        match self.router.policy(request.uri().path()) {
            Some(policy) if !public => {
                let policy = Arc::clone(policy);
                Box::pin(async move {
                    let answer = policy.admit(&mut request).await.and(answer);
                    done(answer, &request)
                })
            }
            _ => ready(done(answer, &request)),
        }
    }
}

impl Way {
    /// Whether something stands before the target, or is the target, that may change the request.
    fn is_wrapped(&self) -> bool {
        self.gate.is_some() || matches!(self.target, Target::Service(_))
    }

    /// To the layers around the target, or to the target itself.
    fn go_on(self, mut request: Request, finish: &Finish) -> BoxFuture<'static, Response> {
        match self.gate {
            Some(gate) => {
                request.extensions_mut().insert(self.target);
                gate.handle(request)
            }
            None => self.target.handle(request, finish),
        }
    }
}

fn ready(response: Response) -> BoxFuture<'static, Response> {
    Box::pin(std::future::ready(response))
}

impl Target {
    fn handle(&self, request: Request, finish: &Finish) -> BoxFuture<'static, Response> {
        match self {
            Target::Handler(call) => call_handler(*call, request, finish.clone()),
            Target::Service(next) => next.handle(request),
        }
    }
}

fn call_handler(call: Call, request: Request, finish: Finish) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let response = call(&request).await;
        finish.response(response, Invocation::of(&request))
    })
}

/// What the layers of an Api wrap: goes on to whichever route was found.
pub(crate) struct Dispatch {
    finish: Finish,
}

impl Dispatch {
    pub(crate) fn new(finish: Finish) -> Self {
        Self { finish }
    }
}

impl Handle for Dispatch {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        match request.extensions_mut().remove::<Target>() {
            Some(target) => target.handle(request, &self.finish),
            None => {
                let problem = framework::misused(
                    "a layer made a new request and left out the extensions of the one it got",
                );
                ready(self.finish.problem(problem, Invocation::of(&request)))
            }
        }
    }
}

/// A handler that has layers of its own.
pub(crate) struct Handler {
    call: Call,
    finish: Finish,
}

impl Handler {
    pub(crate) fn new(call: Call, finish: Finish) -> Self {
        Self { call, finish }
    }
}

impl Handle for Handler {
    fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
        call_handler(self.call, request, self.finish.clone())
    }
}

/// A service that sees the path behind its prefix.
pub(crate) struct Mounted {
    prefix: String,
    next: Next,
}

impl Mounted {
    pub(crate) fn new(prefix: &str, next: Next) -> Self {
        let prefix = spelling::normal(prefix).into_owned();
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
