//! Turns a panic anywhere inside into a problem.

use super::{Finish, Handle, Next, caught, panic_message};
use crate::{
    BoxFuture, Request, Response, auth::Recognised, error::framework, matched::Matched,
    state::States,
};
use std::sync::Arc;

/// The outermost part of the way but for CORS.
pub(crate) struct Guard {
    next: Next,
    finish: Finish,
    /// For layers, which see the request before the router does.
    states: Option<Arc<States>>,
}

impl Guard {
    pub(crate) fn new(next: Next, finish: Finish, states: Option<Arc<States>>) -> Self {
        Self {
            next,
            finish,
            states,
        }
    }
}

impl Handle for Guard {
    fn handle(&self, mut request: Request) -> BoxFuture<'static, Response> {
        // Both are of an application that this one is mounted in.
        request.extensions_mut().remove::<Recognised>();
        if let Some(states) = &self.states {
            request.extensions_mut().remove::<Matched>();
            request.extensions_mut().insert(Arc::clone(states));
        }
        let next = self.next.clone();
        let finish = self.finish.clone();
        Box::pin(async move {
            let invocation = finish.remember(&request);
            match caught(next.run(request)).await {
                Ok(response) => finish.response(response, &invocation),
                Err(panic) => {
                    finish.problem(framework::panicked(panic_message(&*panic)), &invocation)
                }
            }
        })
    }
}
