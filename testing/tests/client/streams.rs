//! Streams and downloads, as the client of each source gets them: collected.

use futures_util::stream;
use lambda_api::{
    Api, api_handler,
    extract::{LastEventId, Range},
    response::{
        Download, JsonArray, JsonLines,
        sse::{Event, Sse},
    },
    routes,
};
use lambda_api_testing::TestClient;
use serde_json::json;
use std::{
    convert::Infallible,
    io,
    time::{Duration, SystemTime},
};

#[api_handler(GET "/steps")]
async fn steps(last: Option<LastEventId>) -> Sse {
    let seen = last.and_then(|last| last.0.parse().ok()).unwrap_or(0);
    if seen >= 3 {
        return Sse::done().keep_alive(Duration::from_secs(15));
    }
    let steps = (seen + 1..4_u32).map(|step| {
        let event = Event::new()
            .id(step.to_string())
            .json(&json!({"step": step}));
        Ok::<_, Infallible>(event)
    });
    Sse::new(stream::iter(steps)).keep_alive(Duration::from_secs(15))
}

#[api_handler(GET "/orders")]
async fn orders(#[query] fails: bool) -> JsonArray<u32> {
    let last = if fails {
        Err(io::Error::other("the secret"))
    } else {
        Ok(3)
    };
    JsonArray::new(stream::iter([Ok(1), Ok(2), last]))
}

#[api_handler(GET "/orders.ndjson")]
async fn lines() -> JsonLines<&'static str> {
    JsonLines::new(stream::iter(["a\n", "b"].map(Ok::<_, Infallible>)))
}

#[api_handler(GET | POST "/report")]
async fn report(range: Range) -> Download {
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
    Download::new(&b"\xff123456789"[..])
        .filename("report \u{20ac}.bin")
        .etag("v7")
        .last_modified(changed)
        .range(range)
}

/// A client of a REST API sends and gets binary content.
async fn client() -> TestClient {
    let api = Api::new().routes(routes![steps, orders, lines, report]);
    let client = TestClient::new(api).await;
    client.gateway(|gateway| gateway.binary_media_types(["*/*"]))
}

#[tokio::test]
async fn events_continue_after_the_last_one() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            let response = client.get("/steps").header("last-event-id", "1").await;
            response
                .assert_status(200)
                .assert_header("content-type", "text/event-stream")
                .assert_header("cache-control", "no-cache");
            let text = "id: 2\ndata: {\"step\":2}\n\nid: 3\ndata: {\"step\":3}\n\n";
            response.assert_text(text);
            let response = client.get("/steps").await;
            assert!(response.text().starts_with("id: 1\n"));
            // Otherwise a browser would connect again and again.
            let response = client.get("/steps").header("last-event-id", "3").await;
            response
                .assert_status(204)
                .assert_header("cache-control", "no-cache");
            assert!(response.bytes().is_empty());
        })
        .await;
}

#[tokio::test]
async fn json_from_a_stream_is_whole_or_a_problem() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            let response = client.get("/orders").query("fails", false).await;
            response.assert_status(200).assert_json(&json!([1, 2, 3]));
            let response = client.get("/orders").query("fails", true).await;
            response.assert_problem(500, "internal_error");
            assert_eq!(response.problem().detail(), None);
            let response = client.get("/orders.ndjson").await;
            response
                .assert_header("content-type", "application/x-ndjson")
                .assert_text("\"a\\n\"\n\"b\"\n");
        })
        .await;
}

#[tokio::test]
async fn a_download_has_ranges_on_every_source() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            let response = client.get("/report").await;
            response
                .assert_status(200)
                .assert_header("accept-ranges", "bytes")
                .assert_header("etag", "\"v7\"")
                .assert_header("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT")
                .assert_header(
                    "content-disposition",
                    "attachment; filename=\"report _.bin\"; \
                     filename*=UTF-8''report%20%E2%82%AC.bin",
                );
            assert_eq!(&response.bytes()[..], b"\xff123456789");
            let response = client.get("/report").header("range", "bytes=0-3").await;
            response
                .assert_status(206)
                .assert_header("content-range", "bytes 0-3/10");
            assert_eq!(&response.bytes()[..], b"\xff123");
            let response = client.get("/report").header("range", "bytes=10-").await;
            response
                .assert_problem(416, "range_not_satisfiable")
                .assert_header("content-range", "bytes */10");
        })
        .await;
}

#[tokio::test]
async fn preconditions_come_before_ranges() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            for (method, name, value, status) in [
                ("GET", "if-match", "\"v7\"", 206),
                ("GET", "if-match", "\"v6\"", 412),
                ("GET", "if-none-match", "W/\"v7\"", 304),
                ("GET", "if-none-match", "\"v6\"", 206),
                (
                    "GET",
                    "if-modified-since",
                    "Sun, 06 Nov 1994 08:49:37 GMT",
                    304,
                ),
                (
                    "GET",
                    "if-modified-since",
                    "Sun, 06 Nov 1994 08:49:36 GMT",
                    206,
                ),
                (
                    "GET",
                    "if-unmodified-since",
                    "Sun, 06 Nov 1994 08:49:36 GMT",
                    412,
                ),
                ("HEAD", "if-none-match", "\"v7\"", 304),
                ("POST", "if-match", "\"v6\"", 200),
            ] {
                let request = client.request(method, "/report");
                let request = request.header("range", "bytes=0-3");
                let response = request.header(name, value).await;
                response.assert_status(status);
                match status {
                    412 => {
                        response.assert_problem(412, "precondition_failed");
                    }
                    304 => {
                        response.assert_header("etag", "\"v7\"");
                        assert!(response.bytes().is_empty());
                        let headers = response.headers();
                        assert!(!headers.contains_key("content-disposition"), "{headers:?}");
                    }
                    _ => {}
                }
            }
        })
        .await;
}

#[tokio::test]
async fn a_range_is_ignored_where_http_says_so() {
    let client = client().await;
    client
        .on_every_source(async |client| {
            for (method, condition, status) in [
                ("GET", "\"v7\"", 206),
                ("GET", "\"v6\"", 200),
                ("GET", "W/\"v7\"", 200),
                ("GET", "Sun, 06 Nov 1994 08:49:37 GMT", 206),
                ("GET", "Sun, 06 Nov 1994 08:49:36 GMT", 200),
                ("POST", "\"v7\"", 200),
                ("HEAD", "\"v7\"", 200),
            ] {
                let request = client.request(method, "/report");
                let request = request.header("range", "bytes=0-3");
                let response = request.header("if-range", condition).await;
                response.assert_status(status);
                let length = match (method, status) {
                    ("HEAD", _) => 0,
                    (_, 206) => 4,
                    _ => 10,
                };
                assert_eq!(response.bytes().len(), length, "{method} {condition}");
            }
        })
        .await;
}
