//! The trace id of the invocation in the environment of the process.
//!
//! AWS's contract for custom runtimes asks for it, and this is where the AWS SDKs (for the detection
//! of recursion, and the trace header of their calls) and `opentelemetry-aws` look for it:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.
//!
//! The price: glibc never frees what once was in the environment, some 170 bytes for each trace id.
//! [`Api::trace_environment`](crate::Api::trace_environment) leaves the variable alone.

const NAME: &str = "_X_AMZN_TRACE_ID";

/// Sets the variable, or takes it away where the invocation has no trace id.
///
/// The only `unsafe` code of the library. Changing the environment is unsound while another thread
/// reads it past the lock of the standard library, as C code does (`getenv`). AWS's own runtimes do
/// it all the same, and so does this, under their conditions: for one invocation at a time, after
/// the last one has ended and before the handler of the next one runs.
#[allow(unsafe_code)]
pub(super) fn set(trace_id: Option<&str>) {
    // A value with a NUL would be a panic, and is no trace id.
    match trace_id.filter(|id| !id.contains('\0')) {
        // SAFETY: alone, no handler runs while the loop is between two invocations. A thread that
        // the application started and that reads the environment through `std::env` takes the same
        // lock; one that does so through C must not, as documented at `Api::trace_environment`.
        Some(id) => unsafe { std::env::set_var(NAME, id) },
        // SAFETY: as above.
        None => unsafe { std::env::remove_var(NAME) },
    }
}
