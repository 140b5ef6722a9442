//! Sets the trace id of the invocation as an environment variable.
//!
//! AWS requires this of custom runtimes. The AWS SDKs (for recursion detection and for the trace
//! header of their calls) and `opentelemetry-aws` read the variable:
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html>.
//!
//! glibc never frees the values of environment variables, so each trace id leaks about 170 bytes.
//! [`Api::trace_environment`](crate::Api::trace_environment) can turn this off.

const NAME: &str = "_X_AMZN_TRACE_ID";

/// Sets the variable, or removes it if the invocation has no trace id.
///
/// This is the only `unsafe` code of the library. Changing the environment is unsound while another
/// thread reads it without the lock of the standard library, as C code does (`getenv`). AWS's own
/// runtimes do the same. The conditions are theirs: one invocation at a time, after the previous
/// one has ended and before the next handler runs.
#[allow(unsafe_code)]
pub(super) fn set(trace_id: Option<&str>) {
    // `set_var` panics on a NUL, which a valid trace id never contains.
    match trace_id.filter(|id| !id.contains('\0')) {
        // SAFETY: with one invocation at a time, no handler runs between two invocations. Threads
        // of the application that read the environment through `std::env` take the same lock.
        // Threads that read it through C must not exist, as documented at `Api::trace_environment`.
        Some(id) => unsafe { std::env::set_var(NAME, id) },
        // SAFETY: as above.
        None => unsafe { std::env::remove_var(NAME) },
    }
}
