//! Turns panics and passed deadlines into problems.

use super::{Handle, Next, ProblemRenderer, timed, timed_body};
use crate::{
    BoxFuture, Invocation, Request, Response, auth::Recognised, catch_unwind::catch_unwind,
    deadline::keep_stop, matched_route::MatchedRoute, state::States, timing::Timing,
};
use std::sync::Arc;

/// The outermost service, inside CORS only.
pub(crate) struct Guard {
    next: Next,
    renderer: ProblemRenderer,
    timing: Timing,
    /// For layers, which run before the router.
    states: Option<Arc<States>>,
}

impl Guard {
    pub(crate) fn new(
        next: Next,
        renderer: ProblemRenderer,
        timing: Timing,
        states: Option<Arc<States>>,
    ) -> Self {
        Self {
            next,
            renderer,
            timing,
            states,
        }
    }
}

impl Handle for Guard {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        // They belong to an application that this one is mounted in.
        if MatchedRoute::of(&request).is_some() {
            keep_stop(&mut request);
        }
        request.extensions_mut().remove::<Recognised>();
        if let Some(states) = &self.states {
            request.extensions_mut().remove::<MatchedRoute>();
            request.extensions_mut().insert(Arc::clone(states));
        }
        let next = self.next.clone();
        let renderer = self.renderer.clone();
        let timing = self.timing;
        Box::pin(async move {
            let invocation = Invocation::of(&request).clone();
            let inside = catch_unwind(next.run(request));
            let response = match timed(inside, || timing.limit(&invocation)).await {
                Ok(Ok(response)) => renderer.response(response, &invocation),
                Ok(Err(panic)) => renderer.problem(panic.problem(), &invocation),
                Err(late) => renderer.problem(timing.problem(late), &invocation),
            };
            timed_body(response, move || timing.limit(&invocation))
        })
    }
}
