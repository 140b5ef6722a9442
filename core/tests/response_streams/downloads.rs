//! Downloads: bytes, streams and files, and ranges of them.

use crate::{all, header};
use lambda_api::{
    Api, Body, Error, IntoResponse, LambdaContext, Response, State, api_handler,
    event::{EventResponse, Source},
    extract::Range,
    response::Download,
    routes,
};
use lambda_api_testing::EventBuilder;
use std::{
    fs::{self, File},
    io::{ErrorKind, Write},
    path::PathBuf,
    time::{Duration, SystemTime},
};

/// A file of this test run, which is removed at the end of its test.
struct TestFile(PathBuf);

impl TestFile {
    fn new(name: &str, content: &[u8]) -> Self {
        let directory = std::env::temp_dir().join(format!("lambda-api-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join(name);
        File::create(&path).unwrap().write_all(content).unwrap();
        Self(path)
    }

    fn set_modified(&self, time: SystemTime) {
        let file = File::options().write(true).open(&self.0).unwrap();
        file.set_modified(time).unwrap();
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        if let Some(directory) = self.0.parent() {
            // It fails while other tests have files in it.
            let _ = fs::remove_dir(directory);
        }
    }
}

async fn content(response: Response) -> Vec<u8> {
    response.into_body().collect().await.unwrap().to_vec()
}

#[tokio::test]
async fn content_is_an_attachment_that_is_not_guessed() {
    let response = Download::new("a,b").filename("a.csv").into_response();
    assert_eq!(response.status(), 200);
    for (name, expected) in [
        ("content-type", Some("application/octet-stream")),
        (
            "content-disposition",
            Some(r#"attachment; filename="a.csv""#),
        ),
        ("x-content-type-options", Some("nosniff")),
        ("content-length", Some("3")),
        ("accept-ranges", None),
        ("content-range", None),
        ("etag", None),
        ("last-modified", None),
    ] {
        assert_eq!(header(&response, name), expected, "{name}");
    }
    assert_eq!(content(response).await, b"a,b");
    let response = Download::new("<p>")
        .inline()
        .content_type("text/html")
        .into_response();
    assert_eq!(header(&response, "content-disposition"), Some("inline"));
    assert_eq!(header(&response, "content-type"), Some("text/html"));
}

#[tokio::test]
async fn a_range_of_bytes_is_a_206() {
    for (range, status, range_of, body) in [
        ("bytes=2-4", 206, Some("bytes 2-4/10"), "234"),
        ("bytes=-1", 206, Some("bytes 9-9/10"), "9"),
        ("bytes=0-", 206, Some("bytes 0-9/10"), "0123456789"),
        ("bytes=0-1,3-4", 200, None, "0123456789"),
        ("bytes=4-2", 200, None, "0123456789"),
    ] {
        let download = Download::new("0123456789").range(Range::new(range));
        let response = download.into_response();
        assert_eq!(response.status(), status, "{range}");
        assert_eq!(header(&response, "content-range"), range_of, "{range}");
        assert_eq!(header(&response, "accept-ranges"), Some("bytes"));
        let length = body.len().to_string();
        assert_eq!(header(&response, "content-length"), Some(&*length));
        assert_eq!(content(response).await, body.as_bytes(), "{range}");
    }
}

#[tokio::test]
async fn a_range_behind_the_end_is_a_416_with_the_size() {
    let file = TestFile::new("range.bin", b"0123456789");
    for download in [
        Download::new("0123456789"),
        Download::file(&file.0).await.unwrap(),
    ] {
        let response = download.range(Range::new("bytes=10-")).into_response();
        assert_eq!(response.status(), 416);
        assert_eq!(header(&response, "content-range"), Some("bytes */10"));
        assert_eq!(header(&response, "content-disposition"), None);
        let body: serde_json::Value = serde_json::from_slice(&content(response).await).unwrap();
        assert_eq!(body["code"], "range_not_satisfiable");
        assert_eq!(
            body["detail"],
            "expected a range within 10 bytes, found one behind their end"
        );
    }
}

#[tokio::test]
async fn a_stream_is_always_whole() {
    let body = Body::from_stream(all(["0123", "456789"]));
    let response = Download::new(body)
        .range(Range::new("bytes=2-4"))
        .into_response();
    assert_eq!(response.status(), 200);
    for name in ["accept-ranges", "content-length", "content-range"] {
        assert_eq!(header(&response, name), None, "{name}");
    }
    assert_eq!(content(response).await, b"0123456789");
}

#[tokio::test]
async fn a_file_is_read_in_pieces_and_in_ranges() {
    let bytes: Vec<u8> = (0..200_000_u32).map(|index| (index % 251) as u8).collect();
    let file = TestFile::new("large.bin", &bytes);
    let download = Download::file(&file.0).await.unwrap();
    let response = download.into_response();
    assert!(response.body().is_stream());
    assert_eq!(header(&response, "content-length"), Some("200000"));
    let disposition = r#"attachment; filename="large.bin""#;
    assert_eq!(header(&response, "content-disposition"), Some(disposition));
    let mut lengths = Vec::new();
    let mut body = std::pin::pin!(response.into_body());
    while let Some(frame) = http_body_util::BodyExt::frame(&mut body).await {
        lengths.push(frame.unwrap().into_data().unwrap().len());
    }
    assert_eq!(lengths, [65_536, 65_536, 65_536, 3_392]);
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=65535-65536", 65_535, 65_536),
        ("bytes=100-180000", 100, 180_000),
        ("bytes=-5", 199_995, 199_999),
    ] {
        let download = Download::file(&file.0).await.unwrap();
        let response = download.range(Range::new(range)).into_response();
        assert_eq!(response.status(), 206, "{range}");
        assert!(content(response).await == bytes[first..=last], "{range}");
    }
}

#[api_handler(GET "/{kind}")]
async fn large(kind: String, path: State<PathBuf>, range: Range) -> Result<Download, Error> {
    let file = Download::file(path.0).await?.range(range);
    Ok(match kind.as_str() {
        "text" => file.content_type("text/csv"),
        _ => file,
    })
}

#[tokio::test]
async fn a_file_above_the_limit_arrives_in_open_ranges() {
    let bytes: Vec<u8> = (0..7_000_000_u32)
        .map(|index| (index % 251) as u8)
        .collect();
    let binary = TestFile::new("larger.bin", &bytes);
    // Each quote and each line feed is two bytes in JSON.
    let text = TestFile::new("larger.csv", &b"\"\n".repeat(800_000));
    for (path, file, source, size, parts) in [
        ("/binary", &binary, Source::HttpApi, 7_000_000, 2),
        ("/binary", &binary, Source::Alb, 7_000_000, 10),
        ("/text", &text, Source::Alb, 1_600_000, 4),
    ] {
        let api = Api::new().routes(routes![large]).state(file.0.clone());
        let app = api.build().await.unwrap();
        let mut content = Vec::new();
        let mut requests = 0;
        while content.len() < size {
            let range = format!("bytes={}-", content.len());
            let event = EventBuilder::new(source).path(path).header("range", range);
            let response = event.send(&app).await;
            assert_eq!(response.status(), 206, "{path} {source}");
            let last = content.len() + response.body().len() - 1;
            let expected = format!("bytes {}-{last}/{size}", content.len());
            assert_eq!(response.headers()["content-range"], *expected);
            content.extend_from_slice(response.body());
            requests += 1;
        }
        assert!(content == fs::read(&file.0).unwrap(), "{path} {source}");
        assert_eq!(requests, parts, "{path} {source}");
    }
}

#[tokio::test]
async fn a_source_that_streams_gets_an_open_range_at_once() {
    let file = TestFile::new("streamed.bin", &[7; 7_000_000]);
    let api = Api::new().routes(routes![large]).state(file.0.clone());
    let app = api.stream_on([Source::RestApi]).build().await.unwrap();
    let event = EventBuilder::new(Source::RestApi)
        .path("/binary")
        .header("range", "bytes=1-");
    let response = app.stream_event(event.to_bytes(), LambdaContext::for_test());
    let EventResponse::Stream(body) = response.await.unwrap() else {
        panic!("not a stream");
    };
    let all = body.collect().await.unwrap();
    let end = all.windows(8).position(|eight| eight == [0; 8]).unwrap();
    let head = String::from_utf8_lossy(&all[..end]);
    assert!(head.contains("bytes 1-6999999/7000000"), "{head}");
    assert_eq!(all.len() - end - 8, 6_999_999);
}

#[tokio::test]
async fn an_empty_file_is_an_empty_200() {
    let file = TestFile::new("empty.bin", b"");
    let response = Download::file(&file.0).await.unwrap().into_response();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-length"), Some("0"));
    assert_eq!(content(response).await, b"");
}

#[tokio::test]
async fn a_file_that_becomes_shorter_is_an_error() {
    let file = TestFile::new("shorter.bin", &[0; 1000]);
    let response = Download::file(&file.0).await.unwrap().into_response();
    let opened = File::options().write(true).open(&file.0).unwrap();
    opened.set_len(10).unwrap();
    let error = response.into_body().collect().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the file became shorter while it was sent"
    );
}

#[tokio::test]
async fn a_file_that_becomes_longer_keeps_its_length() {
    let file = TestFile::new("longer.bin", b"before");
    let response = Download::file(&file.0).await.unwrap().into_response();
    let mut opened = File::options().append(true).open(&file.0).unwrap();
    opened.write_all(b" and after").unwrap();
    assert_eq!(content(response).await, b"before");
}

#[tokio::test]
async fn what_is_no_file_is_an_error() {
    let directory = std::env::temp_dir();
    let missing = directory.join("lambda-api-no-such-file");
    let error = Download::file(&missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let text = error.to_string();
    assert!(text.starts_with("cannot open the file `"), "{text}");
    let error = Download::file(directory).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.ends_with("expected a regular file, found something else"),
        "{text}"
    );
}

#[tokio::test]
async fn the_time_of_a_file_is_not_that_of_its_version() {
    let file = TestFile::new("packaged.bin", b"content");
    let packaged = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    file.set_modified(packaged);
    let download = async || Download::file(&file.0).await.unwrap();
    let response = download().await.into_response();
    assert_eq!(header(&response, "last-modified"), None);
    // Unless the handler says so.
    let response = download().await.last_modified(packaged).into_response();
    let expected = "Thu, 01 Jan 1970 00:00:01 GMT";
    assert_eq!(header(&response, "last-modified"), Some(expected));
}

#[tokio::test]
async fn an_invalid_value_is_a_500() {
    for download in [
        Download::new("a").content_type("text/plain\r\nset-cookie: a=b"),
        Download::new("a").etag("a\"b"),
    ] {
        assert_eq!(download.into_response().status(), 500);
    }
    let response = Download::new("a").filename("\r\na\0").into_response();
    assert_eq!(
        header(&response, "content-disposition"),
        Some(r#"attachment; filename="a""#)
    );
}
