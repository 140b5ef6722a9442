//! How a process ends, and what comes after it.

use crate::{faults, get};
use lambda_api_testing::{
    FakeLambda,
    fake_lambda::{LogLine, Outcome},
};
use std::time::Duration;

/// Whether there is still such a process.
#[cfg(target_os = "linux")]
fn lives(process: u32) -> bool {
    std::path::Path::new(&format!("/proc/{process}")).exists()
}

#[tokio::test]
async fn a_panic_is_a_500_and_the_process_lives() {
    let lambda = faults().await;
    let response = lambda.send(&get("/panic")).await;
    assert_eq!(response.status(), 500);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    let record = lambda.log(|line| line.contains("as it was asked to") && line.json().is_some());
    assert_eq!(record.await.json().unwrap()["level"], "ERROR");
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn an_exit_is_a_crash_and_the_next_invocation_restarts() {
    let lambda = faults().await;
    let first = lambda.process_id();
    let exit = lambda.invoke(get("/exit/3")).await.crash();
    assert_eq!(exit.code(), Some(3));
    assert!(!exit.is_in_init());
    let lines: Vec<&str> = exit.logs().iter().map(LogLine::text).collect();
    assert_eq!(lines, ["about to exit with 3"]);
    assert_eq!(lambda.process_id(), None);

    assert_eq!(lambda.send(&get("/log/again")).await.status(), 200);
    assert_eq!(lambda.starts(), 2);
    assert!(lambda.process_id().is_some() && lambda.process_id() != first);
    // The logs of both are there, and those of an exit are its own.
    lambda.log(|line| line.contains("out: again")).await;
    assert!(lambda.logs()[0].contains("about to exit with 3"));
    let exit = lambda.invoke(get("/exit/0")).await.crash();
    assert_eq!(
        exit.to_string(),
        "Runtime exited without providing a reason"
    );
    assert!(
        !exit.logs().iter().any(|line| line.contains("with 3")),
        "{:?}",
        exit.logs()
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_is_seen() {
    let lambda = faults().await;
    let exit = lambda.invoke(get("/abort")).await.crash();
    assert_eq!((exit.code(), exit.signal()), (None, Some(6)));
    assert_eq!(
        exit.to_string(),
        "Runtime exited with error: signal: aborted"
    );
}

#[tokio::test]
async fn an_invocation_that_takes_too_long_takes_the_process_with_it() {
    let timeout = Duration::from_millis(200);
    let lambda = faults().timeout(timeout).await;
    let outcome = lambda.invoke(get("/block")).await;
    assert!(
        matches!(outcome, Outcome::TimedOut(after) if after == timeout),
        "{outcome}"
    );
    assert_eq!(lambda.process_id(), None);
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
    assert_eq!(lambda.starts(), 2);
}

#[tokio::test]
async fn a_restart_is_a_cold_start() {
    let lambda = faults().await;
    lambda.invoke(get("/log/one")).await.response();
    let first = lambda.process_id();
    lambda.restart().await;
    assert_ne!(lambda.process_id(), first);
    assert_eq!(lambda.starts(), 2);
    assert_eq!(lambda.first_response(), None);
    lambda.invoke(get("/log/two")).await.response();
    let record = lambda.log(|line| line.json().is_some_and(|record| record["text"] == "two"));
    assert_eq!(record.await.json().unwrap()["cold_start"], true);
}

#[tokio::test]
async fn waiting_invocations_survive_a_restart() {
    let lambda = faults().await;
    let mut hangs = lambda.invoke(get("/hang"));
    hangs.taken().await;
    let waits = lambda.invoke(get("/log/patient"));
    lambda.restart().await;
    assert!(!hangs.await.crash().is_in_init());
    assert_eq!(waits.await.response().json()["statusCode"], 200);
}

#[cfg(unix)]
#[tokio::test]
async fn without_an_extension_a_process_has_no_time_to_end() {
    let lambda = faults().await;
    let exit = lambda.terminate().await;
    assert_eq!(exit.signal(), Some(9));
    assert!(!exit.was_terminated());
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
}

#[cfg(unix)]
#[tokio::test]
async fn with_an_extension_a_process_gets_sigterm() {
    let lambda = faults()
        .env("FAULTS_EXTENSION", "polite")
        .shutdown_grace(Duration::from_secs(30))
        .await;
    let exit = lambda.terminate().await;
    assert_eq!(exit.code(), Some(0));
    assert!(exit.was_terminated());
    assert!(
        exit.logs()[0].contains("SIGTERM received"),
        "{:?}",
        exit.logs()
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_process_that_does_not_hear_sigterm_is_killed() {
    let lambda = faults().env("FAULTS_EXTENSION", "deaf").await;
    let exit = lambda.terminate().await;
    assert_eq!(exit.signal(), Some(9));
    assert!(exit.was_terminated());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_process_is_gone_with_the_last_clone() {
    let lambda = faults().await;
    let process = lambda.process_id().unwrap();
    let clone = FakeLambda::clone(&lambda);
    drop(lambda);
    assert!(lives(process));
    clone.invoke(get("/log/x")).await.response();
    drop(clone);
    assert!(!lives(process));
}
