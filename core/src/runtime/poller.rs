//! The poller: requests an event, runs the handler, sends the response, and repeats.

use super::{
    client::{Client, Delivery, NextError},
    error_document::ErrorDocument,
    invoke::{Invoke, InvokeId},
    stream::sending_limit,
    trace_environment,
    wake::Wake,
};
use crate::{
    App, BoxFuture, LambdaContext,
    catch_unwind::{Panic, catch_unwind},
    event::EventResponse,
    hooks::InFlight,
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::sleep;
use tracing::Instrument;

/// The pauses before a failed request for an event is retried. After the last one, the process
/// ends.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];

/// A poller and what it uses.
#[derive(Debug)]
pub(super) struct Poller {
    pub(super) app: App,
    pub(super) client: Client,
    /// Whether the process has several pollers.
    pub(super) among_several: bool,
    /// Set if the process has shutdown hooks.
    pub(super) in_flight: Option<Arc<InFlight>>,
    pub(super) wake: Option<Arc<Wake>>,
    /// The previous invocation.
    pub(super) last: InvokeId,
}

/// Why a poller, and with it the process, ended.
#[derive(Debug)]
pub(super) enum Ended {
    NoEvent(NextError),
    NotDelivered {
        request_id: String,
        error: String,
        /// The size of what was sent of a stream, or of the whole response.
        size: usize,
    },
    /// A bug in this library.
    Panicked(Panic),
}

impl Poller {
    /// Handles one invocation after the other until an error ends the poller.
    pub(super) async fn run(mut self) -> Ended {
        match catch_unwind(self.poll()).await {
            Ok(ended) => ended,
            Err(panic) => Ended::Panicked(panic),
        }
    }

    async fn poll(&mut self) -> Ended {
        let mut failures = 0;
        loop {
            let invoke = match self.client.next().await {
                Ok(invoke) => invoke,
                Err(error) => {
                    let pause = match (&error, PAUSES.get(failures)) {
                        // Lambda still sends events, so continue, but with a pause.
                        (NextError::NoRequestId, pause) => pause.or(PAUSES.last()),
                        // "Container error. Non-recoverable state. Runtime should exit promptly."
                        (NextError::Status(500), _) => None,
                        (_, pause) => pause,
                    };
                    let Some(pause) = pause else {
                        return Ended::NoEvent(error);
                    };
                    failures += 1;
                    no_event(&error);
                    sleep(*pause).await;
                    continue;
                }
            };
            failures = 0;
            let (delivery, size) = self.handle(invoke).await;
            if let Delivery::Lost(error) = delivery
                // Lambda would send the event again, and the handler would run twice. When the
                // process ends, Lambda reports the failure to the caller.
                && !self.among_several
            {
                let request_id = std::mem::take(&mut self.last.request_id);
                return Ended::NotDelivered {
                    request_id,
                    error,
                    size,
                };
            }
        }
    }

    /// Returns the size of the response, too: of a stream, what was sent of it.
    async fn handle(&mut self, invoke: Invoke) -> (Delivery, usize) {
        let Invoke {
            id,
            context,
            event,
            unreadable,
        } = invoke;
        let is_repeated = id == self.last;
        self.last = id;
        let id = &self.last;
        if !unreadable.is_empty() {
            tracing::warn!(
                target: "lambda_api",
                requestId = id.request_id,
                headers = unreadable.join(", "),
                "invocation headers could not be parsed"
            );
        }
        let _running = self.wake.as_deref().map(Wake::enter);
        let in_flight = self.in_flight.as_deref();
        let _entered = in_flight.map(|all| all.enter(&id.request_id));
        let (deadline, deadline_ms) = (context.deadline(), context.deadline_ms);
        let mut size = 0;
        let handled = if is_repeated {
            let message = "the invocation was received twice";
            tracing::error!(target: "lambda_api", requestId = id.request_id, "{message}");
            Err(("RepeatedInvocation", message.to_owned()))
        } else {
            self.set_trace_environment(&context);
            let handled = self.app.stream_event_with_extensions(event, context).await;
            handled.map_err(|error| (error.error_type(), error.to_string()))
        };
        let delivery = match handled {
            Ok((EventResponse::Buffered(response), _)) => {
                size = response.len();
                self.client.respond(id, deadline, &response).await
            }
            Ok((EventResponse::Stream(body), extensions)) => {
                let limit = sending_limit(deadline, extensions.get().copied());
                // Boxed and without its type, so that the poller is not larger for it, nor the code that drops it.
                let sending = self.client.stream(id, limit, body, &mut size);
                let sending: BoxFuture<'_, _> = Box::pin(sending);
                sending.await
            }
            Err((error_type, message)) => {
                let document = ErrorDocument::new(error_type, &message);
                self.client.fail(id, deadline, &document).await
            }
        };
        let is_end = matches!(delivery, Delivery::Lost(_)) && !self.among_several;
        if !is_end {
            record(&delivery, &id.request_id, size);
        }
        if let Some(after) = self.app.hooks().responded(deadline_ms) {
            let id = id.request_id.as_str();
            let span = tracing::error_span!(target: "lambda_api", "after_response", requestId = id);
            after.instrument(span).await;
        }
        (delivery, size)
    }

    /// The variable is process-wide, so it is not set when there are concurrent invocations.
    fn set_trace_environment(&self, context: &LambdaContext) {
        if !self.among_several && self.app.hooks().trace_environment {
            trace_environment::set(context.trace_id.as_deref());
        }
    }
}

#[cold]
fn no_event(error: &NextError) {
    let text = error.to_string();
    match error {
        NextError::NoRequestId => {
            tracing::error!(target: "lambda_api", error = text, "an event was skipped");
        }
        _ => tracing::warn!(
            target: "lambda_api",
            error = text,
            "receiving an event failed, retrying"
        ),
    }
}

/// Logs a response that Lambda did not accept.
fn record(delivery: &Delivery, request_id: &str, size: usize) {
    match delivery {
        Delivery::Accepted => {}
        Delivery::TooLate => tracing::warn!(
            target: "lambda_api",
            requestId = request_id,
            "the response came too late: Lambda had already ended the invocation"
        ),
        Delivery::NotRead => tracing::warn!(
            target: "lambda_api",
            requestId = request_id,
            size,
            "the response was not read in time: the client or Lambda reads too slowly"
        ),
        Delivery::Rejected(status) => tracing::error!(
            target: "lambda_api",
            requestId = request_id,
            status,
            size,
            "Lambda rejected a response"
        ),
        Delivery::Lost(error) => tracing::error!(
            target: "lambda_api",
            requestId = request_id,
            error,
            size,
            "a response could not be sent to Lambda"
        ),
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ended::NoEvent(error) => write!(f, "receiving the next event failed: {error}"),
            Ended::NotDelivered {
                request_id,
                error,
                size,
            } => write!(
                f,
                "the response to the invocation {request_id} could not be sent to Lambda: {error} \
                 (size: {size} bytes)"
            ),
            Ended::Panicked(panic) => panic.fmt(f),
        }
    }
}

impl std::error::Error for Ended {}

#[cfg(test)]
mod tests {
    use super::{super::client::Address, super::connection::tests::server, *};
    use crate::Api;

    /// A response of `/next` with these headers and an event that matches no route.
    fn next(headers: &str) -> &'static str {
        let event = r#"{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}"#;
        let length = event.len();
        format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n{event}").leak()
    }

    #[tokio::test]
    async fn an_invocation_that_is_handed_out_twice_is_handled_once() {
        const ACCEPTED: &str = "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";
        const END: &str = "HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n";
        let id = "lambda-runtime-aws-request-id: id-1\r\n";
        let with = |invocation: &str| {
            next(&format!(
                "{id}lambda-runtime-invocation-id: {invocation}\r\n"
            ))
        };
        let events = [next(id), next(id), with("a"), with("b"), with("b")];
        let mut script: Vec<_> = events
            .into_iter()
            .flat_map(|next| [next, ACCEPTED])
            .collect();
        script.push(END);
        for among_several in [false, true] {
            let (host, requests, _server) = server(&[&script]).await;
            let poller = Poller {
                app: Api::new().build().await.expect("an app"),
                client: Client::new(Address::parse(&host).expect("an address")),
                among_several,
                in_flight: None,
                wake: None,
                last: InvokeId::default(),
            };
            let ended = poller.run().await;
            assert!(
                matches!(ended, Ended::NoEvent(NextError::Status(500))),
                "{ended}"
            );
            let requests = requests.lock().unwrap();
            let posted: Vec<_> = requests
                .iter()
                .filter(|one| one.starts_with("POST"))
                .collect();
            let calls: Vec<_> = posted
                .iter()
                .map(|one| one.contains("/id-1/response "))
                .collect();
            assert_eq!(calls, [true, false, true, true, false], "{posted:?}");
            for (at, posted) in posted.iter().enumerate().filter(|(at, _)| !calls[*at]) {
                assert!(posted.contains("/id-1/error "), "{at}: {posted}");
                assert!(posted.contains(r#""errorType":"RepeatedInvocation""#));
            }
        }
    }
}
