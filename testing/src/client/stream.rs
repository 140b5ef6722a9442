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
    /// The longest body that the source streams.
    limit: Option<usize>,
    /// All that the function sent. The parts of the response are slices of it, so that a long body is in
    /// memory once.
    sent: BytesMut,
    head: Option<Parts>,
    /// Where the body begins.
    begin: usize,
    /// Where each chunk ends, and when it came.
    ends: Vec<(usize, Duration)>,
}

/// What the source received.
pub(super) struct Received {
    /// All that the function sent.
    pub(super) raw: Bytes,
    /// The response, as the client got it.
    pub(super) response: Response<Bytes>,
    pub(super) chunks: Vec<ReceivedChunk>,
}

impl Reader {
    pub(super) fn new(source: Source, started: Instant) -> Self {
        Self {
            source,
            started,
            limit: source.stream_limit(),
            sent: BytesMut::new(),
            head: None,
            begin: 0,
            ends: Vec::new(),
        }
    }

    pub(super) async fn read(&mut self, mut body: Body) -> Result<(), Failed> {
        while let Some(frame) = body.frame().await {
            match frame {
                Ok(frame) => {
                    if let Ok(data) = frame.into_data() {
                        self.push(&data)?;
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
            // Without a head, all is the body.
            let response = emulate::parse_stream(self.source, &self.sent);
            self.head = Some(response.map_err(Failed::Invalid)?.into_parts().0);
            self.end_chunk()?;
        }
        Ok(())
    }

    fn push(&mut self, data: &[u8]) -> Result<(), Failed> {
        self.sent.extend_from_slice(data);
        if self.head.is_none() {
            let parsed = emulate::parse_prelude(self.source, &self.sent);
            let Some((head, length)) = parsed.map_err(Failed::Invalid)? else {
                return Ok(());
            };
            self.head = Some(head);
            self.begin = length;
        }
        self.end_chunk()
    }

    fn end_chunk(&mut self) -> Result<(), Failed> {
        let end = self.sent.len();
        if end <= self.ends.last().map_or(self.begin, |(end, _)| *end) {
            return Ok(());
        }
        match self.limit {
            Some(limit) if end.saturating_sub(self.begin) > limit => Err(Failed::Early(format!(
                "the body is longer than the {limit} bytes that the source streams"
            ))),
            _ => {
                self.ends.push((end, self.started.elapsed()));
                Ok(())
            }
        }
    }

    pub(super) fn has_head(&self) -> bool {
        self.head.is_some()
    }

    pub(super) fn finish(self, is_head: bool) -> Received {
        let raw = self.sent.freeze();
        let ends = if is_head { Vec::new() } else { self.ends };
        let mut begin = self.begin;
        let mut chunks = Vec::with_capacity(ends.len());
        for (end, after) in ends {
            chunks.push(ReceivedChunk::new(raw.slice(begin..end), after));
            begin = end;
        }
        let body = raw.slice(self.begin..begin);
        let response = match self.head {
            Some(head) => Response::from_parts(head, body),
            None => Response::new(body),
        };
        Received {
            raw,
            response,
            chunks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_bytes_of_a_stream_are_in_memory_once() {
        let mut reader = Reader::new(Source::FunctionUrl, Instant::now());
        for part in [
            &b"{\"statusCode\":2"[..],
            b"00}\0\0\0\0\0\0\0\0one",
            b"",
            b"two",
        ] {
            assert!(reader.push(part).is_ok());
        }
        let received = reader.finish(false);
        let whole = received.raw.as_ptr_range();
        let body = received.response.body();
        assert_eq!(body, "onetwo");
        let parts = received.chunks.iter().map(ReceivedChunk::bytes);
        assert_eq!(parts.clone().collect::<Vec<_>>(), ["one", "two"]);
        for part in parts.chain([body]) {
            assert!(whole.contains(&part.as_ptr()));
        }
    }

    #[tokio::test]
    async fn what_exceeds_the_limit_is_sent_and_not_received() {
        let mut reader = Reader::new(Source::RestApi, Instant::now());
        let head = b"{\"statusCode\":200}\0\0\0\0\0\0\0\0";
        assert_eq!(reader.limit, Source::RestApi.stream_limit());
        reader.limit = Some(5);
        assert!(reader.push(head).is_ok());
        assert!(reader.push(b"fits;").is_ok());
        assert!(matches!(reader.push(b"more"), Err(Failed::Early(_))));
        let received = reader.finish(false);
        assert_eq!(received.response.body(), "fits;");
        assert!(received.raw.ends_with(b"fits;more"));
    }
}
