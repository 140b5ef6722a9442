//! The problems of one request, for callers that show them in another form than the log.

use super::Problem;
use std::{
    cell::{Cell, RefCell},
    future::Future,
};

tokio::task_local! {
    static SEEN: RefCell<Vec<Problem>>;
}

thread_local! {
    /// Whether the record that is being written is shown by an observer.
    static IS_SHOWN: Cell<bool> = const { Cell::new(false) };
}

/// Runs a request, and returns the problems that it has logged.
pub(crate) async fn observed<F: Future>(request: F) -> (F::Output, Vec<Problem>) {
    let run = async {
        let output = request.await;
        (output, SEEN.with(RefCell::take))
    };
    SEEN.scope(RefCell::default(), run).await
}

/// Runs a part of a request, as [`observed`] runs all of it: the body of a response is polled elsewhere.
pub(crate) fn observed_now<T>(part: impl FnOnce() -> T) -> (T, Vec<Problem>) {
    SEEN.sync_scope(RefCell::default(), || {
        let output = part();
        (output, SEEN.with(RefCell::take))
    })
}

/// Whether an observer of the request shows the record that this thread is writing.
pub(crate) fn is_shown_elsewhere() -> bool {
    IS_SHOWN.get()
}

/// Writes the record of a problem.
pub(super) fn record(problem: &Problem, write: impl FnOnce()) {
    let seen = SEEN.try_with(|seen| seen.borrow_mut().push(problem.clone()));
    IS_SHOWN.set(seen.is_ok());
    write();
    IS_SHOWN.set(false);
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    #[tokio::test]
    async fn the_problems_of_a_request_are_those_of_its_own_task() {
        let problem = |code: &'static str| Problem::new(StatusCode::CONFLICT, code);
        problem("before").log();
        let ((), seen) = observed(async {
            problem("one").log();
            tokio::task::yield_now().await;
            problem("two").log();
        })
        .await;
        let codes: Vec<_> = seen.iter().map(Problem::code).collect();
        assert_eq!(codes, ["one", "two"]);
        assert!(!is_shown_elsewhere());
        let ((), seen) = observed_now(|| problem("three").log());
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].code(), "three");
    }
}
