//! What the Runtime API answers.

use super::{posted::Cut, shared::Shared};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body::{Body, Frame, SizeHint};
use serde_json::{Value, json};
use std::{
    pin::Pin,
    task::{Context, Poll},
};

pub(super) type Answer = Response<AnswerBody>;

pub(super) fn accepted() -> Answer {
    json(StatusCode::ACCEPTED, &json!({"status": "OK"}))
}

pub(super) fn json(status: StatusCode, body: &Value) -> Answer {
    let mut answer = Answer::new(Bytes::from(body.to_string()).into());
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(CONTENT_TYPE, kind);
    answer
}

/// The answer to a call that a runtime should not make; it is kept for the test to see.
pub(super) fn refusal(
    shared: &Shared,
    status: StatusCode,
    kind: &str,
    message: impl Into<String>,
) -> Answer {
    let message = message.into();
    let answer = json(status, &json!({"errorType": kind, "errorMessage": message}));
    shared.update(|state| state.refused.push(format!("{kind}: {message}")));
    answer
}

/// What happens to an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spoilt {
    Cut,
    Padded(usize),
}

pub(super) fn spoil(mut answer: Answer, how: Option<Spoilt>) -> Answer {
    match how {
        Some(Spoilt::Cut) => answer.body_mut().cut(),
        Some(Spoilt::Padded(more)) => answer.body_mut().pad(more),
        None => {}
    }
    answer
}

/// A body that comes whole, or whose connection ends in its midst.
#[derive(Debug)]
pub(super) struct AnswerBody {
    bytes: Bytes,
    /// What the head of the answer says, while it was not sent.
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

impl From<Bytes> for AnswerBody {
    fn from(bytes: Bytes) -> Self {
        Self {
            length: bytes.len() as u64,
            bytes,
            end: End::Whole,
        }
    }
}

impl AnswerBody {
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

impl Body for AnswerBody {
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
