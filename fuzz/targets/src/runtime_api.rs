//! Responses of the Runtime API.
//!
//! Each byte of the first line of the input is the size of a part that arrives at once. The rest is
//! the data that arrives: responses, one after the other.

use crate::{
    calls::{block_on, first_line},
    connection::{CallError, Connection},
    head::{self, Framing, Head},
    invoke::Invoke,
};
use lambda_api::bytes::Bytes;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::io::{AsyncRead, ReadBuf};

/// The maximum size of an input. Larger inputs would only test limits.
const MOST: usize = 64 * 1024;

/// The maximum number of responses that are read from an input.
const RESPONSES: usize = 4;

/// Reads all responses of an input.
///
/// # Panics
/// Panics if:
/// - the result depends on how the data is split,
/// - more is read than the response has,
/// - a body differs from the one that was sent,
/// - an id that is sent back to Lambda could contain more than one header.
pub fn run(data: &[u8]) {
    let (parts, sent) = first_line(data);
    if sent.len() > MOST {
        return;
    }
    let parts: Vec<usize> = parts.iter().map(|part| usize::from(*part)).collect();
    let single = read(sent, &[1]);
    assert_eq!(single.told, read(sent, &[MOST]).told, "at once");
    assert_eq!(
        single.told,
        read(sent, &parts).told,
        "in parts of {parts:?}"
    );
    let mut start = 0;
    for (told, end) in single.told.iter().zip(&single.ends) {
        if let Told::Response(response) = told {
            let sent = &sent[start..*end];
            check_body(sent, response);
            check_end(sent, response);
            check_again(response);
            check_invoke(response);
        }
        start = *end;
    }
}

/// The responses that were read from an input.
#[derive(Default)]
struct Read {
    told: Vec<Told>,
    /// The number of bytes consumed after each of them.
    ends: Vec<usize>,
}

#[derive(Debug, PartialEq)]
enum Told {
    Response(Response),
    Error(String),
}

#[derive(Debug, PartialEq)]
struct Response {
    status: u16,
    headers: Vec<(String, Vec<u8>)>,
    body: Bytes,
    keep: bool,
}

fn read(sent: &[u8], parts: &[usize]) -> Read {
    let mut all = Read::default();
    let mut stream = Parts::new(sent, parts);
    let mut connection = Connection::new("localhost:80".to_owned());
    for _ in 0..RESPONSES {
        let told = one(&mut connection, &mut stream);
        let is_over = !matches!(&told, Told::Response(response) if response.keep);
        all.told.push(told);
        all.ends.push(stream.taken);
        if is_over {
            break;
        }
    }
    all
}

fn one(connection: &mut Connection, stream: &mut Parts<'_>) -> Told {
    let mut headers = Vec::new();
    let mut header = |name: &str, value: &[u8]| headers.push((name.to_owned(), value.to_vec()));
    match block_on(connection.read(stream, &mut header)) {
        Ok((response, keep)) => {
            assert!(response.status >= 200, "{response:?}");
            Told::Response(Response {
                status: response.status,
                headers,
                body: response.body,
                keep,
            })
        }
        Err(error @ (CallError::Lost(_) | CallError::Invalid(_))) => {
            let error = error.to_string();
            assert!(error.len() < 200, "{error}");
            Told::Error(error)
        }
        Err(error) => panic!("neither connecting nor a time limit can fail here: {error}"),
    }
}

/// Finds the first head whose status is not informational.
fn last_head(mut sent: &[u8]) -> (Head, &[u8]) {
    loop {
        let head = head::parse(sent, &mut |_, _| {});
        let head = head.expect("it was read").expect("it is whole");
        sent = &sent[head.length..];
        if head.status >= 200 {
            return (head, sent);
        }
    }
}

/// Checks that the body is the data after the head, for chunked bodies without the chunk framing.
fn check_body(sent: &[u8], response: &Response) {
    let (head, body) = last_head(sent);
    match head.framing {
        Framing::Length(length) => {
            assert_eq!(
                body.len(),
                length,
                "the body length differs from content-length"
            );
            assert_eq!(body, response.body);
        }
        Framing::ToEnd => assert_eq!(body, response.body),
        Framing::Chunked => {
            assert!(response.body.len() < body.len());
            let mut rest = body.iter();
            let all_there = response.body.iter().all(|byte| rest.any(|at| at == byte));
            assert!(all_there, "the body contains a byte that was not sent");
        }
    }
}

/// Checks that the response is incomplete without its last byte, unless it ends with the
/// connection.
fn check_end(sent: &[u8], response: &Response) {
    let (head, _) = last_head(sent);
    let [ref shorter @ .., _] = *sent else {
        panic!("a response of zero bytes");
    };
    let told = read(shorter, &[MOST]).told;
    let is_same = matches!(&told[0], Told::Response(cut) if cut.body == response.body);
    assert!(!is_same || head.framing == Framing::ToEnd, "{told:?}");
}

/// Checks that the response, serialized with a length and in chunks, is read as the same response.
fn check_again(response: &Response) {
    let Response {
        status,
        headers,
        body,
        ..
    } = response;
    if matches!(status, 204 | 304) {
        return;
    }
    let mut head = format!("HTTP/1.1 {status} X\r\n").into_bytes();
    for (name, value) in headers {
        head.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    let mut sized = head.clone();
    sized.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
    sized.extend_from_slice(body);
    let mut chunked = head;
    chunked.extend(b"transfer-encoding: chunked\r\n\r\n");
    for chunk in body.chunks(100) {
        chunked.extend(format!("{:x};of=100\r\n", chunk.len()).into_bytes());
        chunked.extend([chunk, b"\r\n"].concat());
    }
    chunked.extend(b"0\r\n\r\n");
    for written in [sized, chunked] {
        let again = &read(&written, &[MOST]).told[0];
        // The headers of several informational heads can exceed the limit for one head.
        if headers.len() >= 128 && matches!(again, Told::Error(_)) {
            continue;
        }
        let Told::Response(again) = again else {
            panic!("{again:?}");
        };
        assert_eq!(
            (again.status, &again.headers, &again.body, again.keep),
            (*status, headers, body, true)
        );
    }
}

/// Checks that ids, which are sent to Lambda in a request line and a header, cannot contain
/// anything else.
fn check_invoke(response: &Response) {
    let mut invoke = Invoke::default();
    for (name, value) in &response.headers {
        invoke.header(name, value);
    }
    if invoke.has_valid_id() {
        let id = &invoke.id.request_id;
        let is_segment = |byte: u8| byte.is_ascii_graphic() && !b"/?#%".contains(&byte);
        assert!(!id.is_empty() && id.bytes().all(is_segment), "{id:?}");
    }
    let context = &invoke.context;
    for text in [&invoke.id.invocation_id, &context.trace_id]
        .into_iter()
        .flatten()
    {
        assert!(!text.contains(['\r', '\n', '\0']), "{text:?}");
    }
    assert!(invoke.unreadable.len() <= response.headers.len());
}

/// A stream that yields the data in parts of these sizes, repeated.
struct Parts<'s> {
    sent: &'s [u8],
    sizes: Vec<usize>,
    next: usize,
    taken: usize,
}

impl<'s> Parts<'s> {
    fn new(sent: &'s [u8], sizes: &[usize]) -> Self {
        // A part of zero bytes would mean the end of the stream.
        let sizes: Vec<usize> = sizes.iter().map(|size| (*size).max(1)).collect();
        Self {
            sent,
            sizes: if sizes.is_empty() { vec![MOST] } else { sizes },
            next: 0,
            taken: 0,
        }
    }
}

impl AsyncRead for Parts<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let size = self.sizes[self.next % self.sizes.len()];
        let size = size
            .min(buffer.remaining())
            .min(self.sent.len() - self.taken);
        buffer.put_slice(&self.sent[self.taken..self.taken + size]);
        self.next += 1;
        self.taken += size;
        Poll::Ready(Ok(()))
    }
}
