//! Which invocation the records of the runtime's own code belong to.
//!
//! Its span ends with the handler. What `lambda_runtime` has to say of the reply comes later, and
//! another span for each invocation would cost each of them more than this.

use http::HeaderValue;
use std::cell::Cell;

thread_local! {
    static REQUEST_ID: Cell<Option<HeaderValue>> = const { Cell::new(None) };
}

/// Runs `work`; JSON records that are written meanwhile, outside of an invocation's span, get this
/// `requestId`.
pub(crate) fn during<T>(request_id: &mut Option<HeaderValue>, work: impl FnOnce() -> T) -> T {
    struct PutBack<'a>(&'a mut Option<HeaderValue>);
    impl Drop for PutBack<'_> {
        fn drop(&mut self) {
            *self.0 = REQUEST_ID.take();
        }
    }
    REQUEST_ID.set(request_id.take());
    let _put_back = PutBack(request_id);
    work()
}

/// The id of the request whose work this thread does.
pub(super) fn request_id() -> Option<String> {
    let id = REQUEST_ID.take()?;
    let text = id.to_str().ok().map(str::to_owned);
    REQUEST_ID.set(Some(id));
    text
}
