//! Server-sent events: `text/event-stream`.
//!
//! The format is that of the [HTML standard]. [`Sse`] is the response, [`Event`] one event, and the
//! extractor [`LastEventId`](crate::extract::LastEventId) the id of the last one that a client got.
//!
//! [HTML standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html

mod event;
mod keep_alive;

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
///     Sse::new(stream::iter(steps)).keep_alive(Duration::from_secs(15))
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
/// Through a source that [streams](crate::guide::streaming), the client gets each event as it comes. A stream that
/// does not end is ended early, shortly before the [deadline](crate::extract::Deadline) or after
/// [`Api::stream_timeout`](crate::Api::stream_timeout). An error of the stream, or an invalid [`Event`], ends it early
/// as well, and is logged.
///
/// Other sources [collect](Body#streams) the events: the client gets all of them together when the stream ends, a 504
/// and no event if it has not ended at the deadline, and a 500 after an error.
///
/// # Reconnecting
///
/// After each response, a browser's `EventSource` connects again and sends the id of the last event.
/// So a stream that ends in time and continues from there reaches the client in parts, and each part
/// is an invocation. A stream that ended early is continued in the same way.
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
        }
    }

    /// Creates a 204: no events are left, and an `EventSource` does not
    /// [connect again](Sse#reconnecting).
    pub fn done() -> Self {
        Self {
            events: None,
            keep_alive: None,
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
}

impl IntoResponse for Sse {
    fn into_response(self) -> Response {
        let mut response = match (self.events, self.keep_alive) {
            (None, _) => NoContent.into_response(),
            (Some(events), None) => ok(EVENT_STREAM, events),
            (Some(events), Some(interval)) => {
                ok(EVENT_STREAM, Body::stream(KeepAlive::new(events, interval)))
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
