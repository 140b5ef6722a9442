//! One test through every source.

use super::{client, failures::panic_of_async};
use lambda_api::event::Source;
use lambda_api_testing::on_every_source;
use std::cell::RefCell;

#[tokio::test]
async fn a_test_runs_once_for_each_source() {
    let seen = RefCell::new(Vec::new());
    on_every_source(async |source| seen.borrow_mut().push(source)).await;
    assert_eq!(seen.take(), Source::ALL);
    client()
        .await
        .on_every_source(async |client| seen.borrow_mut().push(client.source()))
        .await;
    assert_eq!(seen.take(), Source::ALL);
}

#[tokio::test]
async fn a_closure_that_returns_a_future_will_do_as_well() {
    client()
        .await
        .on_every_source(|client| async move {
            client.get("/text").await.assert_status(200);
        })
        .await;
}

#[tokio::test]
async fn a_failure_names_the_sources_and_the_line() {
    let client = client().await;
    let panic = panic_of_async(async {
        client
            .on_every_source(async |client| {
                client
                    .get("/closed")
                    .await
                    .assert_header("www-authenticate", "Bearer");
            })
            .await;
    })
    .await;
    assert_eq!(
        panic.message,
        "\
the test failed on 1 of 8 sources
  rest: header `www-authenticate`: expected `Bearer`, found none"
    );
    panic.assert_is_at_its_test();
}

#[tokio::test]
async fn a_failure_does_not_keep_the_other_sources_from_running() {
    let seen = RefCell::new(Vec::new());
    let panic = panic_of_async(async {
        on_every_source(async |source| {
            seen.borrow_mut().push(source);
            match source {
                Source::HttpApi => {}
                Source::RestApi => panic!(
                    "in a way of its own
second line"
                ),
                _ => panic!("not through this one"),
            }
        })
        .await;
    })
    .await;
    assert_eq!(seen.take(), Source::ALL);
    assert_eq!(
        panic.message,
        "\
the test failed on 7 of 8 sources
  rest: in a way of its own
  http1, url, alb, alb-multi, lattice1, lattice2: not through this one"
    );
}
