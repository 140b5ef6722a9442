//! Bodies whose pieces are the items of a stream, encoded one by one.

use crate::{Body, BoxError, Error};
use bytes::Bytes;
use futures_core::TryStream;
use http_body::Frame;
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

impl Body {
    /// Creates a body from a stream of bytes or text. An error ends the body: see
    /// [streams](Body#streams).
    ///
    /// ```
    /// use futures_util::stream;
    /// use lambda_api::{Body, api_handler};
    /// use std::io;
    ///
    /// #[api_handler(GET "/pieces")]
    /// async fn pieces() -> Body {
    ///     Body::from_stream(stream::iter([Ok::<_, io::Error>("one, "), Ok("two")]))
    /// }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # assert_eq!(pieces().await.collect().await.unwrap(), "one, two");
    /// # }
    /// ```
    pub fn from_stream<S>(stream: S) -> Self
    where
        S: TryStream<Ok: Into<Bytes>, Error: Into<Error>> + Send + 'static,
    {
        encoded(stream, Unchanged)
    }
}

struct Unchanged;

impl<T: Into<Bytes>> Encode<T> for Unchanged {
    fn item(&mut self, item: T) -> Result<Bytes, Error> {
        Ok(item.into())
    }
}

/// An encoding of the items of a stream.
pub(super) trait Encode<T>: Send + 'static {
    /// Encodes an item. An error ends the body.
    fn item(&mut self, item: T) -> Result<Bytes, Error>;

    /// The piece after the last item.
    fn end(&mut self) -> Option<Bytes> {
        None
    }
}

/// The body of a stream. An error of the stream, or of an item, ends it without
/// [`Encode::end`].
pub(super) fn encoded<S, E>(stream: S, encode: E) -> Body
where
    S: TryStream<Error: Into<Error>> + Send + 'static,
    E: Encode<S::Ok>,
{
    Body::stream(Encoded {
        stream,
        encode,
        is_over: false,
    })
}

pin_project! {
    struct Encoded<S, E> {
        #[pin]
        stream: S,
        encode: E,
        is_over: bool,
    }
}

impl<S, E> http_body::Body for Encoded<S, E>
where
    S: TryStream<Error: Into<Error>>,
    E: Encode<S::Ok>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.project();
        if *this.is_over {
            return Poll::Ready(None);
        }
        let piece = match ready!(this.stream.try_poll_next(cx)) {
            Some(item) => {
                let item = item.map_err(Into::into);
                Some(item.and_then(|item| this.encode.item(item)))
            }
            None => {
                *this.is_over = true;
                this.encode.end().map(Ok)
            }
        };
        *this.is_over |= matches!(piece, Some(Err(_)));
        Poll::Ready(piece.map(|piece| piece.map(Frame::data).map_err(Error::into_boxed)))
    }
}
