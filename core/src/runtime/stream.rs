//! Sends a response while it is made.
//!
//! A part of the body is read when the part before it has been written, so a slow connection makes the body
//! wait, and memory does not grow. A stream cannot be sent twice, since its body is gone. So the connection
//! is checked before the first part is read, and a failure after that is final.

use super::{
    chunks::{self, Chunks},
    client::{Client, Delivery},
    connection::{CallError, Connection, Response},
    error_document::ErrorDocument,
    invoke::InvokeId,
};
use crate::{Body, app::StreamError};
use bytes::Bytes;
use http_body_util::BodyExt;
use std::{
    fmt::Write,
    future::poll_fn,
    io::{self, IoSlice},
    pin::pin,
    task::Poll,
    time::SystemTime,
};
use tokio::{io::AsyncWriteExt, net::tcp::WriteHalf};

impl Client {
    /// Sends a response as a stream. Returns how many bytes of it were sent, too.
    ///
    /// A body in memory is sent once more if it does not arrive, as any other response.
    pub(super) async fn stream(
        &mut self,
        id: &InvokeId,
        deadline: Option<SystemTime>,
        body: Body,
    ) -> (Delivery, usize) {
        self.address("response", id, chunks::HEADERS);
        self.head.push_str("\r\n");
        if !body.is_stream() {
            let bytes = body.to_bytes();
            drop(body);
            return self.one_chunk(deadline, bytes).await;
        }
        let mut sent = 0;
        let sending = send(&mut self.connection, self.head.as_bytes(), body, &mut sent);
        let limit = super::client::left(deadline);
        let delivery = match self.timer.within(limit, sending).await {
            Ok(status @ 500..) => Delivery::Lost(format!("unexpected status {status}")),
            Ok(status) => Delivery::of(status),
            Err(error) => Delivery::Lost(error.to_string()),
        };
        (delivery, sent)
    }

    async fn one_chunk(&mut self, deadline: Option<SystemTime>, bytes: Bytes) -> (Delivery, usize) {
        let size = bytes.len();
        let rest = match chunks::split_head(&bytes) {
            Some((head, rest)) => {
                for part in Chunks::default().head(head) {
                    self.head.push_str(&String::from_utf8_lossy(part));
                }
                bytes.slice_ref(rest)
            }
            None => bytes.clone(),
        };
        drop(bytes);
        // This memory is the response's own, so it is not copied to another place.
        let mut body = Vec::from(rest);
        if !body.is_empty() {
            let _ = write!(self.head, "{:x}\r\n", body.len());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(chunks::END.as_bytes());
        (self.deliver(deadline, &body).await, size)
    }
}

/// Sends a request, `head` including the empty line, and its body in chunks. Returns the status of the response.
///
/// If the server rejects the request or closes the connection before the end of the body, the body is dropped.
/// After an early acceptance it is still sent: cargo-lambda's emulator responds at once.
///
/// # Errors
/// Fails if there is no response. The connection is then closed.
async fn send(
    connection: &mut Connection,
    head: &[u8],
    body: Body,
    sent: &mut usize,
) -> Result<u16, CallError> {
    let mut stream = connection.take_open().await?;
    let (mut from, mut to) = stream.split();
    let mut accepted = None;
    let (response, is_whole) = {
        let mut header = |_: &str, _: &[u8]| {};
        let mut writing = pin!(write_all(&mut to, head, body, sent));
        loop {
            let mut reading = pin!(connection.read(&mut from, &mut header));
            // What comes first: a response, or the end of the body.
            let first = poll_fn(|cx| {
                if let Poll::Ready(response) = reading.as_mut().poll(cx) {
                    return Poll::Ready(Err(response));
                }
                writing.as_mut().poll(cx).map(Ok)
            });
            match first.await {
                Err(Ok((response, keep))) if is_accepted(&response) && accepted.is_none() => {
                    accepted = Some((response, keep));
                }
                Err(response) => break (response, false),
                Ok(Ok(())) => match accepted {
                    Some(response) => break (Ok(response), true),
                    None => break (reading.await, true),
                },
                // A server that stops reading a request may have sent a response that says why.
                Ok(Err(error)) => {
                    break (reading.await.map_err(|_| CallError::Lost(error)), false);
                }
            }
        }
    };
    let (Response { status, .. }, keep) = response?;
    if keep && is_whole {
        connection.keep(stream);
    }
    Ok(status)
}

fn is_accepted(response: &Response) -> bool {
    (200..300).contains(&response.status)
}

/// Writes the head of a request and a body in chunks, and counts the bytes of the body.
async fn write_all(
    to: &mut WriteHalf<'_>,
    head: &[u8],
    mut body: Body,
    sent: &mut usize,
) -> io::Result<()> {
    let mut chunks = Chunks::default();
    let mut head = head;
    loop {
        let data = match body.frame().await {
            Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            Some(Err(error)) => {
                let end = failed_by(&*error);
                return write(to, [head, end.as_bytes(), b"", b""]).await;
            }
            None => return write(to, [head, chunks::END.as_bytes(), b"", b""]).await,
        };
        let split = match head.is_empty() {
            true => None,
            false => chunks::split_head(&data).filter(|(_, rest)| rest.is_empty()),
        };
        let parts = match split {
            Some((json, _)) => Some(chunks.head(json)),
            None => chunks.chunk(&data),
        };
        let Some([size, part, end]) = parts else {
            continue;
        };
        write(to, [head, size, part, end]).await?;
        *sent = sent.saturating_add(data.len());
        head = b"";
    }
}

/// The end of a body whose error has been logged.
fn failed_by(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    let unnamed = StreamError {
        kind: "StreamFailed",
    };
    let error = error.downcast_ref().unwrap_or(&unnamed);
    let message = error.to_string();
    let document = ErrorDocument::new(error.kind, &message);
    chunks::failed(&document.error_type(), &document.body())
}

/// Writes all parts with as few system calls as possible.
async fn write(to: &mut WriteHalf<'_>, mut parts: [&[u8]; 4]) -> io::Result<()> {
    while parts.iter().any(|part| !part.is_empty()) {
        let mut written = to.write_vectored(&parts.map(IoSlice::new)).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        for part in &mut parts {
            let of_part = written.min(part.len());
            *part = part.get(of_part..).unwrap_or_default();
            written -= of_part;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
