//! One poller: asks for an event, has it handled, sends the response, and asks again.

use super::{
    client::{Client, Delivery, NextError},
    error_document::ErrorDocument,
    in_flight::InFlight,
    invoke::{Invoke, InvokeId},
    trace_environment,
    wake::Wake,
};
use crate::{
    App, LambdaContext,
    middleware::{Panic, caught},
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::sleep;
use tracing::Instrument;

/// How long a poller waits before it asks once more for an event that did not arrive. After the last
/// one, the process ends.
const PAUSES: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
];

/// What a poller works with.
#[derive(Debug)]
pub(super) struct Poller {
    pub(super) app: App,
    pub(super) client: Client,
    /// Whether other pollers run beside this one.
    pub(super) among_several: bool,
    /// Where there is something to do at the end of the process.
    pub(super) in_flight: Option<Arc<InFlight>>,
    pub(super) wake: Option<Arc<Wake>>,
    /// The invocation that came last.
    pub(super) last: InvokeId,
}

/// Why a poller ended, and with it the process.
#[derive(Debug)]
pub(super) enum Ended {
    NoEvent(NextError),
    NotDelivered {
        request_id: String,
        error: String,
    },
    /// A mistake in here.
    Panicked(Panic),
}

impl Poller {
    /// Handles one invocation after the other, until it makes no sense any more.
    pub(super) async fn run(mut self) -> Ended {
        match caught(self.poll()).await {
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
                        // Lambda gave it out, so it goes on; but no faster than it can.
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
            if let Delivery::Lost(error) = self.handle(invoke).await
                // Lambda would hand the event out again, and the handler would run twice: the end of
                // the process tells Lambda, and Lambda the caller.
                && !self.among_several
            {
                let request_id = std::mem::take(&mut self.last.request_id);
                return Ended::NotDelivered { request_id, error };
            }
        }
    }

    async fn handle(&mut self, invoke: Invoke) -> Delivery {
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
                "what Lambda says of an invocation cannot be read"
            );
        }
        let _running = self.wake.as_deref().map(Wake::enter);
        let in_flight = self.in_flight.as_deref();
        let _entered = in_flight.map(|all| all.enter(&id.request_id));
        let (deadline, deadline_ms) = (context.deadline(), context.deadline_ms);
        let mut size = 0;
        let handled = if is_repeated {
            let message = "the invocation was handed out twice";
            tracing::error!(target: "lambda_api", requestId = id.request_id, "{message}");
            Err(("RepeatedInvocation", message.to_owned()))
        } else {
            self.set_trace_environment(&context);
            let handled = self.app.handle_event_text(event, context).await;
            // Not an HTTP invocation, so there is nobody who could read a problem.
            handled.map_err(|error| ("NotAnHttpEvent", error.to_string()))
        };
        let delivery = match handled {
            Ok(response) => {
                size = response.len();
                self.client.respond(id, deadline, &response).await
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
        delivery
    }

    /// One variable of the environment cannot tell of several invocations.
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
            tracing::error!(target: "lambda_api", error = text, "an event was lost");
        }
        _ => tracing::warn!(
            target: "lambda_api",
            error = text,
            "an event did not arrive, and is asked for again"
        ),
    }
}

/// Writes down what became of a response that Lambda does not have.
fn record(delivery: &Delivery, request_id: &str, size: usize) {
    match delivery {
        Delivery::Accepted => {}
        Delivery::TooLate => tracing::warn!(
            target: "lambda_api",
            requestId = request_id,
            "the response came too late: Lambda has given the invocation up"
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
            Ended::NoEvent(error) => write!(f, "there is no next event: {error}"),
            Ended::NotDelivered { request_id, error } => write!(
                f,
                "the response to the invocation {request_id} could not be sent to Lambda: {error}"
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

    /// What `/next` says, with these headers and an event that no route is for.
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
