//! Which state an extractor asks for that does not say so.
//!
//! An extractor of a program's own may leave `describe` out, and its state would be missed by the
//! first request only. So a debug build runs such an extractor once while the Api is built, on a
//! request that nobody sent, and takes note of the first state that it asks for. Release builds do
//! not: the start of a function is no place for code that expects a client.

use super::FromRequest;
use crate::{Operation, Request, middleware::caught_now};
use std::{
    cell::RefCell,
    future::Future,
    pin::pin,
    sync::LazyLock,
    task::{Context, Waker},
};

/// Tells the request of a dry run from all others.
#[derive(Clone)]
struct DryRun;

static REQUEST: LazyLock<Request> = LazyLock::new(|| {
    let mut request = Request::default();
    request.extensions_mut().insert(DryRun);
    request
});

thread_local! {
    static ASKED: RefCell<Vec<fn(&mut Operation)>> = const { RefCell::new(Vec::new()) };
}

/// Runs the extractor up to where it waits first. A panic in it would end a process that does not
/// unwind.
pub(super) fn ask<'r, T: FromRequest<'r>>(operation: &mut Operation) {
    if cfg!(all(debug_assertions, panic = "unwind")) {
        let run = || match T::NOW {
            Some(now) => drop(now(&REQUEST)),
            None => {
                let mut future = pin!(T::from_request(&REQUEST));
                let _ = future
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()));
            }
        };
        // A panic tells nothing of a real request.
        let _ = caught_now(run);
        for require in ASKED.take() {
            require(operation);
        }
    }
}

/// Takes note of a state that is not there, if this is a dry run.
pub(super) fn asked_for<T: 'static>(request: &Request) {
    if request.extensions().get::<DryRun>().is_some() {
        ASKED.with_borrow_mut(|asked| asked.push(Operation::require_state::<T>));
    }
}
