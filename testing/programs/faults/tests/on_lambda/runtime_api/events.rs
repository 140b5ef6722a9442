//! Events that are not HTTP events, or empty.

use super::{BOTH, assert_goes_on};
use crate::faults;

#[tokio::test]
async fn invalid_json_and_invalid_utf8_are_errors() {
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
                assert_eq!(error.error_type, "UnsupportedEvent", "{event:?}");
            }
            let deep = "[".repeat(200_000);
            assert_eq!(
                lambda.invoke(deep).await.error().error_type,
                "UnsupportedEvent"
            );
            assert_goes_on(&lambda).await;
            assert_eq!(lambda.starts(), 1, "{level} {concurrency}");
        }
    }
}
