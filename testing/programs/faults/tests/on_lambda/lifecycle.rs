//! What a function does at its end, and around a snapshot.

use crate::{faults, get};
use lambda_api_testing::fake_lambda::{Exit, LogLine};
use std::time::Duration;

/// The end of a process that Lambda needs no more.
async fn end(shutdown: &str) -> Exit {
    let lambda = faults()
        .env("FAULTS_SHUTDOWN", shutdown)
        .shutdown_grace(Duration::from_secs(30))
        .await;
    assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
    lambda.log(|line| line.contains("err: x")).await;
    let exit = lambda.terminate().await;
    assert_eq!(lambda.rejected_calls(), [""; 0]);
    assert!(exit.was_terminated());
    exit
}

#[tokio::test]
async fn shutdown_hooks_run() {
    let exit = end("flush").await;
    assert_eq!(exit.code(), Some(0));
    for expected in ["flushed", "closed"] {
        let written = |line: &LogLine| line.text() == expected;
        assert_eq!(
            exit.logs().iter().filter(|line| written(line)).count(),
            1,
            "{exit:?}"
        );
    }
}

#[tokio::test]
async fn shutdown_waits_for_inflight_then_names_it() {
    for concurrency in [1, 3] {
        let lambda = faults()
            .concurrency(concurrency)
            .env("FAULTS_SHUTDOWN", "flush")
            .env("FAULTS_SHUTDOWN_MS", "200")
            .shutdown_grace(Duration::from_secs(30))
            .await;
        let mut hangs = lambda.invoke(get("/hang"));
        hangs.taken().await;
        let id = hangs.request_id().to_owned();
        let exit = lambda.terminate().await;
        assert_eq!(exit.code(), Some(0));
        let flushed = exit.logs().iter().any(|line| line.text() == "flushed");
        assert!(flushed, "{exit:?}");
        let records = exit.logs().iter().filter_map(LogLine::json);
        let given_up: Vec<_> = records.filter(|record| record["limit_ms"] == 200).collect();
        let [record] = &given_up[..] else {
            panic!("{exit:?}");
        };
        assert_eq!(
            (&record["level"], &record["request_ids"]),
            (&"WARN".into(), &id.into())
        );
        assert!(record.get("hooks").is_none(), "{record}");
        hangs.await.crash();
    }
}

#[tokio::test]
async fn a_stream_that_is_always_ready_leaves_room_for_the_end() {
    for kind in ["empty", "busy"] {
        let lambda = faults()
            .env("FAULTS_SHUTDOWN", "flush")
            .shutdown_grace(Duration::from_secs(30))
            .await;
        let mut endless = lambda.invoke(get(&format!("/frames/{kind}")));
        endless.taken().await;
        let exit = lambda.terminate().await;
        assert_eq!(exit.code(), Some(0), "{kind}: {exit:?}");
        assert!(exit.was_terminated());
        let flushed = exit.logs().iter().any(|line| line.text() == "flushed");
        assert!(flushed, "{kind}: {exit:?}");
        endless.await.crash();
    }
}

#[tokio::test]
async fn a_hook_runs_between_a_response_and_the_next_event() {
    for concurrency in [1, 2] {
        let lambda = faults()
            .env("FAULTS_AFTER", "flush")
            .concurrency(concurrency)
            .await;
        for n in 1..=3 {
            assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
            let mut flushed = 0;
            lambda
                .log(|line| {
                    flushed += usize::from(line.text() == "flushed what is left");
                    flushed == n
                })
                .await;
        }
        if concurrency == 1 {
            let lines = lambda.logs();
            let order: Vec<_> = lines
                .iter()
                .map(LogLine::text)
                .filter(|text| text.starts_with("out: ") || text.starts_with("flushed"))
                .collect();
            assert_eq!(order, ["out: x", "flushed what is left"].repeat(3));
        }
        // Also after what is no request, which is an error.
        lambda
            .invoke(serde_json::json!({"Records": []}))
            .await
            .error();
        let mut flushed = 0;
        lambda
            .log(|line| {
                flushed += usize::from(line.text() == "flushed what is left");
                flushed == 4
            })
            .await;
    }
}

#[tokio::test]
async fn a_hook_after_a_response_that_fails_is_one_record() {
    for (fault, told) in [("panic", "panicked"), ("hang", "were cancelled")] {
        let lambda = faults()
            .env("FAULTS_AFTER", fault)
            .timeout(Duration::from_secs(2))
            .await;
        let mut ids = Vec::new();
        for _ in 0..2 {
            let pending = lambda.invoke(get("/log/x"));
            ids.push(pending.request_id().to_owned());
            pending.await.response();
        }
        let mut seen = Vec::new();
        lambda
            .log(|line| {
                let record = line.json().unwrap_or_default();
                if record["message"]
                    .as_str()
                    .is_some_and(|text| text.ends_with(told))
                {
                    assert_eq!(record["level"], "ERROR");
                    seen.push(record["requestId"].as_str().unwrap().to_owned());
                }
                seen.len() == 2
            })
            .await;
        assert_eq!(seen, ids, "{fault}");
        assert_eq!(lambda.starts(), 1, "{fault}");
    }
}

#[tokio::test]
async fn a_panic_at_the_end_is_one_record() {
    let exit = end("panic").await;
    assert_eq!(exit.code(), Some(0));
    let told: Vec<_> = exit
        .logs()
        .iter()
        .filter(|line| line.contains("nothing to flush"))
        .collect();
    assert_eq!(told.len(), 1, "{exit:?}");
    let record = told[0].json().expect("a record");
    assert_eq!(record["message"], "a shutdown hook panicked");
    assert!(
        record["location"]
            .as_str()
            .unwrap()
            .contains("lifecycle.rs:")
    );
}

#[tokio::test]
async fn an_endless_shutdown_is_abandoned() {
    let exit = end("hang").await;
    assert_eq!(exit.code(), Some(0));
    let mut records = exit.logs().iter().filter_map(LogLine::json);
    let record = records.find(|record| record["limit_ms"] == 500);
    let record = record.expect("a record");
    assert!(
        record["hooks"].as_str().unwrap().contains("pending"),
        "{record}"
    );
    assert!(record.get("request_ids").is_none(), "{record}");
}

#[tokio::test]
async fn without_hooks_no_extension_is_registered() {
    let lambda = faults().await;
    let exit = lambda.terminate().await;
    assert!(!exit.was_terminated());
}

#[tokio::test]
async fn hooks_run_around_a_snapshot_before_the_first_invocation() {
    let lambda = faults()
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
        .env("FAULTS_SNAPSHOT", "fine")
        .await;
    assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
    lambda.log(|line| line.contains("out: x")).await;
    let lines = lambda.logs();
    let texts: Vec<_> = lines.iter().map(LogLine::text).collect();
    assert_eq!(texts[..2], ["before the snapshot", "after the restore"]);
    assert_eq!(lambda.restores(), 1);
    assert_eq!(lambda.rejected_calls(), [""; 0]);
}

#[tokio::test]
async fn without_snapstart_nothing_runs_around_a_snapshot() {
    let lambda = faults().env("FAULTS_SNAPSHOT", "before").await;
    assert_eq!(lambda.send(&get("/log/x")).await.status(), 200);
    assert_eq!(lambda.restores(), 0);
}

#[tokio::test]
async fn a_hook_that_fails_before_a_snapshot_is_an_init_error() {
    let exit = faults()
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
        .env("FAULTS_SNAPSHOT", "before")
        .try_start()
        .await
        .unwrap_err();
    assert_eq!(exit.code(), Some(1));
    let error = exit.init_error().expect("an init error");
    assert_eq!(error.error_message, "the pool does not close");
}

#[tokio::test]
async fn a_hook_that_panics_after_a_restore_is_a_restore_error() {
    let exit = faults()
        .env("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
        .env("FAULTS_SNAPSHOT", "after")
        .try_start()
        .await
        .unwrap_err();
    assert_eq!(exit.code(), Some(1));
    let error = exit.init_error().expect("a restore error");
    assert!(
        error.error_message.ends_with(": the pool does not open"),
        "{error}"
    );
    let told = exit
        .logs()
        .iter()
        .filter(|line| line.contains("does not open"));
    assert_eq!(told.count(), 1, "{exit:?}");
}
