//! What is told of a panic.
//!
//! The standard library writes to standard error, in lines of its own; the log would have a second
//! record, with the request, and without the place. So a panic that becomes a reply, or the reason
//! why a function does not start, is seen here, and told of once, where it was caught.

use crate::middleware::witness;
use std::{panic, sync::Once};

/// Puts a hook before the one there is, which goes on to see all panics that nothing of ours
/// catches: those of tasks and threads.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !witness(info) {
                before(info);
            }
        }));
    });
}

/// Says that a panic will not be a reply, where the program was built so.
///
/// All crates of a program are built with the one setting of its profile, so what holds for this
/// crate holds for the program.
pub(super) fn warn_of_abort() {
    if cfg!(panic = "abort") {
        tracing::warn!(
            target: "lambda_api",
            "this program was built with `panic = \"abort\"`: a panic in a handler ends the process, and \
             the client gets no reply; write `panic = \"unwind\"` in `[profile.release]` of Cargo.toml"
        );
    }
}
