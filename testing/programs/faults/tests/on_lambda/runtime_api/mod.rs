//! A Runtime API that fails.
//!
//! The process never hangs, logs each lost response, and ends only where Lambda should replace it. The
//! documentation of `lambda_api::run` has a table of all cases.

mod event_headers;
mod events;
mod init;
mod next;
mod response;

use crate::get;
use lambda_api_testing::{
    FakeLambda,
    fake_lambda::{Exit, LogLine},
};
use serde_json::Value;

/// Alone, and among several.
const BOTH: [u32; 2] = [1, 4];

/// The next response is as it should be.
async fn assert_goes_on(lambda: &FakeLambda) {
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
}

fn is_record(line: &LogLine, message: &str) -> bool {
    line.json()
        .is_some_and(|record| record["message"].as_str() == Some(message))
}

async fn record(lambda: &FakeLambda, message: &str) -> Value {
    let line = lambda.log(|line| is_record(line, message)).await;
    line.json().unwrap_or_default()
}

/// An end that says why, in one record at level ERROR, with an exit code that Lambda takes for one.
fn assert_ended_with(exit: &Exit, reason: &str) {
    assert_eq!(exit.code(), Some(1), "{exit:?}");
    let records: Vec<Value> = exit.logs().iter().filter_map(LogLine::json).collect();
    let failed = |record: &&Value| record["message"] == "the Lambda runtime failed";
    let [last] = records.iter().filter(failed).collect::<Vec<_>>()[..] else {
        panic!("expected one record of the end: {records:?}");
    };
    assert_eq!(last["level"], "ERROR");
    let error = last["error"].as_str().unwrap_or_default();
    assert!(error.contains(reason), "{error}");
}
