//! A Runtime API that goes wrong itself.

use crate::{faults, get};
use http::StatusCode;
use lambda_api_testing::fake_lambda::{Call, Fault};

#[tokio::test]
async fn a_reply_that_lambda_refuses_is_lost_and_logged() {
    let lambda = faults().concurrency(2).await;
    lambda.inject(Call::Response, Fault::Status(StatusCode::GONE));
    let lost = lambda.invoke(get("/log/x"));
    lambda.log(|line| line.contains("410 Gone")).await;
    // The function goes on.
    assert_eq!(lambda.send(&get("/log/y")).await.status(), 200);
    drop(lost);
}

#[tokio::test]
async fn a_connection_that_is_reset_during_a_reply_ends_the_process() {
    let lambda = faults().await;
    lambda.inject(Call::Response, Fault::Reset);
    let exit = lambda.invoke(get("/log/x")).await.crash();
    assert_eq!(exit.code(), Some(1));
    assert!(
        exit.logs()
            .iter()
            .any(|line| line.contains("the Lambda runtime failed")),
        "{exit:?}"
    );
    assert_eq!(lambda.send(&get("/log/y")).await.status(), 200);
}

#[tokio::test]
async fn a_connection_that_is_reset_while_the_function_waits_ends_the_process() {
    let lambda = faults().await;
    lambda.inject(Call::Next, Fault::Reset);
    let exit = lambda.ended().await;
    assert_eq!(exit.code(), Some(1));
    assert!(
        exit.logs()[0].contains("the Lambda runtime failed"),
        "{exit:?}"
    );
    assert_eq!(lambda.send(&get("/log/y")).await.status(), 200);
    assert_eq!(lambda.starts(), 2);
}

#[tokio::test]
async fn a_slow_lambda_is_waited_for() {
    let lambda = faults().await;
    let mut slow = lambda.hold(Call::Response);
    let pending = lambda.invoke(get("/log/x"));
    slow.reached().await;
    slow.release();
    assert_eq!(pending.await.reply().json()["statusCode"], 200);
}
