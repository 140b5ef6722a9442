//! How a function starts, or does not.

use crate::{faults, get};
use lambda_api_testing::fake_lambda::LogLine;
use std::{panic::AssertUnwindSafe, time::Duration};

#[tokio::test]
async fn a_start_is_timed() {
    let lambda = faults().await;
    assert!(lambda.cold_start() > Duration::ZERO);
    assert_eq!(lambda.first_response(), None);
    let response = lambda.invoke(get("/log/first")).await.response();
    assert_eq!(lambda.first_response(), Some(response.took()));
    lambda.invoke(get("/log/second")).await.response();
    assert_eq!(lambda.first_response(), Some(response.took()));
    assert_eq!(lambda.starts(), 1);
}

#[tokio::test]
async fn a_function_that_cannot_start_tells_lambda_why() {
    for (fault, error_type, message) in [
        ("error", "MainFailed", "no table is named"),
        ("panic", "MainPanicked", "no table was expected"),
        ("conflict", "ApiNotBuilt", "both handle GET /panic"),
        ("state", "ApiNotBuilt", ": no key was expected"),
    ] {
        let exit = faults()
            .env("FAULTS_START", fault)
            .try_start()
            .await
            .unwrap_err();
        assert_eq!(exit.code(), Some(1), "{fault}");
        assert!(exit.is_in_init(), "{fault}");
        let Some(error) = exit.init_error() else {
            panic!("{fault}: no init error was posted: {exit:?}");
        };
        assert_eq!(error.error_type, error_type);
        assert!(error.error_message.contains(message), "{fault}: {error}");
        let records: Vec<_> = exit.logs().iter().filter_map(LogLine::json).collect();
        let [record] = records.as_slice() else {
            panic!("{fault}: expected one record, found {records:?}");
        };
        assert_eq!(record["level"], "ERROR");
        assert_eq!(record["error"], error.error_message);
    }
}

#[tokio::test]
async fn a_long_init_error_has_an_end() {
    let exit = faults().env("FAULTS_START", "long error").try_start().await;
    let exit = exit.unwrap_err();
    let error = exit.init_error().expect("an init error");
    assert!(error.error_message.len() <= 16 * 1024);
    assert!(error.error_message.ends_with(" bytes cut)"), "{error}");
    let record = exit.logs()[0].json().expect("a record");
    assert_eq!(record["error"], error.error_message);
}

#[tokio::test]
async fn a_process_that_fails_to_start_logs_one_record() {
    let exit = faults()
        .env("FAULTS_START", "exit")
        .try_start()
        .await
        .unwrap_err();
    assert_eq!(exit.code(), Some(7));
    assert_eq!(exit.to_string(), "Runtime exited with error: exit status 7");
    assert!(exit.is_in_init());
    assert_eq!(exit.init_error(), None);
}

/// The message of the panic that the future ends with.
async fn failure(future: impl Future<Output = ()>) -> String {
    let mut future = std::pin::pin!(future);
    let panic = std::future::poll_fn(|cx| {
        match std::panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(|()| None),
            Err(panic) => std::task::Poll::Ready(panic.downcast::<String>().ok()),
        }
    });
    *panic.await.expect("a panic with a message")
}

#[tokio::test]
async fn a_test_that_needs_the_function_fails_with_its_log() {
    let message = failure(async {
        faults().env("FAULTS_START", "error").await;
    });
    let message = message.await;
    for part in [
        "faults did not start: Runtime exited with error: exit status 1\n",
        "it had posted an init error: MainFailed: no table is named\n",
        "its log:\n  stdout | {\"timestamp\":",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn waits_end_at_the_limit() {
    let limit = Duration::from_millis(300);
    let message = failure(async {
        faults().env("FAULTS_START", "hang").limit(limit).await;
    });
    let message = message.await;
    let expected = "waited for the function to be ready, and not longer than 300ms: the process ";
    assert!(message.starts_with(expected), "{message}");
    assert!(
        message.contains(" is starting; 0 invocations are in flight, 0 are queued"),
        "{message}"
    );
}

#[tokio::test]
async fn an_invocation_that_takes_too_long_for_the_test_is_named() {
    let lambda = faults().limit(Duration::from_secs(2)).await;
    let mut pending = lambda.invoke(get("/hang"));
    pending.taken().await;
    let id = pending.request_id().to_owned();
    let message = failure(async {
        pending.await;
    });
    let message = message.await;
    assert!(
        message.starts_with(&format!("waited for the response to invocation {id}, ")),
        "{message}"
    );
    assert!(
        message.contains(" is running; 1 invocations are in flight, 0 are queued"),
        "{message}"
    );
}
