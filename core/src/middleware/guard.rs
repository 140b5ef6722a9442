//! Turns a panic anywhere inside into a problem, and what takes too long.

use super::{Finish, Handle, Next, Timing, caught, keep_stop, timed, timed_body};
use crate::{BoxFuture, Request, Response, auth::Recognised, matched::Matched, state::States};
use std::sync::Arc;

/// The outermost part of the way but for CORS.
pub(crate) struct Guard {
    next: Next,
    finish: Finish,
    timing: Timing,
    /// For layers, which see the request before the router does.
    states: Option<Arc<States>>,
}

impl Guard {
    pub(crate) fn new(
        next: Next,
        finish: Finish,
        timing: Timing,
        states: Option<Arc<States>>,
    ) -> Self {
        Self {
            next,
            finish,
            timing,
            states,
        }
    }
}

impl Handle for Guard {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        // These are of an application that this one is mounted in.
        if Matched::of(&request).is_some() {
            keep_stop(&mut request);
        }
        request.extensions_mut().remove::<Recognised>();
        if let Some(states) = &self.states {
            request.extensions_mut().remove::<Matched>();
            request.extensions_mut().insert(Arc::clone(states));
        }
        let next = self.next.clone();
        let finish = self.finish.clone();
        let timing = self.timing;
        Box::pin(async move {
            let invocation = finish.remember(&request);
            let inside = caught(next.run(request));
            let response = match timed(inside, || timing.limit(&invocation)).await {
                Ok(Ok(response)) => finish.response(response, &invocation),
                Ok(Err(panic)) => finish.problem(panic.problem(), &invocation),
                Err(late) => finish.problem(timing.problem(late), &invocation),
            };
            timed_body(response, move || timing.limit(&invocation))
        })
    }
}
