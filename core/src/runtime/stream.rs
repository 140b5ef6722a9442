//! Sends a response while it is made.
//!
//! A part of the body is read when the part before it has been written, so a slow connection makes the body
//! wait, and memory does not grow. A stream cannot be sent twice, since its body is gone. So the connection
//! is checked before the first part is read, and a failure after that is final.

use super::{
    chunks::{self, Chunks},
    client::{self, Client, Delivery},
    connection::{CallError, Connection, Response, write_parts},
    error_document::ErrorDocument,
    invoke::InvokeId,
};
use crate::{
    Body,
    app::{SendingEnd, StreamError},
};
use http_body_util::BodyExt;
use std::{
    future::poll_fn,
    io,
    pin::pin,
    task::Poll,
    time::{Duration, SystemTime},
};
use tokio::{net::tcp::WriteHalf, time::Instant};

/// How long a response may be sent.
pub(super) fn sending_limit(deadline: Option<SystemTime>, end: Option<SendingEnd>) -> Duration {
    let left = client::left(deadline);
    match end {
        Some(SendingEnd(at)) => left.min(at.saturating_duration_since(Instant::now())),
        None => left,
    }
}

impl Client {
    /// Sends a response as a stream, and counts in `sent` what was sent of it.
    ///
    /// A body in memory is sent once more if it does not arrive, as any other response.
    pub(super) async fn stream(
        &mut self,
        id: &InvokeId,
        limit: Duration,
        body: Body,
        sent: &mut usize,
    ) -> Delivery {
        self.address("response", id, chunks::HEADERS);
        self.head.push_str("\r\n");
        if !body.is_stream() {
            *sent = body.bytes().len();
            return self.one_chunk(limit, body.bytes()).await;
        }
        let sending = send(&mut self.connection, self.head.as_bytes(), body, sent);
        // The body and the connection are dropped when the time is over. Without its last chunk, the
        // response is not whole.
        match self.timer.within(limit, sending).await {
            Err(CallError::Elapsed) => Delivery::NotRead,
            sent => Delivery::of_last(sent),
        }
    }

    async fn one_chunk(&mut self, limit: Duration, bytes: &[u8]) -> Delivery {
        let mut rest = bytes;
        if let Some((head, body)) = chunks::split_head(bytes) {
            chunks::push_size(&mut self.head, head.len());
            self.head.push_str(head);
            self.head.push_str(chunks::DELIMITED);
            rest = body;
        }
        let mut end = chunks::END;
        if !rest.is_empty() {
            chunks::push_size(&mut self.head, rest.len());
            end = chunks::LAST;
        }
        let body = [rest, end.as_bytes()];
        let started = Instant::now();
        let first = match self.post(body, limit).await {
            Err(CallError::Elapsed) => return Delivery::NotRead,
            first => first,
        };
        let left = limit.saturating_sub(started.elapsed());
        match self.deliver_again(first, left, body).await {
            Err(CallError::Elapsed) => Delivery::NotRead,
            second => Delivery::of_last(second),
        }
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
            // Nothing follows a response that ends the connection: some servers close their half of it then.
            let is_last = matches!(accepted, Some((_, false)));
            let first = poll_fn(|cx| {
                if !is_last && let Poll::Ready(response) = reading.as_mut().poll(cx) {
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
                return write_parts(to, [head, end.as_bytes(), b"", b""]).await;
            }
            None => return write_parts(to, [head, chunks::END.as_bytes(), b"", b""]).await,
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
        write_parts(to, [head, size, part, end]).await?;
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

#[cfg(test)]
mod tests;
