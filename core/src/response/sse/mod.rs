//! Server-sent events: `text/event-stream`.
//!
//! The format is that of the [HTML standard]. [`Sse`] is the response, [`Event`] one event, and the
//! extractor [`LastEventId`](crate::extract::LastEventId) the id of the last one that a client got.
//!
//! [HTML standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html

mod event;
mod keep_alive;
mod max_duration;

pub use event::{Event, EventError};

use super::{
    NoContent,
    encoded::{Encode, encoded},
    media_type::EVENT_STREAM,
    plain::ok,
};
use crate::{Body, Error, IntoResponse, Response, describe::Operation};
use bytes::Bytes;
use futures_core::TryStream;
use http::{HeaderValue, StatusCode, header::CACHE_CONTROL};
use keep_alive::KeepAlive;
use max_duration::MaxDuration;
use std::time::Duration;

/// Server-sent events from a stream: `text/event-stream`, with `cache-control: no-cache`.
///
/// ```
/// use futures_util::stream;
/// use lambda_api::{api_handler, extract::LastEventId, response::sse::{Event, Sse}};
/// use std::{convert::Infallible, time::Duration};
///
/// /// The steps after the last one that the client has seen.
/// #[api_handler(GET "/steps")]
/// async fn steps(last: Option<LastEventId>) -> Sse {
///     let seen = last.and_then(|last| last.0.parse().ok()).unwrap_or(0);
///     if seen >= 3 {
///         return Sse::done();
///     }
///     let steps = (seen + 1..4_u32).map(|step| {
///         Ok::<_, Infallible>(Event::new().id(step.to_string()).data(format!("step {step}")))
///     });
///     Sse::new(stream::iter(steps))
///         .keep_alive(Duration::from_secs(15))
///         .max_duration(Duration::from_secs(20))
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # use lambda_api::IntoResponse;
/// # let last = Some(LastEventId("2".into()));
/// # let body = steps(last).await.into_response().into_body();
/// # assert_eq!(body.collect().await.unwrap(), "id: 3\ndata: step 3\n\n");
/// # let last = Some(LastEventId("3".into()));
/// # assert_eq!(steps(last).await.into_response().status(), 204);
/// # }
/// ```
///
/// Through a source that [streams](crate::guide::streaming), the client gets each event as it comes. Other sources
/// [collect](Body#streams) the events: the client gets all of them together when the stream ends.
///
/// Events without an end need [`max_duration`](Self::max_duration), after which they end regularly. Without it, the
/// [deadline](crate::extract::Deadline) or [`Api::stream_timeout`](crate::Api::stream_timeout) ends them, which is
/// an error: a stream ends early, and a source that collects gets a 504 without an event. An error of the stream and
/// an invalid [`Event`] are errors, too: the stream ends early, or the collected response is a 500. Errors are logged.
///
/// # Reconnecting
///
/// After each response, a browser's `EventSource` connects again and sends the id of the last event.
/// So a stream that ends after [`max_duration`](Self::max_duration) and continues from there reaches the client in
/// parts, and each part is an invocation. A stream that ended early is continued in the same way.
///
/// - [`Event::retry`] sets the time until then: for a source that collects events, it is the interval of
///   polling. Without it, browsers wait for some seconds.
/// - [`Sse::done`], a 204, ends it. A 200 without events does not: such a client asks for ever.
/// - Any other status ends it as well. So a 4xx, a 500 and the 504 of one stream that missed its
///   deadline leave the page without updates, until it makes another `EventSource`.
#[derive(Debug)]
#[must_use = "a response does nothing until it is returned"]
pub struct Sse {
    /// `None` if nothing is left.
    events: Option<Body>,
    keep_alive: Option<Duration>,
    max_duration: Option<Duration>,
}

impl Sse {
    /// Creates the response.
    pub fn new<S>(events: S) -> Self
    where
        S: TryStream<Ok = Event, Error: Into<Error>> + Send + 'static,
    {
        Self {
            events: Some(encoded(events, Text)),
            keep_alive: None,
            max_duration: None,
        }
    }

    /// Creates a 204: no events are left, and an `EventSource` does not
    /// [connect again](Sse#reconnecting).
    pub fn done() -> Self {
        Self {
            events: None,
            keep_alive: None,
            max_duration: None,
        }
    }

    /// Sends a comment whenever no event came for this long, at least a second, so that proxies do
    /// not close an idle connection. The standard advises 15 seconds.
    ///
    /// It has no use where the events are collected; a collected body contains the comments too.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = Some(interval.max(Duration::from_secs(1)));
        self
    }

    /// Ends the events after this time, at least a second, between two of them: a regular end, and no error. The
    /// client [connects again](Sse#reconnecting) and continues behind the last event that it got.
    ///
    /// So events may go on for ever, and a client that is gone costs no more than this time. 20 seconds are
    /// less than the timeout of every gateway, so that one handler serves sources that stream and those that
    /// collect; the timeout of the function must be longer.
    ///
    /// The time begins when the handler has returned. If no event comes in it, the response has none.
    ///
    /// ```
    /// use futures_util::stream;
    /// use lambda_api::{api_handler, extract::LastEventId, response::sse::{Event, Sse}};
    /// use std::{convert::Infallible, time::Duration};
    ///
    /// /// The seconds since the start, for ever.
    /// #[api_handler(GET "/clock")]
    /// async fn clock(last: Option<LastEventId>) -> Sse {
    ///     let seen: u64 = last.and_then(|last| last.0.parse().ok()).unwrap_or(0);
    ///     let seconds = stream::unfold(seen, async |second| {
    ///         tokio::time::sleep(Duration::from_secs(1)).await;
    ///         let next = second + 1;
    ///         let event = Event::new().id(next.to_string()).data(next.to_string());
    ///         Some((Ok::<_, Infallible>(event), next))
    ///     });
    ///     Sse::new(seconds).max_duration(Duration::from_secs(20))
    /// }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// # use lambda_api::IntoResponse;
    /// # let body = clock(Some(LastEventId("7".into()))).await.into_response().into_body();
    /// # let events = body.collect().await.expect("a regular end");
    /// # assert!(events.ends_with(b"id: 26\ndata: 26\n\n"));
    /// # }
    /// ```
    pub fn max_duration(mut self, duration: Duration) -> Self {
        self.max_duration = Some(duration.max(Duration::from_secs(1)));
        self
    }
}

impl IntoResponse for Sse {
    fn into_response(self) -> Response {
        let mut response = match self.events {
            None => NoContent.into_response(),
            Some(mut events) => {
                if let Some(interval) = self.keep_alive {
                    events = Body::stream(KeepAlive::new(events, interval));
                }
                if let Some(duration) = self.max_duration {
                    events = Body::stream(MaxDuration::new(events, duration));
                }
                ok(EVENT_STREAM, events)
            }
        };
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    fn describe(operation: &mut Operation) {
        operation.response(StatusCode::OK, Some(EVENT_STREAM));
        operation.response(StatusCode::NO_CONTENT, None);
    }
}

struct Text;

impl Encode<Event> for Text {
    fn item(&mut self, event: Event) -> Result<Bytes, Error> {
        Ok(event.encode()?.into())
    }
}
