//! Gives every problem the id of its request, the application's own style, and a place in the log.

use super::caught_now;
use crate::{Invocation, Problem, Request, Response, error::framework, event};
use std::{fmt, sync::Arc};

type Restyle = dyn Fn(&Problem) -> Response + Send + Sync;

/// The problem that the application gave a style of its own. It goes with the response as far as
/// its JSON, for tests.
#[derive(Clone)]
pub(crate) struct Restyled(pub(crate) Problem);

/// Completes replies that are problems; all others pass untouched.
#[derive(Clone, Default)]
pub(crate) struct Finish {
    restyle: Option<Arc<Restyle>>,
}

impl Finish {
    pub(crate) fn restyled(restyle: impl Fn(&Problem) -> Response + Send + Sync + 'static) -> Self {
        Self {
            restyle: Some(Arc::new(restyle)),
        }
    }

    pub(crate) fn is_restyled(&self) -> bool {
        self.restyle.is_some()
    }

    /// What is needed of a request that is about to be given away.
    pub(crate) fn remember(&self, request: &Request) -> Invocation {
        Invocation::of(request).clone()
    }

    /// Completes the reply, right where the problem arose: layers further out see its final form.
    pub(crate) fn response(&self, mut response: Response, invocation: &Invocation) -> Response {
        match Problem::take(&mut response) {
            Some(problem) => self.problem(problem, invocation),
            None => response,
        }
    }

    #[cold]
    pub(crate) fn problem(&self, mut problem: Problem, invocation: &Invocation) -> Response {
        problem.set_request_id(invocation);
        problem.log();
        let Some(restyle) = &self.restyle else {
            return problem.render();
        };
        let fall_back = |mut failed: Problem| {
            failed.set_request_id(invocation);
            failed.log();
            problem.render()
        };
        // A panic itself becomes a problem, for which the hook would be called again: it may fail
        // for the one problem only that it is given.
        match caught_now(|| restyle(&problem)) {
            Ok(response) if !event::is_final(response.status()) => {
                fall_back(framework::hook_unsendable(response.status()))
            }
            Ok(mut response) => {
                // The hook may answer with the very problem it was given: that one is final.
                response.extensions_mut().remove::<Problem>();
                add_headers(&problem, &mut response);
                response.extensions_mut().insert(Restyled(problem));
                response
            }
            Err(panic) => fall_back(panic.hook_problem()),
        }
    }
}

/// What a problem says in headers, `allow` and `retry-after` say, is true in any style; the hook's
/// own headers go first.
fn add_headers(problem: &Problem, response: &mut Response) {
    for name in problem.headers().keys() {
        if !response.headers().contains_key(name) {
            for value in problem.headers().get_all(name) {
                response.headers_mut().append(name, value.clone());
            }
        }
    }
}

impl fmt::Debug for Finish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Finish {{ restyled: {} }}", self.restyle.is_some())
    }
}
