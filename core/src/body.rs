//! The body of a request or a response: bytes in memory, or a stream of the response.

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Empty, Full, Limited, combinators::UnsyncBoxBody};
use pin_project_lite::pin_project;
use std::{
    any::Any,
    borrow::Cow,
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, Waker, ready},
};
use tokio::task::coop::poll_proceed;

/// A request as layers, extractors and handlers see it.
pub type Request = http::Request<Body>;

/// A response as handlers and layers make it.
pub type Response = http::Response<Body>;

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Any error, boxed.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a [`Request`](crate::Request) or a [`Response`](crate::Response).
///
/// A request body is always in memory, because Lambda passes the whole event to the function. So
/// extractors can borrow from it.
///
/// ```
/// use lambda_api::Body;
///
/// let body = Body::from("hello");
/// assert_eq!(body.bytes(), b"hello");
/// ```
///
/// # Streams
///
/// A response body is bytes, or a stream: [`from_stream`](Body::from_stream) takes the pieces from a
/// `Stream`, [`channel`](Body::channel) from a task, and [`new`](Body::new) from an
/// `http_body::Body`. [`response`](crate::response) has types for server-sent events, JSON and
/// files.
///
/// A source that [streams](crate::guide::streaming) sends each piece as it comes: a function URL and a REST
/// API in streaming mode, if the program [knows](crate::Api::stream_on) of the mode. An error before the first
/// piece is a problem; a later one ends the response early, and is logged.
///
/// Every other source gets one buffered response: the body is collected, and the client gets it after its end.
///
/// - A body that exceeds [`Limits::response`](crate::Limits::response) or the limit of the source is
///   a 500, `response_too_large`. No more than the limit is read.
/// - A body that has not ended at the [deadline](crate::extract::Deadline) is dropped, and the client
///   gets a 504, `timed_out`.
/// - An error of the stream is a logged 500, `internal_error`. The client gets none of the pieces
///   before it.
///
/// An [`App`](crate::App) that is called as a tower service passes the stream on, and an error ends the body.
#[derive(Default)]
pub struct Body(Inner);

enum Inner {
    Buffered(Bytes),
    // The mutex makes the stream `Sync` without `unsafe`. It is only accessed through `get_mut`, so
    // it is never locked.
    Stream(Box<Mutex<UnsyncBoxBody<Bytes, BoxError>>>),
}

impl Default for Inner {
    fn default() -> Self {
        Inner::Buffered(Bytes::new())
    }
}

impl Body {
    /// Creates an empty body.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// Creates a body that an `http_body::Body` produces piece by piece, even if it is in memory.
    pub(crate) fn stream<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Inner::Stream(Box::new(Mutex::new(
            Fair::new(body).map_err(Into::into).boxed_unsync(),
        ))))
    }

    /// Creates a body from any `http_body::Body`. Content that is already in memory stays there;
    /// everything else becomes a [stream](Body#streams).
    ///
    /// ```
    /// use lambda_api::Body;
    ///
    /// assert_eq!(Body::new(String::from("in memory")).bytes(), b"in memory");
    /// ```
    pub fn new<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut body = Some(body);
        if let Some(body) = take::<B, Body>(&mut body) {
            return body;
        }
        if let Some(text) = take::<B, String>(&mut body) {
            return text.into();
        }
        if let Some(full) = take::<B, Full<Bytes>>(&mut body) {
            return in_memory(full);
        }
        if take::<B, Empty<Bytes>>(&mut body).is_some() {
            return Self::empty();
        }
        body.map_or_else(Self::empty, Self::stream)
    }

    /// The same body with bytes before it, as a stream.
    #[cfg(any(debug_assertions, feature = "local"))]
    pub(crate) fn behind(self, first: Bytes) -> Self {
        let first = (!first.is_empty()).then(|| Ok(Frame::data(first)));
        Self::stream(Begun {
            read: first.into_iter().collect(),
            rest: Box::pin(self),
        })
    }

    /// Creates a body from one that a layer has created. If it has a length and is ready, such as
    /// the wrapped body of a response, it is in memory again and needs no stream.
    pub(crate) fn of_layer<B>(body: B) -> Self
    where
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let mut slot = Some(body);
        if let Some(body) = take::<B, Body>(&mut slot) {
            return body;
        }
        match slot {
            Some(body) if body.size_hint().exact().is_some() => Begun::look(body),
            Some(body) => Self::new(body),
            None => Self::empty(),
        }
    }

    /// Returns `true` if the content is a stream.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        matches!(self.0, Inner::Stream(_))
    }

    /// Returns the content in memory; empty for a stream, which must be collected first.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Inner::Buffered(bytes) => bytes,
            Inner::Stream(_) => &[],
        }
    }

    /// Returns the content as a shared slice, without copying it.
    #[must_use]
    pub fn to_bytes(&self) -> Bytes {
        match &self.0 {
            Inner::Buffered(bytes) => bytes.clone(),
            Inner::Stream(_) => Bytes::new(),
        }
    }

    /// Collects the whole content.
    ///
    /// # Errors
    /// Returns the error of the stream if it fails before its end.
    pub async fn collect(self) -> Result<Bytes, BoxError> {
        self.collect_within(usize::MAX).await
    }

    /// Collects at most `limit` bytes; a longer stream fails with a `LengthLimitError`.
    pub(crate) async fn collect_within(self, limit: usize) -> Result<Bytes, BoxError> {
        match self.0 {
            Inner::Buffered(bytes) => Ok(bytes),
            Inner::Stream(stream) => {
                let stream = match stream.into_inner() {
                    Ok(stream) => stream,
                    Err(poisoned) => poisoned.into_inner(),
                };
                collect(Limited::new(stream, limit)).await
            }
        }
    }
}

// Boxed: in a future that must be `Send`, the compiler does not see that the error's conversion
// holds for every lifetime (rust-lang/rust#100013).
fn collect<B>(body: B) -> BoxFuture<'static, Result<Bytes, BoxError>>
where
    B: http_body::Body<Data = Bytes, Error = BoxError> + Send + 'static,
{
    Box::pin(async move { Ok(body.collect().await?.to_bytes()) })
}

pin_project! {
    /// A body that yields to the runtime now and then, even if it always has a next frame.
    ///
    /// Collecting a body polls it until it ends. A body that is always ready, such as one of
    /// endless empty frames, would starve timers and signals: no deadline would stop it, and no
    /// SIGTERM would end the process. So each frame uses up a unit of tokio's cooperative budget.
    /// Outside of tokio nothing is counted.
    pub(crate) struct Fair<B> {
        #[pin]
        body: B,
    }
}

impl<B> Fair<B> {
    pub(crate) fn new(body: B) -> Self {
        Self { body }
    }
}

impl<B: http_body::Body> http_body::Body for Fair<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let turn = ready!(poll_proceed(cx));
        let frame = ready!(self.project().body.poll_frame(cx));
        turn.made_progress();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A body whose first frames have been read.
struct Begun<B> {
    read: VecDeque<Result<Frame<Bytes>, BoxError>>,
    rest: Pin<Box<B>>,
}

impl<B> Begun<B>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    /// Reads the content if it is a single frame that is ready, or returns a stream. These polls
    /// need no waker, since the reader of the stream polls it again.
    fn look(body: B) -> Body {
        let mut rest = Box::pin(body);
        let mut context = Context::from_waker(Waker::noop());
        let mut only: Option<Bytes> = None;
        let mut read = VecDeque::new();
        while read.is_empty() {
            match (rest.as_mut().poll_frame(&mut context), only.take()) {
                (Poll::Ready(None), content) => return content.unwrap_or_default().into(),
                (Poll::Ready(Some(Ok(frame))), None) if frame.is_data() => {
                    only = frame.into_data().ok();
                }
                (next, content) => {
                    read.extend(content.map(|content| Ok(Frame::data(content))));
                    match next {
                        Poll::Ready(Some(next)) => read.push_back(next.map_err(Into::into)),
                        Poll::Ready(None) | Poll::Pending => break,
                    }
                }
            }
        }
        Body::stream(Self { read, rest })
    }
}

impl<B> http_body::Body for Begun<B>
where
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(frame) = self.read.pop_front() {
            return Poll::Ready(Some(frame));
        }
        let next = ready!(self.rest.as_mut().poll_frame(cx));
        Poll::Ready(next.map(|frame| frame.map_err(Into::into)))
    }
}

/// Takes the value if its type `A` is `B`.
pub(crate) fn take<A: 'static, B: 'static>(slot: &mut Option<A>) -> Option<B> {
    (slot as &mut dyn Any).downcast_mut::<Option<B>>()?.take()
}

/// The only frame of a `Full`, which is always ready and never fails.
fn in_memory(mut full: Full<Bytes>) -> Body {
    let mut context = Context::from_waker(Waker::noop());
    match http_body::Body::poll_frame(Pin::new(&mut full), &mut context) {
        Poll::Ready(Some(Ok(frame))) => frame.into_data().unwrap_or_default().into(),
        _ => Body::empty(),
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

impl From<Cow<'static, str>> for Body {
    fn from(content: Cow<'static, str>) -> Self {
        match content {
            Cow::Borrowed(text) => text.into(),
            Cow::Owned(text) => text.into(),
        }
    }
}

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

    #[test]
    fn content_in_memory_is_never_boxed_as_a_stream() {
        let bodies = [
            Body::new(Body::from("text")),
            Body::new(String::from("text")),
            Body::new(Full::new(Bytes::from_static(b"text"))),
        ];
        for body in bodies {
            assert!(!body.is_stream());
            assert_eq!(body.bytes(), b"text");
        }
        assert!(!Body::new(Empty::<Bytes>::new()).is_stream());
        assert!(!Body::new(Full::new(Bytes::new())).is_stream());
    }

    #[test]
    fn a_stream_stays_a_stream_when_it_is_wrapped_again() {
        let stream = Body::stream(Full::new(Bytes::from_static(b"text")));
        assert!(Body::new(stream).is_stream());
    }

    /// A scripted sequence of frames; `None` is pending once.
    struct Script(VecDeque<Option<Result<Frame<Bytes>, BoxError>>>);

    impl http_body::Body for Script {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            cx: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            match self.0.pop_front() {
                None => Poll::Ready(None),
                Some(Some(frame)) => Poll::Ready(Some(frame)),
                Some(None) => {
                    cx.waker().wake_by_ref();
                    Poll::Pending
                }
            }
        }

        fn size_hint(&self) -> SizeHint {
            SizeHint::with_exact(4)
        }
    }

    #[tokio::test]
    async fn the_body_of_a_layer_is_in_memory_when_it_is_there() {
        let data = |text: &'static str| Some(Ok(Frame::data(Bytes::from(text))));
        let trailers = || Some(Ok(Frame::trailers(http::HeaderMap::new())));
        for (frames, is_stream) in [
            (vec![], false),
            (vec![data("text")], false),
            (vec![data("te"), data("xt")], true),
            (vec![data("te"), data("x"), data("t")], true),
            (vec![data("text"), trailers()], true),
            (vec![data("text"), None], true),
            (vec![None, data("text")], true),
            (vec![trailers()], true),
        ] {
            let expected = if frames.len() > 1 || !is_stream && frames.len() == 1 {
                "text"
            } else {
                ""
            };
            let body = Body::of_layer(Script(frames.into()));
            assert_eq!(body.is_stream(), is_stream);
            assert_eq!(body.collect().await.expect("no error"), expected);
        }
        for mut frames in [vec![], vec![data("te")], vec![None]] {
            frames.push(Some(Err("lost".into())));
            let body = Body::of_layer(Script(frames.into()));
            let error = body.collect().await.expect_err("an error");
            assert_eq!(error.to_string(), "lost");
        }
        // Without a length it is a stream, and is not polled.
        assert!(Body::of_layer(Fair::new(Body::stream(Full::new(Bytes::new())))).is_stream());
    }

    #[tokio::test]
    async fn a_stream_is_collected_to_its_whole_content() {
        let stream = Body::stream(Full::new(Bytes::from_static(b"text")));
        assert_eq!(stream.collect().await.expect("it never fails"), "text");
    }
}
