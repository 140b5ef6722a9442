//! Turns a panic anywhere inside into a problem.

use super::{Finish, Handle, Next, caught, panic_message};
use crate::{BoxFuture, Request, Response, error::framework};

/// The outermost part of the way but for CORS.
pub(crate) struct Guard {
    next: Next,
    finish: Finish,
}

impl Guard {
    pub(crate) fn new(next: Next, finish: Finish) -> Self {
        Self { next, finish }
    }
}

impl Handle for Guard {
    fn handle(&self, request: Request) -> BoxFuture<'static, Response> {
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
