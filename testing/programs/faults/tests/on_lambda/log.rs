//! What a function writes.

use crate::{faults, get};
use lambda_api_testing::fake_lambda::{LogLine, LogStream};

#[tokio::test]
async fn both_outputs_are_kept() {
    let lambda = faults().await;
    lambda.invoke(get("/log/tea")).await.response();
    let out = lambda.log(|line| line.text() == "out: tea").await;
    let err = lambda.log(|line| line.text() == "err: tea").await;
    assert_eq!(
        (out.stream(), err.stream()),
        (LogStream::Stdout, LogStream::Stderr)
    );
    assert!(lambda.logs().contains(&out) && lambda.logs().contains(&err));
}

#[tokio::test]
async fn records_name_their_invocation() {
    let lambda = faults().await;
    for (text, cold_start) in [("first", true), ("second", false)] {
        let pending = lambda.invoke(get(&format!("/log/{text}")));
        let id = pending.request_id().to_owned();
        pending.await.response();
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
    lambda.invoke(get("/log/quiet")).await.response();
    lambda.invoke(get("/panic")).await.response();
    let line = lambda.log(|line| line.contains("ERROR")).await;
    assert_eq!(line.json(), None);
    assert!(!lambda.logs().iter().any(|line| line.contains("logged")));
}

#[tokio::test]
async fn no_filter_shows_what_a_request_carries() {
    for (own, filter) in [
        ("", "trace"),
        ("", "info,lambda_runtime=trace"),
        ("", "lambda_run=trace"),
        ("", "l=trace,h=trace"),
        ("", "lambda_runtime::layers::api_response=trace"),
        ("", "lambda_runtime::layers::api_response"),
        // Of a subscriber that shows everything.
        ("own", ""),
        ("layer", "trace"),
    ] {
        let lambda = faults()
            .env("RUST_LOG", filter)
            .env("FAULTS_LOG", own)
            .await;
        for _ in 0..2 {
            let event = get("/log/x")
                .header("authorization", "Bearer open-sesame")
                .header("cookie", "session=open-sesame")
                .body("open-sesame");
            assert_eq!(lambda.send(&event).await.status(), 200);
        }
        lambda.invoke(get("/log/done")).await.response();
        lambda.log(|line| line.contains("out: done")).await;
        lambda.log(|line| line.contains("err: done")).await;
        let shown: Vec<_> = lambda
            .logs()
            .into_iter()
            .filter(|line| line.contains("open-sesame"))
            .collect();
        assert!(shown.is_empty(), "{own} {filter}: {shown:?}");
    }
}

#[tokio::test]
async fn invalid_log_directives_are_reported() {
    for filter in ["=", "error,orders=", "off,orders=loud"] {
        let lambda = faults().env("RUST_LOG", filter).await;
        lambda.invoke(get("/log/done")).await.response();
        lambda.log(|line| line.contains("out: done")).await;
        let told = lambda.logs().into_iter().filter_map(|line| line.json());
        let told: Vec<_> = told.filter(|record| record["level"] == "WARN").collect();
        let [record] = &told[..] else {
            panic!("{filter}: {told:?}");
        };
        let fault = record["fault"].as_str().unwrap();
        assert!(fault.starts_with("RUST_LOG: "), "{fault}");
        // The rest holds.
        let records = lambda
            .logs()
            .into_iter()
            .filter(|line| line.contains("logged"));
        assert_eq!(records.count(), usize::from(filter == "="), "{filter}");
    }
}

#[tokio::test]
async fn a_subscriber_that_main_installs_stays() {
    let lambda = faults().env("FAULTS_LOG", "own").await;
    lambda.invoke(get("/log/tea")).await.response();
    let line = lambda.log(|line| line.contains("logged")).await;
    assert_eq!(line.json(), None, "{line:?}");
    assert!(line.contains("text=\"tea\""), "{line:?}");
    assert!(
        lambda
            .logs()
            .iter()
            .any(|line| line.contains("the log of main"))
    );
    assert_eq!(lambda.send(&get("/panic")).await.status(), 500);
    let line = lambda.log(|line| line.contains("as it was asked to")).await;
    assert!(line.contains("ERROR"), "{line:?}");
}

#[tokio::test]
async fn our_log_is_a_layer_beside_others() {
    let lambda = faults()
        .env("FAULTS_LOG", "layer")
        .env("RUST_LOG", "warn")
        .await;
    lambda.invoke(get("/log/tea")).await.response();
    let exported = |line: &LogLine| line.text() == "exported: INFO";
    let mut count = 0;
    lambda
        .log(|line| {
            count += usize::from(exported(line));
            count == 2
        })
        .await;
    assert_eq!(lambda.send(&get("/panic")).await.status(), 500);
    let record = lambda.log(|line| line.contains("as it was asked to")).await;
    let record = record.json().expect("our JSON");
    assert_eq!(record["route"], "/panic");
    assert!(record["requestId"].is_string());
    // The level is that of this layer alone.
    assert!(!lambda.logs().iter().any(|line| line.contains("\"logged\"")));
}

#[tokio::test]
async fn start_errors_are_logged_in_every_format() {
    for (own, fault) in [
        ("own", "error"),
        ("own", "panic"),
        ("layer", "panic"),
        ("layer", "state"),
    ] {
        let exit = faults()
            .env("FAULTS_LOG", own)
            .env("FAULTS_START", fault)
            .try_start()
            .await
            .unwrap_err();
        assert_eq!(exit.code(), Some(1));
        assert!(exit.init_error().is_some(), "{own} {fault}: {exit:?}");
        let told = exit
            .logs()
            .iter()
            .filter(|line| line.contains("no table") || line.contains("no key was expected"));
        assert_eq!(told.count(), 1, "{own} {fault}: {exit:?}");
    }
}

#[tokio::test]
async fn a_long_error_is_a_record_with_an_end() {
    for format in ["JSON", "Text"] {
        let lambda = faults().env("AWS_LAMBDA_LOG_FORMAT", format).await;
        assert_eq!(lambda.send(&get("/long-error/3000000")).await.status(), 500);
        let line = lambda.log(|line| line.contains("long long")).await;
        assert!(
            line.text().len() <= 64 * 1024,
            "{format}: {}",
            line.text().len()
        );
        assert!(line.contains(" bytes cut)"), "{format}");
        assert_eq!(line.json().is_some(), format == "JSON");
    }
}
