//! What handlers of events may return.

use super::{event::Event, failures::BatchFailures, record::Record, sealed::Sealed};
use crate::{Error, Json};
use serde::Serialize;

impl Sealed for () {}

impl Sealed for BatchFailures {}

impl<T> Sealed for Json<T> {}

impl<T, E> Sealed for Result<T, E> {}

/// What a handler that is called once for each record may return: nothing, or a `Result` of nothing
/// with any error. Only this crate implements it.
#[diagnostic::on_unimplemented(
    message = "a handler of records cannot return `{Self}`",
    label = "return nothing, or `Result<(), E>` with an error",
    note = "a record has no response"
)]
pub trait IntoRecordOutcome: Sealed {
    #[doc(hidden)]
    fn into_outcome(self) -> Result<(), Error>;
}

impl IntoRecordOutcome for () {
    fn into_outcome(self) -> Result<(), Error> {
        Ok(())
    }
}

impl<E: Into<Error>> IntoRecordOutcome for Result<(), E> {
    fn into_outcome(self) -> Result<(), Error> {
        self.map_err(Into::into)
    }
}

/// What a handler of a whole event may return: nothing, [`Json`], or a `Result` of these with any
/// error. A caller that invokes the function and waits gets the JSON. Only this crate implements it.
#[diagnostic::on_unimplemented(
    message = "a handler of events cannot return `{Self}`",
    label = "return nothing, `Json<T>`, or a `Result` of these"
)]
pub trait IntoEventResponse: Sealed {
    #[doc(hidden)]
    fn into_event_response(self) -> Result<Vec<u8>, Error>;
}

impl IntoEventResponse for () {
    fn into_event_response(self) -> Result<Vec<u8>, Error> {
        Ok(b"null".to_vec())
    }
}

impl<T: Serialize> IntoEventResponse for Json<T> {
    fn into_event_response(self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(&self.0)
            .map_err(|error| Error::new(error).context("the response cannot be serialised as JSON"))
    }
}

impl<T: IntoEventResponse, E: Into<Error>> IntoEventResponse for Result<T, E> {
    fn into_event_response(self) -> Result<Vec<u8>, Error> {
        self.map_err(Into::into)?.into_event_response()
    }
}

/// What a handler of a whole batch may return: nothing, [`BatchFailures`], or a `Result` of these. An
/// error means that all records failed: the invocation fails. Only this crate implements it.
#[diagnostic::on_unimplemented(
    message = "a handler of batches cannot return `{Self}`",
    label = "return nothing, `BatchFailures`, or a `Result` of these"
)]
pub trait IntoBatchOutcome: Sealed {
    #[doc(hidden)]
    fn into_batch_outcome(self) -> Result<BatchFailures, Error>;
}

impl IntoBatchOutcome for () {
    fn into_batch_outcome(self) -> Result<BatchFailures, Error> {
        Ok(BatchFailures::default())
    }
}

impl IntoBatchOutcome for BatchFailures {
    fn into_batch_outcome(self) -> Result<BatchFailures, Error> {
        Ok(self)
    }
}

impl<T: IntoBatchOutcome, E: Into<Error>> IntoBatchOutcome for Result<T, E> {
    fn into_batch_outcome(self) -> Result<BatchFailures, Error> {
        self.map_err(Into::into)?.into_batch_outcome()
    }
}

/// Converts the value of a handler; instantiated once per type.
///
/// # Errors
/// The error of the handler.
#[doc(hidden)]
pub fn record_outcome<T: IntoRecordOutcome>(value: T, _: &Record) -> Result<(), Error> {
    value.into_outcome()
}

/// Converts the value of a handler; instantiated once per type.
///
/// # Errors
/// The error of the handler.
#[doc(hidden)]
pub fn event_response<T: IntoEventResponse>(value: T, _: &Event) -> Result<Vec<u8>, Error> {
    value.into_event_response()
}

/// Converts the value of a handler; instantiated once per type.
///
/// # Errors
/// The error of the handler.
#[doc(hidden)]
pub fn batch_outcome<T: IntoBatchOutcome>(value: T, _: &Event) -> Result<BatchFailures, Error> {
    value.into_batch_outcome()
}
