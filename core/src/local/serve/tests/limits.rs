//! Limits of the application in the local server.

use super::*;
use crate::{Api, Limits, Request, local::handle::handler};

#[tokio::test]
async fn limits_give_the_same_problems_as_on_lambda() {
    for source in Source::ALL {
        let limits = Limits::default()
            .body(10)
            .path(20)
            .headers(20)
            .header_bytes(2000)
            .query_pairs(2)
            .cookies(2);
        let api = Api::new().fallback(async |_: Request| "let through");
        let app = api.limits(limits).build().await.unwrap();
        let server = Fixture::start_with(source, Callers::none(source), handler(app)).await;
        let many: String = (0..20).map(|n| format!("x-{n}: 1\r\n")).collect();
        for (path, headers, expected) in [
            ("/fits?a&b", "cookie: a=1; b=2\r\n", "let through"),
            ("/is/longer/than/twenty", "", "uri_too_long"),
            ("/?a&b&c", "", "too_many_parameters"),
            ("/", "cookie: a=1; b=2; c=3\r\n", "too_many_cookies"),
            ("/", &many, "too_many_headers"),
            (
                "/",
                &format!("x-a: {}\r\n", "v".repeat(2000)),
                "headers_too_large",
            ),
        ] {
            let response = server.get(path, headers).await;
            assert!(response.contains(expected), "{source} {path}: {response}");
        }
        let body = format!(
            "POST / HTTP/1.1\r\nhost: localhost:{}\r\nconnection: close\r\ncontent-length: 11\r\n\r\n01234567890",
            server.port
        );
        let response = server.send(body).await;
        assert!(response.starts_with("HTTP/1.1 413"), "{source} {response}");
    }
}
