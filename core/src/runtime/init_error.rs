//! Tells Lambda why a function does not start.
//!
//! Without it, Lambda knows no more than that the process has ended. `lambda_runtime` posts such
//! errors only where it takes snapshots, so this is a call of our own.

use super::call::Address;
use crate::error::bounded;
use serde_json::json;
use std::{io, time::Duration};
use tokio::time::timeout;

/// How long the end of the process waits for Lambda. The log has the reason already.
const PATIENCE: Duration = Duration::from_secs(1);

/// Posts an error to [`/init/error`], and waits until Lambda has taken it.
///
/// [`/init/error`]: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-initerror
pub(super) async fn report(error_type: &str, message: &str) {
    let Some(address) = Address::here() else {
        tracing::warn!(target: "lambda_api", "AWS_LAMBDA_RUNTIME_API is no address");
        return;
    };
    let posted = match timeout(PATIENCE, post(&address, error_type, message)).await {
        Ok(posted) => posted,
        Err(elapsed) => Err(elapsed.into()),
    };
    if let Err(error) = posted {
        let error = error.to_string();
        tracing::warn!(target: "lambda_api", error, "the init error could not be reported to Lambda");
    }
}

async fn post(address: &Address, error_type: &str, message: &str) -> io::Result<()> {
    let message = bounded(message);
    let body = json!({"errorType": error_type, "errorMessage": message, "stackTrace": []});
    let body = body.to_string();
    let headers = format!(
        "content-type: application/json\r\n\
         lambda-runtime-function-error-type: Runtime.{error_type}\r\n"
    );
    let path = "/2018-06-01/runtime/init/error";
    // Whatever the answer is, it comes after the error was read.
    let answer = address.call("POST", path, &headers, &body);
    answer.await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::{super::call::tests::lambda, *};

    #[tokio::test]
    async fn an_error_is_posted_with_its_type_and_message() {
        let (address, task) = lambda("HTTP/1.1 202 Accepted\r\n\r\n").await;
        post(&address, "MainFailed", "no \"table\"\nis named")
            .await
            .unwrap();
        let request = task.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("POST /2018-06-01/runtime/init/error HTTP/1.1\r\n"),
            "{head}"
        );
        assert!(
            head.contains("lambda-runtime-function-error-type: Runtime.MainFailed\r\n"),
            "{head}"
        );
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{head}"
        );
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!(body["errorType"], "MainFailed");
        assert_eq!(body["errorMessage"], "no \"table\"\nis named");
    }

    #[tokio::test]
    async fn an_error_document_has_an_end_and_says_so() {
        let (address, task) = lambda("HTTP/1.1 202 Accepted\r\n\r\n").await;
        let long = "no table \u{20ac}\0".repeat(200_000);
        post(&address, "MainFailed", &long).await.unwrap();
        let request = task.await.unwrap();
        assert!(request.len() < 64 * 1024, "{}", request.len());
        let (_, body) = request.split_once("\r\n\r\n").unwrap();
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        let message = body["errorMessage"].as_str().unwrap();
        assert!(message.ends_with(" bytes cut)"), "{message}");
    }
}
