//! Turns panics and passed deadlines into problems.

use super::{Handle, Next, ProblemRenderer, timed, timed_body};
use crate::{
    BoxFuture, Invocation, Request, Response,
    auth::Recognised,
    catch_unwind::catch_unwind,
    deadline::keep_stop,
    matched_route::{MatchedRoute, MountedAt},
    response::Unresolved,
    state::States,
    timing::Timing,
};
use http::{Method, Uri};
use std::sync::Arc;

/// The outermost service, inside CORS only.
pub(crate) struct Guard {
    next: Next,
    renderer: ProblemRenderer,
    timing: Timing,
    states: Arc<States>,
    layered: Layered,
}

/// The places from which a response can come, besides handlers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layered {
    Nowhere,
    /// Layers and services behind the router.
    BehindRouter,
    /// Layers before the router, which need the states.
    BeforeRouter,
}

impl Guard {
    pub(crate) fn new(
        next: Next,
        renderer: ProblemRenderer,
        timing: Timing,
        states: Arc<States>,
        layered: Layered,
    ) -> Self {
        Self {
            next,
            renderer,
            timing,
            states,
            layered,
        }
    }
}

/// What a link in the response of a layer, or of `on_problem`, needs of the request, which is consumed.
struct Asked {
    method: Method,
    uri: Uri,
    invocation: Invocation,
    mounted: Option<MountedAt>,
    states: Arc<States>,
}

impl Asked {
    fn of(request: &Request, states: &Arc<States>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            invocation: Invocation::of(request).clone(),
            mounted: request.extensions().get().cloned(),
            states: Arc::clone(states),
        }
    }

    /// Resolves the link of a response, if it still has one.
    fn resolved(self, response: Response, renderer: &ProblemRenderer) -> Response {
        if !Unresolved::is_in(&response) {
            return response;
        }
        let mut request = Request::default();
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        let extensions = request.extensions_mut();
        extensions.insert(self.states);
        extensions.insert(self.invocation.clone());
        if let Some(mounted) = self.mounted {
            extensions.insert(mounted);
        }
        renderer.resolved(response, &request, &self.invocation)
    }
}

impl Handle for Guard {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        // They belong to an application that this one is mounted in.
        if MatchedRoute::of(&request).is_some() {
            keep_stop(&mut request);
            if let Some(mounted) = MountedAt::of(&request) {
                request.extensions_mut().insert(mounted);
            }
        }
        request.extensions_mut().remove::<Recognised>();
        if self.layered == Layered::BeforeRouter {
            request.extensions_mut().remove::<MatchedRoute>();
            request.extensions_mut().insert(Arc::clone(&self.states));
        }
        let asked = match self.layered {
            Layered::Nowhere if !self.renderer.is_restyled() => None,
            _ => Some(Asked::of(&request, &self.states)),
        };
        let next = self.next.clone();
        let renderer = self.renderer.clone();
        let timing = self.timing;
        let response = async move {
            let invocation = Invocation::of(&request).clone();
            let inside = catch_unwind(next.run(request));
            let response = match timed(inside, || timing.limit(&invocation)).await {
                Ok(Ok(response)) => renderer.response(response, &invocation),
                Ok(Err(panic)) => renderer.problem(panic.problem(), &invocation),
                Err(late) => renderer.problem(timing.problem(late), &invocation),
            };
            timed_body(response, move || timing.limit(&invocation))
        };
        match asked {
            None => Box::pin(response),
            Some(asked) => {
                let renderer = self.renderer.clone();
                Box::pin(async move { asked.resolved(response.await, &renderer) })
            }
        }
    }
}
