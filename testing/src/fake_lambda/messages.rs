//! Bodies of calls to the Runtime API, and its responses.

use super::{fault::Fault, outcome::FunctionError, shared::Shared, streaming::Reader};
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Instant,
};

/// A body that was posted, and what came after it.
pub(super) struct RequestBody {
    pub(super) body: Bytes,
    pub(super) trailers: Option<HeaderMap>,
}

/// Why a body was not read to its end.
pub(super) enum Unread {
    Cut,
    TooLarge,
    Fault(Fault),
}

impl RequestBody {
    pub(super) async fn read(incoming: Incoming) -> Result<Self, Cut> {
        let mut reader = None;
        let read = Self::read_within(incoming, usize::MAX, &mut reader, Instant::now());
        read.await.map_err(|_| Cut)
    }

    /// Reads a body of at most `limit` bytes. The test that reads along sets the pace, and may let the call fail.
    pub(super) async fn read_within(
        mut incoming: Incoming,
        limit: usize,
        reader: &mut Option<Reader>,
        began: Instant,
    ) -> Result<Self, Unread> {
        let (mut body, mut trailers) = (BytesMut::new(), None);
        loop {
            let frame = match reader {
                Some(reader) => tokio::select! {
                    frame = incoming.frame() => frame,
                    fault = reader.fault() => return Err(Unread::Fault(fault)),
                },
                None => incoming.frame().await,
            };
            let Some(frame) = frame else {
                break;
            };
            let data = match frame.map_err(|_| Unread::Cut)?.into_data() {
                Ok(data) => data,
                Err(frame) => {
                    trailers = frame.into_trailers().ok();
                    continue;
                }
            };
            body.extend_from_slice(&data);
            if body.len() > limit {
                // A runtime that writes all before it reads would get a reset instead of the status. A stream
                // may never end.
                if incoming.size_hint().exact().is_some() {
                    drop(body);
                    while let Some(Ok(_)) = incoming.frame().await {}
                }
                return Err(Unread::TooLarge);
            }
            if let Some(reader) = reader {
                let taken = reader.take(data, began.elapsed()).await;
                taken.map_err(Unread::Fault)?;
            }
        }
        Ok(Self {
            body: body.freeze(),
            trailers,
        })
    }
}

pub(super) fn error_type(headers: &HeaderMap) -> Option<&str> {
    headers
        .get("lambda-runtime-function-error-type")?
        .to_str()
        .ok()
}

/// The error that ends a stream: its type as it is, its body in base64.
pub(super) fn stream_error(trailers: &HeaderMap) -> Option<FunctionError> {
    let kind = error_type(trailers)?;
    let body = trailers.get("lambda-runtime-function-error-body");
    let body = body.and_then(|body| base64_simd::STANDARD.decode_to_vec(body.as_bytes()).ok());
    Some(FunctionError::read(&body.unwrap_or_default(), Some(kind)))
}

/// The connection is cut.
#[derive(Debug)]
pub(super) struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cut, as the test wants it")
    }
}

impl std::error::Error for Cut {}

pub(super) type ApiResponse = Response<ApiResponseBody>;

pub(super) fn accepted() -> ApiResponse {
    json(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

pub(super) fn json(status: StatusCode, body: &Value) -> ApiResponse {
    let mut response = ApiResponse::new(Bytes::from(body.to_string()).into());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// The response to a call that a runtime should not make, which is kept for the test.
pub(super) fn rejection(
    shared: &Shared,
    status: StatusCode,
    kind: &str,
    message: impl Into<String>,
) -> ApiResponse {
    let message = message.into();
    let response = json(status, &json!({"errorType": kind, "errorMessage": message}));
    shared.update(|state| state.rejected.push(format!("{kind}: {message}")));
    response
}

/// What happens to a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Corruption {
    Cut,
    Padded(usize),
}

pub(super) fn corrupt(mut response: ApiResponse, how: Option<Corruption>) -> ApiResponse {
    match how {
        Some(Corruption::Cut) => response.body_mut().cut(),
        Some(Corruption::Padded(more)) => response.body_mut().pad(more),
        None => {}
    }
    response
}

/// A body that comes whole, or whose connection ends in its midst.
#[derive(Debug)]
pub(super) struct ApiResponseBody {
    bytes: Bytes,
    /// The length in the head, less what was sent.
    length: u64,
    end: End,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Whole,
    /// What there is has to be sent before the connection ends.
    Half,
    Cut,
}

impl From<Bytes> for ApiResponseBody {
    fn from(bytes: Bytes) -> Self {
        Self {
            length: bytes.len() as u64,
            bytes,
            end: End::Whole,
        }
    }
}

impl ApiResponseBody {
    /// The first half of it, as if more were to come.
    fn cut(&mut self) {
        self.bytes.truncate(self.bytes.len() / 2);
        self.end = End::Half;
    }

    /// The same with `more` spaces behind it, which leave JSON what it was.
    fn pad(&mut self, more: usize) {
        let mut bytes = Vec::from(std::mem::take(&mut self.bytes));
        bytes.resize(bytes.len().saturating_add(more), b' ');
        *self = Bytes::from(bytes).into();
    }
}

impl Body for ApiResponseBody {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.length = self.length.saturating_sub(bytes.len() as u64);
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Half => {
                // The connection is flushed before this is asked again.
                self.end = End::Cut;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            End::Cut => Poll::Ready(Some(Err(Cut))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && self.end == End::Whole
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
