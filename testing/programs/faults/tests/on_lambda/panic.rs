//! Logs of panics.

use crate::{faults, get};
use lambda_api_testing::{FakeLambda, fake_lambda::LogLine};

/// All that was written until the record behind a panic.
async fn lines(lambda: &FakeLambda) -> Vec<LogLine> {
    assert_eq!(lambda.send(&get("/panic")).await.status(), 500);
    lambda.invoke(get("/log/done")).await.response();
    lambda.log(|line| line.contains("out: done")).await;
    lambda.log(|line| line.contains("err: done")).await;
    let about = |line: &LogLine| !line.contains("done");
    lambda.logs().into_iter().filter(about).collect()
}

#[tokio::test]
async fn a_panic_is_one_record_with_its_place() {
    let lambda = faults().await;
    let lines = lines(&lambda).await;
    let [line] = &lines[..] else {
        panic!("expected one record, found {lines:?}");
    };
    let record = line.json().expect("a record");
    assert_eq!(record["level"], "ERROR");
    assert_eq!(record["route"], "/panic");
    assert_eq!(record["code"], "internal_error");
    assert_eq!(record["cause"], "panicked: as it was asked to");
    let place = record["location"].as_str().unwrap();
    assert!(place.contains("main.rs:"), "{place}");
    assert!(record["requestId"].is_string());
    assert!(record.get("backtrace").is_none(), "{record}");
}

#[tokio::test]
async fn a_backtrace_is_there_when_the_environment_asks_for_it() {
    for (variables, expected) in [
        (&[("RUST_BACKTRACE", "1")][..], true),
        (&[("RUST_LIB_BACKTRACE", "1")], true),
        (
            &[("RUST_BACKTRACE", "1"), ("RUST_LIB_BACKTRACE", "0")],
            false,
        ),
        (&[("RUST_BACKTRACE", "0")], false),
    ] {
        let mut builder = faults();
        for (name, value) in variables {
            builder = builder.env(name, value);
        }
        let lambda = builder.await;
        let lines = lines(&lambda).await;
        assert_eq!(lines.len(), 1, "{variables:?}: {lines:?}");
        let record = lines[0].json().expect("a record");
        let backtrace = record["backtrace"].as_str();
        assert_eq!(backtrace.is_some(), expected, "{variables:?}: {record}");
        assert!(backtrace.is_none_or(|backtrace| backtrace.contains("main.rs")));
    }
}

#[tokio::test]
async fn each_of_many_panics_at_once_is_one_record_of_its_invocation() {
    let lambda = faults().concurrency(8).await;
    let pending: Vec<_> = (0..100)
        .map(|n| lambda.invoke(get(if n % 2 == 0 { "/panic" } else { "/log/done" })))
        .collect();
    let mut expected = Vec::new();
    for (n, pending) in pending.into_iter().enumerate() {
        let id = pending.request_id().to_owned();
        pending.await.response();
        expected.extend((n % 2 == 0).then_some(id));
    }
    let mut seen = Vec::new();
    lambda
        .log(|line| {
            if line.contains("as it was asked to") {
                let record = line.json().expect("a record");
                assert!(record["location"].is_string(), "{record}");
                seen.push(record["requestId"].as_str().unwrap().to_owned());
            }
            seen.len() == expected.len()
        })
        .await;
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    let told = |line: &&LogLine| line.contains("as it was asked to");
    assert_eq!(lambda.logs().iter().filter(told).count(), expected.len());
}

#[tokio::test]
async fn a_main_that_panics_is_one_record_with_its_place() {
    let exit = faults().env("FAULTS_START", "panic").try_start().await;
    let exit = exit.unwrap_err();
    assert_eq!(exit.logs().len(), 1, "{exit:?}");
    let record = exit.logs()[0].json().expect("a record");
    let error = record["error"].as_str().unwrap();
    assert!(error.starts_with("panicked at "), "{error}");
    assert!(error.contains("main.rs:"), "{error}");
    assert!(error.ends_with(": no table was expected"), "{error}");
    assert_eq!(exit.init_error().unwrap().error_message, error);
}

#[tokio::test]
async fn a_panic_while_panicking_is_an_error() {
    let lambda = faults().await;
    let exit = lambda.invoke(get("/double-panic")).await.crash();
    let records: Vec<_> = exit.logs().iter().filter_map(LogLine::json).collect();
    let told: Vec<_> = records
        .iter()
        .map(|record| (&record["level"], &record["cause"]))
        .collect();
    let error = serde_json::json!("ERROR");
    let expected = ["the first one", "the second one"].map(serde_json::Value::from);
    assert_eq!(
        told,
        [(&error, &expected[0]), (&error, &expected[1])],
        "{exit:?}"
    );
    for record in &records {
        assert_eq!(record["message"], "the process ends with a panic");
        assert!(record["location"].as_str().unwrap().contains("main.rs:"));
        assert!(record["requestId"].is_string());
    }
}
