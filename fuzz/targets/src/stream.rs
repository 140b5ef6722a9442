//! Streamed responses as they are written to Lambda: head, chunks, trailers.
//!
//! The first line of the input has the status, and `!` if the stream ends early. The headers follow, up to an
//! empty line. The rest are the parts of the body, each up to a NUL; the last one is the error document of
//! a stream that ends early.

use crate::{
    calls::{block_on, first_line},
    chunks::{self, Chunks},
    connection::Connection,
};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, response::Parts};
use lambda_api::event::{self, Source, emulate};
use serde_json::Value;

/// The maximum size of an input. Larger inputs would only be longer.
const MOST: usize = 64 * 1024;

/// Writes the response of an input, and reads it.
///
/// # Panics
/// Panics if:
/// - a reader of chunks finds other bytes than were written, an empty chunk, or an end before the end,
/// - the head cannot be read, or has another status,
/// - a header begins another one,
/// - the trailers are not the error that was written.
pub fn run(data: &[u8]) {
    if data.len() > MOST {
        return;
    }
    let (parts, body, error) = input(data);
    for source in [Source::FunctionUrl, Source::RestApi] {
        let head = event::encode_prelude(source, &parts);
        check_head(source, &parts, &head);
        let mut expected = head.clone();
        body.iter()
            .for_each(|part| expected.extend_from_slice(part));
        let written = write(&head, &body, error.as_deref());

        let read = read(&written);
        assert_eq!(read.data, expected);
        // The head, the delimiter, and each part that is not empty.
        let parts = body.iter().filter(|part| !part.is_empty()).count();
        assert_eq!(read.chunks, parts + 2);
        match &error {
            None => assert!(read.trailers.is_empty(), "{:?}", read.trailers),
            Some(document) => check_trailers(&read.trailers, document),
        }
        check_with_client(&written, &expected);
    }
}

/// The head, the parts of the body, and the error document.
fn input(data: &[u8]) -> (Parts, Vec<&[u8]>, Option<String>) {
    let (first, mut rest) = first_line(data);
    let text = String::from_utf8_lossy(first);
    let status = text.trim_end_matches('!').parse().unwrap_or(200);
    let mut headers = HeaderMap::new();
    loop {
        let (line, more) = first_line(rest);
        rest = more;
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.append(name, value);
        }
    }
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(status)
        .ok()
        .filter(|status| (200..600).contains(&status.as_u16()))
        .unwrap_or(StatusCode::OK);
    *response.headers_mut() = headers;
    let mut body: Vec<_> = rest.split(|byte| *byte == 0).collect();
    let error = text.ends_with('!').then(|| {
        let document = body.pop().unwrap_or_default();
        String::from_utf8_lossy(document).into_owned()
    });
    (response.into_parts().0, body, error)
}

/// Writes all of it as the runtime does.
fn write(head: &[u8], body: &[&[u8]], error: Option<&str>) -> Vec<u8> {
    let mut written = Vec::new();
    let mut chunks = Chunks::default();
    let (json, rest) = chunks::split_head(head).expect("a head");
    assert_eq!(rest, b"");
    written.extend_from_slice(&chunks.head(json).concat());
    for part in body {
        if let Some(parts) = chunks.chunk(part) {
            parts
                .iter()
                .for_each(|part| written.extend_from_slice(part));
        }
    }
    match error {
        None => written.extend_from_slice(chunks::END.as_bytes()),
        Some(document) => written.extend(chunks::failed("Runtime.Fuzzed", document).into_bytes()),
    }
    written
}

struct Read {
    data: Vec<u8>,
    chunks: usize,
    trailers: Vec<(String, String)>,
}

/// Reads a chunked body by the grammar of RFC 9112, section 7.1, without chunk extensions.
fn read(mut written: &[u8]) -> Read {
    let (mut data, mut chunks) = (Vec::new(), 0);
    loop {
        let size = line(&mut written);
        assert!(
            size.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "{size:?}"
        );
        let size = usize::from_str_radix(&size, 16).expect("the size of a chunk");
        if size == 0 {
            break;
        }
        data.extend_from_slice(&written[..size]);
        written = &written[size..];
        assert_eq!(line(&mut written), "", "data beyond the size");
        chunks += 1;
    }
    let mut trailers = Vec::new();
    loop {
        let field = line(&mut written);
        if field.is_empty() {
            break;
        }
        let (name, value) = field.split_once(": ").expect("a field");
        trailers.push((name.to_owned(), value.to_owned()));
    }
    assert_eq!(written, b"", "bytes behind the end");
    Read {
        data,
        chunks,
        trailers,
    }
}

/// Takes a line, which ends with CR and LF.
fn line(written: &mut &[u8]) -> String {
    let end = written.windows(2).position(|two| two == b"\r\n");
    let end = end.expect("the end of a line");
    let line = std::str::from_utf8(&written[..end]).expect("text");
    *written = &written[end + 2..];
    line.to_owned()
}

fn check_trailers(trailers: &[(String, String)], document: &str) {
    let [(kind_name, kind), (body_name, body)] = trailers else {
        panic!("{trailers:?}");
    };
    assert_eq!(kind_name, "Lambda-Runtime-Function-Error-Type");
    assert_eq!(kind, "Runtime.Fuzzed");
    assert_eq!(body_name, "Lambda-Runtime-Function-Error-Body");
    let body = base64_simd::STANDARD.decode_to_vec(body);
    assert_eq!(body.expect("base64"), document.as_bytes());
}

/// Checks the head by a parser of JSON, and by that of the sources.
fn check_head(source: Source, parts: &Parts, head: &[u8]) {
    let json = head.strip_suffix(&[0; 8]).expect("eight NULs");
    assert!(!json.contains(&0), "a NUL in the head");
    let value: Value = serde_json::from_slice(json).expect("a head is JSON");
    assert_eq!(value["statusCode"], parts.status.as_u16());
    check_texts(&value);
    match emulate::parse_prelude(source, head) {
        Ok(parsed) => {
            let (read, length) = parsed.expect("a whole head");
            assert_eq!((read.status, length), (parts.status, head.len()));
        }
        // A REST API takes no larger head.
        Err(error) => assert!(
            source == Source::RestApi && head.len() > 16 << 10,
            "{error}"
        ),
    }
}

fn check_texts(value: &Value) {
    match value {
        Value::String(text) => assert!(!text.contains(['\r', '\n', '\0']), "{text:?}"),
        Value::Array(all) => all.iter().for_each(check_texts),
        Value::Object(members) => members.values().for_each(check_texts),
        _ => {}
    }
}

/// Reads the body as that of a response, by the client of the Runtime API.
fn check_with_client(written: &[u8], expected: &[u8]) {
    let mut response = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    response.extend_from_slice(written);
    let mut connection = Connection::new("localhost:80".to_owned());
    let mut received = response.as_slice();
    let read = block_on(connection.read(&mut received, &mut |_, _| {}));
    let (response, keep) = read.expect("a response");
    assert!(keep && response.body == expected);
}
