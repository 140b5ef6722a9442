//! What is no HTTP event, or nothing at all.

use super::{BOTH, assert_goes_on};
use crate::faults;

#[tokio::test]
async fn what_is_no_json_or_no_text_is_an_error_and_the_process_lives() {
    for level in ["INFO", "TRACE"] {
        for concurrency in BOTH {
            let lambda = faults()
                .concurrency(concurrency)
                .env("AWS_LAMBDA_LOG_LEVEL", level)
                .await;
            for event in [
                &b""[..],
                b"{",
                b"{\"a\": 1}}",
                b"\xff\xfe",
                b"{\"rawPath\": \"/\xff\"}",
                b"\0",
                b"null",
                b"7",
                b"[]",
                b"{}",
            ] {
                let error = lambda.invoke(event.to_vec()).await.error();
                assert_eq!(error.error_type, "NotAnHttpEvent", "{event:?}");
            }
            let deep = "[".repeat(200_000);
            assert_eq!(
                lambda.invoke(deep).await.error().error_type,
                "NotAnHttpEvent"
            );
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 1, "{level} {concurrency}");
        }
    }
}
