//! What a function writes.

use crate::{faults, get};
use lambda_api_testing::fake_lambda::LogStream;

#[tokio::test]
async fn both_outputs_are_kept() {
    let lambda = faults().await;
    lambda.invoke(get("/log/tea")).await.reply();
    let out = lambda.log(|line| line.text() == "out: tea").await;
    let err = lambda.log(|line| line.text() == "err: tea").await;
    assert_eq!(
        (out.stream(), err.stream()),
        (LogStream::Stdout, LogStream::Stderr)
    );
    assert!(lambda.logs().contains(&out) && lambda.logs().contains(&err));
}

#[tokio::test]
async fn a_record_says_which_invocation_it_belongs_to() {
    let lambda = faults().await;
    for (text, cold_start) in [("first", true), ("second", false)] {
        let pending = lambda.invoke(get(&format!("/log/{text}")));
        let id = pending.request_id().to_owned();
        pending.await.reply();
        let line = lambda.log(|line| line.json().is_some_and(|record| record["text"] == text));
        let record = line.await.json().unwrap();
        assert_eq!(record["message"], "logged");
        assert_eq!(record["level"], "INFO");
        assert_eq!(record["requestId"], id);
        assert_eq!(record["route"], "/log/{text}");
        assert_eq!(record["cold_start"], cold_start);
    }
}

#[tokio::test]
async fn lambda_chooses_level_and_format() {
    let lambda = faults()
        .env("AWS_LAMBDA_LOG_LEVEL", "ERROR")
        .env("AWS_LAMBDA_LOG_FORMAT", "Text")
        .await;
    lambda.invoke(get("/log/quiet")).await.reply();
    lambda.invoke(get("/panic")).await.reply();
    let line = lambda.log(|line| line.contains("ERROR")).await;
    assert_eq!(line.json(), None);
    assert!(!lambda.logs().iter().any(|line| line.contains("logged")));
}
