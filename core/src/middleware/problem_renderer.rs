//! Completes problems: adds the request id, calls the `on_problem` hook, and logs them.

use crate::{
    Error, Invocation, Problem, Request, Response, catch_unwind::catch_unwind_now,
    error::framework, event, response::Unresolved,
};
use std::{fmt, sync::Arc};

type Restyle = dyn Fn(&Problem) -> Response + Send + Sync;

/// The problem that the `on_problem` hook replaced. It is kept with the response until it is
/// encoded, for tests.
#[derive(Clone)]
pub(crate) struct Restyled(pub(crate) Problem);

/// Why the link of a response could not be resolved. It is kept with the problem until that is
/// encoded, for tests.
#[derive(Clone)]
pub(crate) struct FailedLink(pub(crate) String);

/// Completes responses that are problems; others do not change.
#[derive(Clone, Default)]
pub(crate) struct ProblemRenderer {
    restyle: Option<Arc<Restyle>>,
}

impl ProblemRenderer {
    pub(crate) fn restyled(restyle: impl Fn(&Problem) -> Response + Send + Sync + 'static) -> Self {
        Self {
            restyle: Some(Arc::new(restyle)),
        }
    }

    pub(crate) fn is_restyled(&self) -> bool {
        self.restyle.is_some()
    }

    /// Completes the response where the problem occurred, so that outer layers see its final form.
    pub(crate) fn response(&self, mut response: Response, invocation: &Invocation) -> Response {
        match Problem::take(&mut response) {
            Some(problem) => self.problem(problem, invocation),
            None => response,
        }
    }

    /// Completes the response to a request that is still at hand, which a link in the response needs.
    pub(crate) fn response_to(&self, response: Response, request: &Request) -> Response {
        let invocation = Invocation::of(request);
        if Unresolved::is_in(&response) {
            self.resolved(response, request, invocation)
        } else {
            self.response(response, invocation)
        }
    }

    /// Completes a response with a link. If the link fails, the response is a problem, whose `on_problem`
    /// may have a link of its own; if that fails, it is the problem itself.
    #[cold]
    pub(crate) fn resolved(
        &self,
        mut response: Response,
        request: &Request,
        invocation: &Invocation,
    ) -> Response {
        let Err(error) = Unresolved::resolve(&mut response, request) else {
            return self.response(response, invocation);
        };
        if let Some(Restyled(problem)) = response.extensions_mut().remove() {
            return unstyled(&problem, &error, invocation);
        }
        let mut response = self.problem(Problem::from_error(&error), invocation);
        if Unresolved::is_in(&response) {
            response = self.resolved(response, request, invocation);
        }
        fail(&mut response, &error);
        response
    }

    /// The response of a problem without a request that could resolve a link of `on_problem`.
    #[cold]
    pub(crate) fn problem_without_request(
        &self,
        problem: Problem,
        invocation: &Invocation,
    ) -> Response {
        let mut response = self.problem(problem, invocation);
        match response.extensions_mut().remove() {
            Some(Restyled(problem)) if Unresolved::is_in(&response) => {
                let error = Error::msg(
                    "`on_problem` responded with a link, but the request did not reach the routes of \
                     the API",
                );
                unstyled(&problem, &error, invocation)
            }
            Some(restyled) => {
                response.extensions_mut().insert(restyled);
                response
            }
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
        // A panic itself becomes a problem, for which the hook would be called again: it may only
        // fail for the problem that it is given.
        match catch_unwind_now(|| restyle(&problem)) {
            Ok(response) if !event::is_final(response.status()) => {
                fall_back(framework::hook_unsendable(response.status()))
            }
            Ok(mut response) => {
                // The hook may return the very problem that it was given; it is final.
                response.extensions_mut().remove::<Problem>();
                add_headers(&problem, &mut response);
                response.extensions_mut().insert(Restyled(problem));
                response
            }
            Err(panic) => fall_back(panic.hook_problem()),
        }
    }
}

/// The problem itself, since the link in the response of `on_problem` cannot be resolved.
fn unstyled(problem: &Problem, error: &Error, invocation: &Invocation) -> Response {
    let mut failed = Problem::from_error(error);
    failed.set_request_id(invocation);
    failed.log();
    let mut response = problem.render();
    fail(&mut response, error);
    response
}

/// Keeps why a link failed, for tests.
fn fail(response: &mut Response, error: &Error) {
    let reason = FailedLink(format!("{error:?}"));
    response.extensions_mut().insert(reason);
}

/// The headers of a problem, such as `allow` and `retry-after`, apply to any form of it; headers
/// that the hook sets take precedence.
fn add_headers(problem: &Problem, response: &mut Response) {
    for name in problem.headers().keys() {
        if !response.headers().contains_key(name) {
            for value in problem.headers().get_all(name) {
                response.headers_mut().append(name, value.clone());
            }
        }
    }
}

impl fmt::Debug for ProblemRenderer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "ProblemRenderer {{ restyled: {} }}",
            self.restyle.is_some()
        )
    }
}
