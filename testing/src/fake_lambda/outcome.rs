//! What becomes of an invocation.

use super::{exit::Exit, reply::Reply};
use serde::Deserialize;
use std::{fmt, time::Duration};

/// What became of an invocation.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The function replied.
    Reply(Reply),
    /// The function reported an error; a gateway makes a 502 of it.
    Error(FunctionError),
    /// The process ended before it had answered. The next invocation starts another.
    Crash(Exit),
    /// The function did not answer in its [timeout](super::FakeLambdaBuilder::timeout), and was
    /// killed, unless it can have several invocations at once. The next one starts another process.
    TimedOut(Duration),
}

impl Outcome {
    /// The reply.
    ///
    /// # Panics
    /// When there is none, with what there was in its place, and with the log of a process that
    /// ended.
    #[track_caller]
    pub fn reply(self) -> Reply {
        match self.try_reply() {
            Ok(reply) => reply,
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn try_reply(self) -> Result<Reply, String> {
        match self {
            Outcome::Reply(reply) => Ok(reply),
            other => Err(format!("expected a reply, found {other}")),
        }
    }

    /// The error that the function reported.
    ///
    /// # Panics
    /// When it reported none, with what there was in its place.
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
    /// When the process went on, with what there was in its place.
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
            Outcome::Reply(reply) => write!(f, "a reply: {reply}"),
            Outcome::Error(error) => write!(f, "an error: {error}"),
            Outcome::Crash(exit) => write!(f, "the end of the process: {}", exit.story()),
            Outcome::TimedOut(after) => write!(f, "no answer: {}", timed_out(*after)),
        }
    }
}

/// What Lambda says of it.
fn timed_out(after: Duration) -> String {
    format!("Task timed out after {:.2} seconds", after.as_secs_f64())
}

/// An error as a function reports it to Lambda.
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

    /// Reads the body of a call; its header `lambda-runtime-function-error-type` stands in where
    /// the body does not name a type.
    pub(super) fn read(body: &[u8], header: Option<&str>) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Posted {
            error_type: Option<String>,
            error_message: Option<String>,
        }
        let header = header.unwrap_or("Unhandled");
        match serde_json::from_slice(body) {
            Ok(Posted {
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
    #[should_panic(expected = "expected a reply, found an error: NotFound: no such order")]
    fn what_was_not_expected_is_shown() {
        let _ = Outcome::Error(FunctionError::new("NotFound", "no such order")).reply();
    }

    #[test]
    #[should_panic(
        expected = "expected an error, found no answer: Task timed out after 3.00 seconds"
    )]
    fn a_time_out_is_told_in_the_words_of_lambda() {
        let _ = Outcome::TimedOut(Duration::from_secs(3)).error();
    }
}
