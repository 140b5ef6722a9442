//! The Lambda Runtime API of one process.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use super::{
    connection::Connection,
    extension,
    fault::{Call, Fault, Plan},
    inflight::{HandedOut, NotFound},
    invoke::INVOCATION_ID,
    messages::{ApiResponse, Corruption, accepted, corrupt, json, rejection},
    messages::{Cut, RequestBody, Unread, error_type, stream_error},
    outcome::{FunctionError, Outcome},
    response::InvocationResponse,
    restore,
    shared::Shared,
    state::State,
};
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinSet};

/// The largest response that is not streamed, in bytes: 6 MB and what Lambda adds.
const RESPONSE_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// The largest response of an invocation for a stream, in bytes.
const STREAM_LIMIT: usize = 200 * 1024 * 1024;

/// Serves all calls of one process, until it is dropped.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, process: u64) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Mostly out of file descriptors: trying again at once would not help.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let _ = stream.set_nodelay(true);
                let api = Api { shared: shared.clone(), process, reset: Arc::default() };
                let stream = Connection::new(stream, api.reset.clone());
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let api = api.clone();
                        async move { api.respond(request).await }
                    });
                    // An error is a connection that the function, or a fault, has cut.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        }
    }
}

/// The Runtime API, as one connection sees it.
#[derive(Clone)]
struct Api {
    shared: Arc<Shared>,
    process: u64,
    /// Whether the connection is to end by a reset.
    reset: Arc<AtomicBool>,
}

impl Api {
    async fn respond(&self, request: Request<Incoming>) -> Result<ApiResponse, Cut> {
        let (head, body) = request.into_parts();
        let parts: Vec<&str> = head.uri.path().split('/').skip(1).collect();
        let headers = &head.headers;
        match (&head.method, parts.as_slice()) {
            (&Method::GET, ["2018-06-01", "runtime", "invocation", "next"]) => self.next().await,
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "response"]) => {
                self.response(id, headers, body).await
            }
            (&Method::POST, ["2018-06-01", "runtime", "invocation", id, "error"]) => {
                self.error(id, headers, body).await
            }
            (&Method::POST, ["2018-06-01", "runtime", "init", "error"]) => {
                self.init_error(headers, body).await
            }
            (&Method::GET, ["2018-06-01", "runtime", "restore", "next"]) => {
                Ok(restore::next(&self.shared, self.process))
            }
            (&Method::POST, ["2018-06-01", "runtime", "restore", "error"]) => {
                let request_body = RequestBody::read(body).await?;
                Ok(restore::error(
                    &self.shared,
                    self.process,
                    headers,
                    &request_body,
                ))
            }
            (&Method::POST, ["2020-01-01", "extension", "register"]) => {
                let request_body = RequestBody::read(body).await?;
                Ok(extension::register(
                    &self.shared,
                    self.process,
                    headers,
                    &request_body.body,
                ))
            }
            (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
                Ok(extension::next(&self.shared, self.process, headers).await)
            }
            (method, _) => {
                let message = format!("there is no `{method} {}`", head.uri.path());
                Ok(rejection(
                    &self.shared,
                    StatusCode::NOT_FOUND,
                    "NotFound",
                    message,
                ))
            }
        }
    }

    async fn next(&self) -> Result<ApiResponse, Cut> {
        enum Found {
            Plan(Plan),
            Invocation(HandedOut, Option<Plan>),
        }
        let options = &self.shared.options;
        let asked = self
            .shared
            .update(|state| state.asks_next(self.process, options));
        if let Err(message) = asked {
            return Ok(rejection(
                &self.shared,
                StatusCode::FORBIDDEN,
                INVALID_STATE,
                message,
            ));
        }
        loop {
            let found = self.shared.until(|state| {
                // A process that is gone takes nothing from the next one.
                state.process(self.process)?;
                if let Some(plan) = state.planned_at_once(Call::Next) {
                    return Some(Found::Plan(plan));
                }
                let invocation = state.hand_out(self.process, options)?;
                Some(Found::Invocation(invocation, state.planned(Call::Next)))
            });
            match found.await {
                Found::Plan(plan) => {
                    if let Go::ApiResponse(response) = self.follow(plan).await? {
                        return Ok(response);
                    }
                }
                Found::Invocation(invocation, plan) => {
                    let corruption = plan.as_ref().and_then(Plan::corruption);
                    return Ok(self.hand_out(invocation, corruption));
                }
            }
        }
    }

    fn hand_out(&self, invocation: HandedOut, corruption: Option<Corruption>) -> ApiResponse {
        let number = invocation.number;
        let options = &self.shared.options;
        self.shared.update(|state| {
            if corruption == Some(Corruption::Cut) {
                state.was_cut(invocation.clone(), options);
            }
            state.time(number, |timeout| {
                let shared = self.shared.clone();
                let timer = tokio::spawn(async move {
                    tokio::time::sleep(timeout).await;
                    shared.update(|state| state.time_is_up(number, &shared.options));
                });
                timer.abort_handle()
            });
        });
        let mut response = ApiResponse::new(invocation.event.into());
        *response.headers_mut() = invocation.headers;
        let kind = HeaderValue::from_static("application/json");
        response.headers_mut().entry(CONTENT_TYPE).or_insert(kind);
        corrupt(response, corruption)
    }

    async fn response(
        &self,
        id: &str,
        headers: &HeaderMap,
        body: Incoming,
    ) -> Result<ApiResponse, Cut> {
        let found = self.find(id, headers);
        let corruption = match self.planned(Call::Response, found.ok()).await? {
            Go::On(corruption) => corruption,
            Go::ApiResponse(response) => {
                let _ = RequestBody::read(body).await;
                return Ok(response);
            }
        };
        let number = match found {
            Ok(number) => number,
            Err(reason) => return Ok(self.not_found(reason, id)),
        };
        let Some(mut expected) = self.shared.update(|state| state.expectation(number)) else {
            // It was given up. A stream that is made may never end.
            if headers.contains_key(CONTENT_LENGTH) {
                let _ = RequestBody::read(body).await;
            }
            let reason = self.find(id, headers).err();
            return Ok(self.not_found(reason.unwrap_or(NotFound::RequestId), id));
        };
        let limit = match expected.response_stream {
            true => STREAM_LIMIT,
            false => RESPONSE_LIMIT,
        };
        let (reader, began) = (&mut expected.reader, expected.handed_out);
        let read = RequestBody::read_within(body, limit, reader, began).await;
        let request_body = match read {
            Ok(request_body) => request_body,
            Err(Unread::Cut) => {
                let message = format!("the response to {id} ended early");
                let _ = rejection(
                    &self.shared,
                    StatusCode::BAD_REQUEST,
                    "Runtime.TruncatedResponse",
                    message,
                );
                return Err(Cut);
            }
            Err(Unread::TooLarge) => return Ok(self.is_too_large(number, id, limit)),
            Err(Unread::Fault(Fault::GivenUp)) => {
                self.shared.update(|state| state.give_up_on(number));
                return Ok(self.not_found(NotFound::TooLate, id));
            }
            Err(Unread::Fault(fault)) => {
                return match self.follow(Plan::Fault(fault)).await? {
                    Go::ApiResponse(response) => {
                        let error = FunctionError::new("Fault", "the response was rejected");
                        let outcome = Outcome::Error(error);
                        let finished = |state: &mut State| state.finish(number, |_, _| outcome);
                        let _ = self.shared.update(finished);
                        Ok(response)
                    }
                    // Nothing is left to go on with.
                    Go::On(_) => Err(Cut),
                };
            }
        };
        let response = |request_id, took| InvocationResponse {
            request_id,
            body: request_body.body,
            headers: headers.clone(),
            response_stream: expected.response_stream,
            stream_error: request_body.trailers.as_ref().and_then(stream_error),
            took,
        };
        let finished = self
            .shared
            .update(|state| state.finish(number, |id, took| Outcome::Response(response(id, took))));
        let outcome = match finished {
            Ok(()) => accepted(),
            Err(reason) => self.not_found(reason, id),
        };
        Ok(corrupt(outcome, corruption))
    }

    fn is_too_large(&self, number: u64, id: &str, limit: usize) -> ApiResponse {
        let error = too_large(limit);
        let finished = self
            .shared
            .update(|state| state.finish(number, |_, _| Outcome::Error(error)));
        match finished {
            Ok(()) => self.rejected(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                format!("the response to {id} is too large"),
            ),
            Err(reason) => self.not_found(reason, id),
        }
    }

    async fn error(
        &self,
        id: &str,
        headers: &HeaderMap,
        body: Incoming,
    ) -> Result<ApiResponse, Cut> {
        let found = self.find(id, headers);
        let corruption = match self.planned(Call::Error, found.ok()).await? {
            Go::On(corruption) => corruption,
            Go::ApiResponse(response) => {
                let _ = RequestBody::read(body).await;
                return Ok(response);
            }
        };
        let number = match found {
            Ok(number) => number,
            Err(reason) => return Ok(self.not_found(reason, id)),
        };
        let request_body = RequestBody::read(body).await?;
        let error = FunctionError::read(&request_body.body, error_type(headers));
        let finished = self
            .shared
            .update(|state| state.finish(number, |_, _| Outcome::Error(error)));
        let response = match finished {
            Ok(()) => accepted(),
            Err(reason) => self.not_found(reason, id),
        };
        Ok(corrupt(response, corruption))
    }

    async fn init_error(&self, headers: &HeaderMap, body: Incoming) -> Result<ApiResponse, Cut> {
        let corruption = match self.planned(Call::InitError, None).await? {
            Go::On(corruption) => corruption,
            Go::ApiResponse(response) => {
                let _ = RequestBody::read(body).await;
                return Ok(response);
            }
        };
        let request_body = RequestBody::read(body).await?;
        let error = FunctionError::read(&request_body.body, error_type(headers));
        let is_in_init = self.shared.update(|state| {
            let starting = state
                .process(self.process)
                .filter(|process| !process.is_ready());
            starting
                .map(|process| process.init_error = Some(error))
                .is_some()
        });
        if is_in_init {
            return Ok(corrupt(accepted(), corruption));
        }
        let message = "it posted an init error after it was ready";
        Ok(self.rejected(StatusCode::FORBIDDEN, INVALID_STATE, message))
    }

    fn find(&self, id: &str, headers: &HeaderMap) -> Result<u64, NotFound> {
        let invocation_id = headers.get(INVOCATION_ID).map(HeaderValue::as_bytes);
        self.shared.read(|state| state.find(id, invocation_id))
    }

    fn not_found(&self, reason: NotFound, id: &str) -> ApiResponse {
        match reason {
            NotFound::RequestId => {
                let message = format!("there is no invocation {id:?} in flight");
                self.rejected(StatusCode::BAD_REQUEST, "InvalidRequestID", message)
            }
            NotFound::InvocationId => {
                let message = format!("the `{INVOCATION_ID}` is not that of invocation {id:?}");
                self.rejected(StatusCode::GONE, "InvalidInvocationID", message)
            }
            // Not an error of the function.
            NotFound::TooLate => {
                let message = format!("the invocation {id} has timed out");
                let late = json!({"errorType": "InvokeTimeout", "errorMessage": message});
                json(StatusCode::GONE, &late)
            }
        }
    }

    fn rejected(&self, status: StatusCode, kind: &str, message: impl Into<String>) -> ApiResponse {
        rejection(&self.shared, status, kind, message)
    }

    /// What the test wants to happen to a call, which is about the invocation of this number.
    async fn planned(&self, call: Call, number: Option<u64>) -> Result<Go, Cut> {
        match self.shared.update(|state| state.planned(call)) {
            Some(Plan::Fault(Fault::GivenUp)) => {
                if let Some(number) = number {
                    self.shared.update(|state| state.give_up_on(number));
                }
                Ok(Go::On(None))
            }
            Some(plan) => self.follow(plan).await,
            None => Ok(Go::On(None)),
        }
    }

    async fn follow(&self, plan: Plan) -> Result<Go, Cut> {
        match plan {
            Plan::Fault(Fault::Status(status)) => {
                let fault = json!({"errorType": "Fault", "errorMessage": "as the test wants it"});
                Ok(Go::ApiResponse(json(status, &fault)))
            }
            Plan::Fault(Fault::Reset) => {
                self.reset.store(true, Ordering::Relaxed);
                Err(Cut)
            }
            Plan::Fault(Fault::GivenUp | Fault::Cut | Fault::Huge(_)) => {
                Ok(Go::On(plan.corruption()))
            }
            Plan::Hold { reached, release } => {
                let _ = reached.send(());
                // Dropping the other end releases it as well.
                let _ = release.await;
                Ok(Go::On(None))
            }
        }
    }
}

/// What becomes of a call that a test has plans for.
enum Go {
    /// It goes no further.
    ApiResponse(ApiResponse),
    /// It goes on, and its response may be corrupted.
    On(Option<Corruption>),
}

const INVALID_STATE: &str = "InvalidStateTransition";

fn too_large(limit: usize) -> FunctionError {
    FunctionError::new(
        "Function.ResponseSizeTooLarge",
        format!("Response payload size exceeded maximum allowed payload size ({limit} bytes)."),
    )
}
