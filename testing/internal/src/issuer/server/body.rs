//! Bodies that are too long or too short.

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

/// White space before content that a client should not read to its end.
static BLANKS: [u8; 16 * 1024] = [b' '; 16 * 1024];

/// A body that is made while it is sent, so that even a huge one takes no memory.
#[derive(Default)]
pub(super) struct ServerResponse {
    blanks: usize,
    content: Bytes,
    /// How much was announced and does not come.
    missing: usize,
    undeclared: bool,
    /// Whether what there was had its chance to be sent.
    flushed: bool,
}

impl ServerResponse {
    pub(super) fn new(content: impl Into<Bytes>) -> Self {
        Self {
            content: content.into(),
            ..Self::default()
        }
    }

    /// The content after white space, `length` bytes in all.
    pub(super) fn huge(content: String, length: usize, declared: bool) -> Self {
        Self {
            blanks: length.saturating_sub(content.len()),
            content: content.into(),
            undeclared: !declared,
            ..Self::default()
        }
    }

    /// The first half of the content, and then an error.
    pub(super) fn truncated(content: String) -> Self {
        let mut content = Bytes::from(content);
        let missing = content.split_off(content.len() / 2);
        Self {
            content,
            missing: missing.len(),
            ..Self::default()
        }
    }
}

impl Body for ServerResponse {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = if self.blanks > 0 {
            let blanks = BLANKS.get(..self.blanks).unwrap_or(&BLANKS);
            self.blanks -= blanks.len();
            Some(Ok(Frame::data(Bytes::from_static(blanks))))
        } else if !self.content.is_empty() {
            Some(Ok(Frame::data(std::mem::take(&mut self.content))))
        } else if self.missing > 0 && !self.flushed {
            // What is still in a buffer at an error is lost; while a body waits, buffers are sent.
            self.flushed = true;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        } else if self.missing > 0 {
            Some(Err(io::ErrorKind::ConnectionAborted.into()))
        } else {
            None
        };
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.blanks == 0 && self.content.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        if self.undeclared {
            return SizeHint::default();
        }
        let length = self.blanks + self.content.len() + self.missing;
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}
