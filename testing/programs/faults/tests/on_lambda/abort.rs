//! A program whose panics end the process, which takes a build of its own:
//!
//! ```text
//! cargo build -p faults --profile abort \
//!     --config 'profile.abort.inherits="dev"' --config 'profile.abort.panic="abort"'
//! FAULTS_ABORTING=$PWD/target/abort/faults cargo test -p faults -- --ignored
//! ```

use crate::get;
use lambda_api_testing::{
    FakeLambda,
    fake_lambda::{FakeLambdaBuilder, LogLine},
};

fn aborting() -> FakeLambdaBuilder {
    let program = std::env::var_os("FAULTS_ABORTING");
    FakeLambda::start(program.expect("FAULTS_ABORTING names the program"))
}

#[tokio::test]
#[ignore = "needs a program that was built with panic=abort"]
async fn panic_abort_is_one_warning_at_the_start() {
    let lambda = aborting().await;
    assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
    lambda.log(|line| line.contains("err: x")).await;
    let logs = lambda.logs();
    let warnings: Vec<_> = logs.iter().filter_map(LogLine::json).collect();
    let warnings: Vec<_> = warnings
        .iter()
        .filter(|record| record["level"] == "WARN")
        .collect();
    assert_eq!(warnings.len(), 1, "{logs:?}");
    let message = warnings[0]["message"].as_str().unwrap();
    assert!(message.contains("`panic = \"abort\"`"), "{message}");
}

#[tokio::test]
#[ignore = "needs a program that was built with panic=abort"]
async fn a_panic_that_ends_the_process_is_a_record_of_its_invocation() {
    let lambda = aborting().await;
    let pending = lambda.invoke(get("/panic"));
    let id = pending.request_id().to_owned();
    let exit = pending.await.crash();
    assert_eq!(exit.signal(), Some(6));
    let records: Vec<_> = exit.logs().iter().filter_map(LogLine::json).collect();
    let record = records.iter().find(|record| record["level"] == "ERROR");
    let record = record.expect("a record");
    assert_eq!(record["cause"], "as it was asked to");
    assert_eq!(record["requestId"], id);
    assert_eq!(record["route"], "/panic");
    assert!(record["location"].as_str().unwrap().contains("main.rs:"));
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
}
