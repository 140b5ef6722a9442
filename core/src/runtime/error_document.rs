//! The errors that are reported to Lambda.

use crate::error::{Bounded, bounded};
use serde_json::json;

/// The error document of the [Runtime API] and its header.
///
/// [Runtime API]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-invokeerror
#[derive(Debug)]
pub(super) struct ErrorDocument<'a> {
    error_type: &'static str,
    message: &'a str,
    stack_trace: Vec<&'a str>,
}

impl<'a> ErrorDocument<'a> {
    pub(super) fn new(error_type: &'static str, message: &'a str) -> Self {
        Self {
            error_type,
            message,
            stack_trace: Vec::new(),
        }
    }

    /// Sets the location and the backtrace of a panic.
    pub(super) fn with_stack_trace(mut self, lines: impl Iterator<Item = &'a str>) -> Self {
        self.stack_trace = lines.collect();
        self
    }

    /// The header as a whole line.
    pub(super) fn header(&self) -> String {
        let error_type = self.error_type();
        format!("lambda-runtime-function-error-type: {error_type}\r\n")
    }

    /// The value of the header.
    pub(super) fn error_type(&self) -> String {
        format!("Runtime.{}", self.error_type)
    }

    pub(super) fn body(&self) -> String {
        const LINES: usize = 64;
        const LINE_LIMIT: usize = 512;
        let lines = self.stack_trace.iter().take(LINES).map(Bounded::of);
        let stack: Vec<_> = lines
            .map(|line| line.within(LINE_LIMIT).into_owned())
            .collect();
        let document = json!({
            "errorType": self.error_type,
            "errorMessage": bounded(self.message),
            "stackTrace": stack,
        });
        document.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_document_has_type_message_and_stack() {
        let document = ErrorDocument::new("MainPanicked", "no \"table\"\nis named");
        let document = document.with_stack_trace(["src/main.rs:7:5"].into_iter());
        assert_eq!(
            document.header(),
            "lambda-runtime-function-error-type: Runtime.MainPanicked\r\n"
        );
        let body: serde_json::Value = serde_json::from_str(&document.body()).unwrap();
        let expected = json!({
            "errorType": "MainPanicked",
            "errorMessage": "no \"table\"\nis named",
            "stackTrace": ["src/main.rs:7:5"],
        });
        assert_eq!(body, expected);
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let long = "no table \u{20ac}\0".repeat(200_000);
        let body = ErrorDocument::new("MainFailed", &long).body();
        assert!(body.len() < 64 * 1024, "{}", body.len());
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let message = body["errorMessage"].as_str().unwrap();
        assert!(message.ends_with(" bytes cut)"), "{message}");
    }
}
