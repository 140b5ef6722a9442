//! What takes too long, on the clocks of Lambda.

use crate::{faults, get};
use lambda_api::event::Source;
use std::time::Duration;

#[tokio::test]
async fn a_handler_that_waits_too_long_is_a_504_and_the_process_lives() {
    let lambda = faults().timeout(Duration::from_secs(2)).await;
    let pending = lambda.invoke(get("/hang"));
    let id = pending.request_id().to_owned();
    let response = pending.await.response();
    assert!(
        response.took() < Duration::from_secs(2),
        "{:?}",
        response.took()
    );
    let response = response.http(Source::HttpApi);
    assert_eq!(response.status(), 504);
    let record = lambda.log(|line| line.contains("timed_out")).await;
    let record = record.json().unwrap();
    assert_eq!(record["level"], "ERROR");
    assert_eq!(record["route"], "/hang");
    assert_eq!(record["requestId"], id);
    let elapsed = record["elapsed_ms"].as_u64().unwrap();
    assert!((1000..2000).contains(&elapsed), "{record}");

    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
    assert_eq!(lambda.starts(), 1);
    let records = lambda.logs();
    let told = records.iter().filter(|line| line.contains("timed_out"));
    assert_eq!(told.count(), 1, "{records:?}");
}

#[tokio::test]
async fn a_route_may_have_less_time() {
    let lambda = faults().concurrency(2).await;
    let mut hangs = lambda.invoke(get("/hang"));
    hangs.taken().await;
    assert_eq!(lambda.send(&get("/short")).await.status(), 504);
    let record = lambda.log(|line| line.contains("timed_out")).await;
    let record = record.json().unwrap();
    assert_eq!(record["route"], "/short");
    let cause = record["cause"].as_str().unwrap();
    assert!(
        cause.contains("the timeout of the route is 50 ms"),
        "{cause}"
    );
    drop(hangs);
}

#[tokio::test]
async fn a_stream_that_is_always_ready_is_stopped() {
    let lambda = faults().timeout(Duration::from_secs(2)).await;
    for kind in ["empty", "busy"] {
        let response = lambda.send(&get(&format!("/frames/{kind}"))).await;
        assert_eq!(response.status(), 504, "{kind}");
    }
    assert_eq!(lambda.send(&get("/log/after")).await.status(), 200);
    assert_eq!(lambda.starts(), 1);
}
