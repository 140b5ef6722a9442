//! Outcome of an invocation.

use super::{exit::Exit, response::InvocationResponse};
use serde::Deserialize;
use std::{fmt, time::Duration};

/// Outcome of an invocation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The function responded.
    Response(InvocationResponse),
    /// The function reported an error, which a gateway turns into a 502.
    Error(FunctionError),
    /// The process ended before it responded. The next invocation starts another.
    Crash(Exit),
    /// The function did not respond within its [timeout](super::FakeLambdaBuilder::timeout), and was
    /// killed, unless it can have several invocations at once. The next one starts another process.
    TimedOut(Duration),
}

impl Outcome {
    /// The response.
    ///
    /// # Panics
    /// If there is none, with the actual outcome and the log of a process that ended.
    #[track_caller]
    pub fn response(self) -> InvocationResponse {
        match self.try_response() {
            Ok(response) => response,
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn try_response(self) -> Result<InvocationResponse, String> {
        match self {
            Outcome::Response(response) => Ok(response),
            other => Err(format!("expected a response, found {other}")),
        }
    }

    /// The error that the function reported.
    ///
    /// # Panics
    /// If it reported none, with the actual outcome.
    #[track_caller]
    pub fn error(self) -> FunctionError {
        match self {
            Outcome::Error(error) => error,
            other => panic!("expected an error, found {other}"),
        }
    }

    /// The end of the process.
    ///
    /// # Panics
    /// If the process did not end, with the actual outcome.
    #[track_caller]
    pub fn crash(self) -> Exit {
        match self {
            Outcome::Crash(exit) => exit,
            other => panic!("expected the end of the process, found {other}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Response(response) => write!(f, "a response: {response}"),
            Outcome::Error(error) => write!(f, "an error: {error}"),
            Outcome::Crash(exit) => write!(f, "the end of the process: {}", exit.story()),
            Outcome::TimedOut(after) => write!(f, "no response: {}", timed_out(*after)),
        }
    }
}

/// The message of Lambda.
fn timed_out(after: Duration) -> String {
    format!("Task timed out after {:.2} seconds", after.as_secs_f64())
}

/// Error that a function reported to Lambda.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FunctionError {
    /// `errorType`: a name to filter logs by.
    pub error_type: String,
    /// `errorMessage`: for people.
    pub error_message: String,
}

impl FunctionError {
    pub(super) fn new(error_type: &str, error_message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.to_owned(),
            error_message: error_message.into(),
        }
    }

    /// Reads the body of a call. If the body has no type, the header
    /// `lambda-runtime-function-error-type` has it.
    pub(super) fn read(body: &[u8], header: Option<&str>) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct RequestBody {
            error_type: Option<String>,
            error_message: Option<String>,
        }
        let header = header.unwrap_or("Unhandled");
        match serde_json::from_slice(body) {
            Ok(RequestBody {
                error_type,
                error_message,
            }) => Self {
                error_type: error_type.unwrap_or_else(|| header.to_owned()),
                error_message: error_message.unwrap_or_default(),
            },
            Err(_) => Self::new(header, String::from_utf8_lossy(body)),
        }
    }
}

impl fmt::Display for FunctionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type, self.error_message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_as_far_as_it_is_there() {
        for (body, header, expected) in [
            (
                r#"{"errorType": "A", "errorMessage": "b"}"#,
                Some("H"),
                "A: b",
            ),
            (r#"{"errorMessage": "b"}"#, Some("H"), "H: b"),
            (r#"{"errorMessage": "b"}"#, None, "Unhandled: b"),
            ("went wrong", Some("H"), "H: went wrong"),
        ] {
            let error = FunctionError::read(body.as_bytes(), header);
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    #[should_panic(expected = "expected a response, found an error: NotFound: no such order")]
    fn an_unexpected_response_is_shown() {
        let _ = Outcome::Error(FunctionError::new("NotFound", "no such order")).response();
    }

    #[test]
    #[should_panic(
        expected = "expected an error, found no response: Task timed out after 3.00 seconds"
    )]
    fn a_timeout_has_the_message_of_lambda() {
        let _ = Outcome::TimedOut(Duration::from_secs(3)).error();
    }
}
