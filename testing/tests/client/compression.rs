//! Streams behind the compression of tower-http.

use flate2::write::GzDecoder;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, HeaderValue};
use lambda_api::{
    Api, Body, Response, api_handler,
    event::Source::{self, FunctionUrl, HttpApi, RestApi},
    extract::Range,
    response::{
        Download,
        sse::{Event, Sse},
    },
    routes,
};
use lambda_api_testing::{TestClient, TestResponse};
use std::{convert::Infallible, io, io::Write, time::Duration};
use tokio::time::sleep;
use tower_http::compression::CompressionLayer;

/// The time between two parts.
const PACE: Duration = Duration::from_secs(3);

fn part(number: usize) -> String {
    format!("{number}: {}\n", "a row of the export, ".repeat(10))
}

fn parts(count: usize) -> String {
    (0..count).map(part).collect()
}

/// Four parts, and an error instead of the fifth one if there is to be one.
fn slow(fails: bool) -> Body {
    let end = fails.then(|| Err(io::Error::other("the database is gone")));
    let rows = stream::iter((0..4).map(|number| Ok(part(number))).chain(end));
    Body::from_stream(rows.then(|row| async move {
        sleep(PACE).await;
        row
    }))
}

#[api_handler(GET "/export")]
async fn export(#[query] fails: Option<bool>) -> Body {
    slow(fails.unwrap_or(false))
}

/// A stream that states its length.
#[api_handler(GET "/stated")]
async fn stated() -> Response {
    let mut response = Response::new(slow(false));
    let length = HeaderValue::from(parts(4).len());
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
}

#[api_handler(GET "/events")]
async fn events() -> Sse {
    let event = Event::new().data(part(0).trim());
    Sse::new(stream::iter([Ok::<_, Infallible>(event)]))
}

#[api_handler(GET "/file")]
async fn file(range: Range) -> Download {
    Download::new(parts(4)).range(range)
}

async fn client(source: Source) -> TestClient {
    let api = Api::new()
        .routes(routes![export, stated, events, file])
        .layer(CompressionLayer::new())
        .stream_on([FunctionUrl, RestApi]);
    TestClient::new(api).await.via(source)
}

async fn get(source: Source, path: &str) -> TestResponse {
    let client = client(source).await;
    client.get(path).header("accept-encoding", "gzip").await
}

/// What a client can read of the parts that came within a time.
fn readable(response: &TestResponse, until: Duration) -> String {
    let mut decoder = GzDecoder::new(Vec::new());
    for chunk in response.chunks().iter().filter(|one| one.after() <= until) {
        decoder.write_all(chunk.bytes()).expect("gzip");
    }
    decoder.flush().expect("gzip");
    String::from_utf8(decoder.get_ref().clone()).expect("text")
}

fn whole(response: &TestResponse) -> String {
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(response.bytes()).expect("gzip");
    String::from_utf8(decoder.finish().expect("the end of gzip")).expect("text")
}

#[tokio::test(start_paused = true)]
async fn a_compressed_part_comes_before_the_next_is_made() {
    for source in [FunctionUrl, RestApi] {
        for path in ["/export", "/stated"] {
            let response = get(source, path).await;
            response.assert_status(200);
            response.assert_header("content-encoding", "gzip");
            assert_eq!(response.header("content-length"), None);
            assert!(response.is_stream());
            for number in 1..=4 {
                let until = PACE * u32::try_from(number).unwrap();
                let text = readable(&response, until);
                assert_eq!(text, parts(number), "{source} {path}: {until:?}");
            }
            assert_eq!(whole(&response), parts(4));
            assert!(response.bytes().len() < parts(1).len(), "{source}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_collected_stream_is_compressed_as_a_whole() {
    let response = get(HttpApi, "/export").await;
    response.assert_header("content-encoding", "gzip");
    assert!(!response.is_stream());
    assert_eq!(whole(&response), parts(4));
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_a_compressed_stream_early() {
    let response = get(FunctionUrl, "/export?fails=true").await;
    let error = response.stream_error().expect("an error");
    assert!(error.starts_with("StreamFailed"), "{error}");
    let response = response.incomplete();
    // Every part before the error, and not the end of the format.
    assert_eq!(readable(&response, PACE * 5), parts(4));
    let mut decoder = GzDecoder::new(Vec::new());
    decoder.write_all(response.bytes()).unwrap();
    assert!(decoder.finish().is_err());
}

#[tokio::test(start_paused = true)]
async fn events_and_ranges_are_not_compressed() {
    let response = get(FunctionUrl, "/events").await;
    assert_eq!(response.header("content-encoding"), None);
    assert_eq!(response.events()[0].data(), part(0).trim());
    let client = client(FunctionUrl).await;
    let request = client.get("/file").header("accept-encoding", "gzip");
    let response = request.header("range", "bytes=0-99").await;
    response.assert_status(206).assert_text(&parts(1)[..100]);
    assert_eq!(response.header("content-encoding"), None);
    let response = get(FunctionUrl, "/file").await;
    response.assert_header("content-encoding", "gzip");
    assert_eq!(whole(&response), parts(4));
}
