//! Requests to a server.

use super::App;
use crate::{
    Invocation, Problem, Request, Response,
    catch_unwind::catch_unwind,
    deadline::Clock,
    error::framework,
    event::{self, current},
    limits::Limits,
    log,
    middleware::timed,
    sensitive,
};
use bytes::Bytes;
use http::request::Parts;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::atomic::Ordering,
    time::Duration,
};
use tracing::Span;

impl App {
    pub(crate) fn limits(&self) -> &Limits {
        &self.0.decode.limits
    }

    /// Handles one request to a server, as [`handle_event`](App::handle_event) handles an event. The body
    /// of the response may be a stream.
    ///
    /// `body` is only awaited if the head is within the limits. `timeout` is that of the handler.
    pub(crate) async fn served(
        &self,
        mut head: Parts,
        body: impl Future<Output = Result<Bytes, Problem>> + Send,
        timeout: Duration,
        invocation: &Invocation,
    ) -> Response {
        // Only the first request writes to memory that all threads share.
        let cold =
            self.0.cold.load(Ordering::Relaxed) && self.0.cold.swap(false, Ordering::Relaxed);
        invocation.set_span(log::span(invocation, cold));
        // Pinned here, since wrapping a future moves it.
        let mut response = pin!(async {
            let asked = self.asked(&head.method, &head.headers);
            let is_head = asked.is_head;
            sensitive::mark_all(&mut head.headers, &self.0.credentials);
            let admitted = match self.limits().check(&head) {
                Ok(()) => match catch_unwind(body).await {
                    Ok(body) => body,
                    Err(panic) => Err(panic.problem()),
                },
                Err(exceeded) => Err(framework::over_limit(exceeded)),
            };
            let outcome = match admitted {
                Ok(body) => {
                    let mut request = Request::from_parts(head, body.into());
                    let clock = Clock::of_request(timeout, &mut request);
                    let handled = catch_unwind(async { self.respond(request).await });
                    match timed(handled, || Some(clock.limit())).await {
                        Ok(handled) => handled.map_err(crate::catch_unwind::Panic::problem),
                        Err(late) => Err(self.0.timing.problem(late)),
                    }
                }
                Err(problem) => Err(problem),
            };
            // What few requests need is boxed: the future of each request is copied to the heap.
            let response = match outcome {
                Ok(response) => response,
                Err(problem) => Box::pin(self.reject(asked, problem, invocation)).await,
            };
            let mut response = if self.is_settled(&response) {
                let mut response = response;
                if response.body().bytes().is_empty() && !is_head {
                    event::settle_length(response.status(), response.headers_mut());
                }
                response
            } else {
                Box::pin(self.begin_response(response, is_head, invocation)).await
            };
            self.tell_request_id(response.headers_mut(), invocation);
            response
        });
        let in_span = poll_fn(|cx| {
            let _entered = invocation.span().map(Span::enter);
            response.as_mut().poll(cx)
        });
        current::scope(invocation.clone(), in_span).await
    }

    /// Whether a response can be sent as it is: its body is in memory, and nothing is wrong with it.
    fn is_settled(&self, response: &Response) -> bool {
        let body = response.body();
        !body.is_stream()
            && body.bytes().len() <= self.limits().response
            && event::is_final(response.status())
            && !event::has_no_body(response.status())
    }
}
