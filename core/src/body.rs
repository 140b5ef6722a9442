//! The body of a request or a reply: bytes in memory, or a stream on its way out.

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use std::{
    fmt,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, ready},
};

/// Any error, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a [`Request`](crate::Request) or a [`Response`](crate::Response).
///
/// A request body is always in memory: Lambda hands the whole event over before the function
/// runs, which is why extractors can borrow from it. A reply body is bytes, or a stream that is
/// collected before the reply is encoded.
///
/// ```
/// use lambda_api::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.bytes(), b"hello");
/// ```
#[derive(Default)]
pub struct Body(Inner);

enum Inner {
    Buffered(Bytes),
    // The mutex makes the stream `Sync` without `unsafe`; it is only ever reached through
    // `get_mut`, so it is never locked.
    Stream(Box<Mutex<UnsyncBoxBody<Bytes, BoxError>>>),
}

impl Default for Inner {
    fn default() -> Self {
        Inner::Buffered(Bytes::new())
    }
}

impl Body {
    /// A body without content.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// A body that is produced piece by piece by any `http_body::Body`.
    ///
    /// ```
    /// use lambda_api::Body;
    /// use http_body_util::Full;
    ///
    /// let body = Body::stream(Full::new(bytes::Bytes::from_static(b"pieces")));
    /// assert!(body.is_stream());
    /// ```
    pub fn stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Inner::Stream(Box::new(Mutex::new(
            body.map_err(Into::into).boxed_unsync(),
        ))))
    }

    /// Whether the content is still to be produced.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        matches!(self.0, Inner::Stream(_))
    }

    /// The content in memory; nothing for a stream, which has to be collected first.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Inner::Buffered(bytes) => bytes,
            Inner::Stream(_) => &[],
        }
    }

    /// The same content as a shared slice, without copying it.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        match &self.0 {
            Inner::Buffered(bytes) => bytes.clone(),
            Inner::Stream(_) => Bytes::new(),
        }
    }

    /// Waits for the whole content.
    ///
    /// # Errors
    /// The error of the stream, when it fails before its end.
    pub async fn collect(self) -> Result<Bytes, BoxError> {
        match self.0 {
            Inner::Buffered(bytes) => Ok(bytes),
            Inner::Stream(stream) => {
                let stream = match stream.into_inner() {
                    Ok(stream) => stream,
                    Err(poisoned) => poisoned.into_inner(),
                };
                Ok(stream.collect().await?.to_bytes())
            }
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Buffered(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Inner::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Buffered(bytes))
    }
}

macro_rules! from {
    ($($type:ty),*) => { $(
        impl From<$type> for Body {
            fn from(content: $type) -> Self {
                Bytes::from(content).into()
            }
        }
    )* };
}
from!(String, &'static str, Vec<u8>, &'static [u8]);

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Inner::Buffered(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Buffered(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Stream(stream) => {
                let stream = match stream.get_mut() {
                    Ok(stream) => stream,
                    Err(poisoned) => poisoned.into_inner(),
                };
                Poll::Ready(ready!(Pin::new(stream).poll_frame(cx)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Buffered(bytes) => bytes.is_empty(),
            Inner::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Buffered(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Stream(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_send_and_sync_whatever_it_holds() {
        fn assert<T: Send + Sync>() {}
        assert::<Body>();
    }
}
