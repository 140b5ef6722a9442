//! A streamed response, read as it comes.

use bytes::{Bytes, BytesMut};
use http::{Response, response::Parts};
use http_body_util::BodyExt;
use lambda_api::{
    __private, Body,
    event::{
        Source,
        emulate::{self, InvalidResponse},
    },
};
use std::time::Duration;
use tokio::time::Instant;

/// Part of a response body, as it reached the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedChunk {
    bytes: Bytes,
    after: Duration,
}

impl ReceivedChunk {
    pub(super) fn new(bytes: Bytes, after: Duration) -> Self {
        Self { bytes, after }
    }

    /// The bytes, of which there is at least one.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// How long after the request it came, by tokio's clock. With a paused clock
    /// (`#[tokio::test(start_paused = true)]`), this is exact.
    #[must_use]
    pub fn after(&self) -> Duration {
        self.after
    }
}

/// Why a stream was not read to its end.
pub(super) enum Failed {
    /// The source cannot read it.
    Invalid(InvalidResponse),
    /// It ended early.
    Early(String),
}

/// A response that is being read.
pub(super) struct Reader {
    source: Source,
    started: Instant,
    /// Until the head is complete.
    received: BytesMut,
    head: Option<Parts>,
    /// The head as the function sent it.
    prelude: Bytes,
    chunks: Vec<ReceivedChunk>,
    length: usize,
}

impl Reader {
    pub(super) fn new(source: Source, started: Instant) -> Self {
        Self {
            source,
            started,
            received: BytesMut::new(),
            head: None,
            prelude: Bytes::new(),
            chunks: Vec::new(),
            length: 0,
        }
    }

    pub(super) async fn read(&mut self, mut body: Body) -> Result<(), Failed> {
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => {
                    if let Ok(data) = frame.into_data() {
                        self.push(data)?;
                    }
                }
                Err(error) => {
                    return Err(Failed::Early(match __private::stream_error_type(&error) {
                        Some(kind) => format!("{kind}: {error}"),
                        None => error.to_string(),
                    }));
                }
            }
        }
        if self.head.is_none() {
            let received = std::mem::take(&mut self.received);
            let response =
                emulate::parse_stream(self.source, &received).map_err(Failed::Invalid)?;
            let (head, body) = response.into_parts();
            self.head = Some(head);
            self.add(body)?;
        }
        Ok(())
    }

    fn push(&mut self, data: Bytes) -> Result<(), Failed> {
        if self.head.is_some() {
            return self.add(data);
        }
        self.received.extend_from_slice(&data);
        let parsed = emulate::parse_prelude(self.source, &self.received);
        if let Some((head, length)) = parsed.map_err(Failed::Invalid)? {
            let mut received = std::mem::take(&mut self.received).freeze();
            let body = received.split_off(length.min(received.len()));
            self.prelude = received;
            self.head = Some(head);
            self.add(body)?;
        }
        Ok(())
    }

    fn add(&mut self, data: Bytes) -> Result<(), Failed> {
        if data.is_empty() {
            return Ok(());
        }
        self.length = self.length.saturating_add(data.len());
        match self.source.stream_limit() {
            Some(limit) if self.length > limit => Err(Failed::Early(format!(
                "the body is longer than the {limit} bytes that the source streams"
            ))),
            _ => {
                let chunk = ReceivedChunk::new(data, self.started.elapsed());
                self.chunks.push(chunk);
                Ok(())
            }
        }
    }

    pub(super) fn has_head(&self) -> bool {
        self.head.is_some()
    }

    /// All that the function sent.
    pub(super) fn raw(&self) -> Bytes {
        let parts = [&self.prelude[..], &self.received[..]];
        let body = self.chunks.iter().map(|chunk| &chunk.bytes[..]);
        parts
            .into_iter()
            .chain(body)
            .collect::<Vec<_>>()
            .concat()
            .into()
    }

    /// The response, as the client got it.
    pub(super) fn response(self, is_head: bool) -> (Response<Bytes>, Vec<ReceivedChunk>) {
        let chunks = if is_head { Vec::new() } else { self.chunks };
        let body = match &chunks[..] {
            [one] => one.bytes.clone(),
            chunks => {
                let parts: Vec<_> = chunks.iter().map(|chunk| &chunk.bytes[..]).collect();
                parts.concat().into()
            }
        };
        let response = match self.head {
            Some(head) => Response::from_parts(head, body),
            None => Response::new(body),
        };
        (response, chunks)
    }
}
