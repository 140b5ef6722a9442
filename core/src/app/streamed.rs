//! Responses that are sent while their body is made.

use super::{
    App, SendingEnd,
    header_limit::check_header_limit,
    source,
    stream::{Opened, discard},
};
use crate::{
    Body, Invocation, Request, Response,
    deadline::{Clock, RouteEnd},
    error::framework,
    event::{self, current},
    middleware::timed_body,
};
use bytes::Bytes;
use http::{Extensions, response::Parts};
use std::time::Duration;
use tokio::time::Instant;
use tracing::{Instrument, Span};

/// How long a response may be sent after its timeout. A slow client reads what was written before, and the
/// end, in this time.
const SLOW: Duration = Duration::from_secs(5);

impl App {
    /// The response to a request from a source that streams.
    pub(super) async fn streamed_response(
        &self,
        request: Request,
        invocation: Invocation,
        span: Span,
    ) -> (Body, Extensions) {
        let limit = source(&invocation).stream_limit().unwrap_or(usize::MAX);
        let response = async {
            let (response, is_head) = self.response(request, &invocation).await;
            let began = Instant::now();
            let opened = self.begin(response, is_head, limit, &invocation).await;
            (opened, began)
        };
        let response = response.instrument(span);
        let (opened, began) = current::scope(invocation.clone(), response).await;
        self.stream_of(opened, began, &invocation)
    }

    /// Begins to send a response as its body is made: for servers, which have no limit of a source.
    ///
    /// A body that fails before its first part becomes a problem. Later errors and panics are logged, and end
    /// the body early, and so do the timeout of streams and a wrong `content-length`. The body is polled in the
    /// span of the invocation.
    #[cfg(feature = "server")]
    pub(crate) async fn begin_response(
        &self,
        response: Response,
        is_head: bool,
        invocation: &Invocation,
    ) -> Response {
        let (parts, body) = self.begin(response, is_head, usize::MAX, invocation).await;
        Response::from_parts(parts, body.into_body(None))
    }

    async fn begin(
        &self,
        response: Response,
        is_head: bool,
        limit: usize,
        invocation: &Invocation,
    ) -> (Parts, Opened) {
        let (mut parts, body) = response.into_parts();
        let most = limit.min(self.0.decode.limits.response);
        let opened = if event::is_final(parts.status) {
            let has_body = !event::has_no_body(parts.status);
            let body = self.limit_stream(body);
            let limits = (most, limit);
            Opened::new(body, has_body, limits, self.0.timing, (&parts, invocation)).await
        } else {
            discard(body);
            Err(framework::unsendable(parts.status))
        };
        match opened {
            Ok(opened) => {
                if opened.is_empty() && !is_head {
                    event::settle_length(parts.status, &mut parts.headers);
                }
                (parts, opened)
            }
            Err(problem) => {
                let (parts, body) = self.instead_of(&parts, problem, invocation).await;
                let body = if is_head { Bytes::new() } else { body };
                (parts, Opened::Whole(body))
            }
        }
    }

    /// Applies the timeout of streams, which begins now.
    fn limit_stream(&self, body: Body) -> Body {
        let Some(timeout) = self.0.timing.stream else {
            return body;
        };
        let clock = Clock::of_stream(timeout);
        timed_body(Response::new(body), move || Some(clock.limit())).into_body()
    }

    /// What is sent to Lambda: the head of a response, and its body.
    pub(super) fn stream_of(
        &self,
        (mut parts, body): (Parts, Opened),
        began: Instant,
        invocation: &Invocation,
    ) -> (Body, Extensions) {
        self.tell_request_id(&mut parts.headers, invocation);
        let source = source(invocation);
        let prelude = event::encode_prelude_measured(source, &parts, body.whole());
        check_header_limit(source, prelude.header_bytes, &parts.headers, invocation);
        let route = parts.extensions.remove::<RouteEnd>();
        if let Some(end) = self.sending_end(began, route, invocation) {
            parts.extensions.insert(end);
        }
        let body = body.into_body(Some(prelude.json));
        (body, parts.extensions)
    }

    /// When the sending of a response ends at the latest. Its body is stopped only when it is read for the next
    /// part, and what was written before has to reach the client.
    fn sending_end(
        &self,
        began: Instant,
        route: Option<RouteEnd>,
        invocation: &Invocation,
    ) -> Option<SendingEnd> {
        let timing = &self.0.timing;
        let of_streams = timing.stream.and_then(|timeout| began.checked_add(timeout));
        let of_route = route.map(|RouteEnd(end)| end);
        let timeout = [of_streams, of_route].into_iter().flatten().min();
        let timeout = timeout.and_then(|end| end.checked_add(SLOW));
        let deadline = timing.limit(invocation).and_then(|limit| {
            let left = limit.left.checked_add(timing.sending(invocation))?;
            Instant::now().checked_add(left)
        });
        [timeout, deadline]
            .into_iter()
            .flatten()
            .min()
            .map(SendingEnd)
    }
}

#[cfg(test)]
mod tests;
