//! A panic hook that leaves caught panics to the log.
//!
//! The default hook of the standard library writes several lines to standard error. The log would
//! then contain a second record, with the request but without the location. A panic that becomes a
//! response or a startup error is therefore recorded here and logged once, where it is caught.

use super::record_panic;
use std::{panic, sync::Once};

/// Installs the hook. The previous hook is still called for panics that this library does not
/// catch, such as those of tasks and threads.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !record_panic(info) {
                before(info);
            }
        }));
    });
}

/// Warns if the program was built with `panic = "abort"`.
///
/// All crates of a program share the setting of its profile, so the setting of this crate is the
/// setting of the program.
pub(crate) fn warn_of_abort() {
    if cfg!(panic = "abort") {
        tracing::warn!(
            target: "lambda_api",
            "this program was built with `panic = \"abort\"`: a panic in a handler ends the process, and \
             the client gets no response; write `panic = \"unwind\"` in `[profile.release]` of Cargo.toml"
        );
    }
}
