//! SnapStart: what a function calls around a snapshot of it.
//!
//! No snapshot is taken: the call for the restore succeeds at once. A test enables it by setting the
//! variable `AWS_LAMBDA_INITIALIZATION_TYPE` to `snap-start`.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-custom.html>.

use super::{
    FakeLambda,
    messages::{ApiResponse, accepted, json, rejection},
    messages::{RequestBody, error_type},
    outcome::FunctionError,
    shared::Shared,
};
use http::{HeaderMap, StatusCode};
use serde_json::json;

impl FakeLambda {
    /// The number of accepted calls of `/restore/next`: one for each process with SnapStart.
    #[must_use]
    #[doc(hidden)]
    pub fn restores(&self) -> u64 {
        self.shared.read(|state| state.restores)
    }
}

/// The function is ready for its snapshot.
pub(super) fn next(shared: &Shared, process: u64) -> ApiResponse {
    let is_in_init = shared.update(|state| {
        let starting = state.process(process)?;
        let starting = !starting.is_ready();
        state.restores += u64::from(starting);
        Some(starting)
    });
    if is_in_init == Some(true) {
        return json(StatusCode::OK, &json!({}));
    }
    let message = "it asked to be restored after it was ready";
    rejection(
        shared,
        StatusCode::FORBIDDEN,
        "InvalidStateTransition",
        message.to_owned(),
    )
}

/// The function cannot go on after its snapshot: as good as an error of its start.
pub(super) fn error(
    shared: &Shared,
    process: u64,
    headers: &HeaderMap,
    request_body: &RequestBody,
) -> ApiResponse {
    let error = FunctionError::read(&request_body.body, error_type(headers));
    shared.update(|state| {
        if let Some(process) = state.process(process) {
            process.init_error = Some(error);
        }
    });
    accepted()
}
