//! The Lambda Runtime API of one process.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>.

use super::{
    answer::{Answer, Spoilt, accepted, json, refusal, spoil},
    connection::Connection,
    extension,
    fault::{Call, Fault, Plan},
    invoke::INVOCATION_ID,
    outcome::{FunctionError, Outcome},
    posted::{Cut, Posted, error_type, stream_error},
    reply::Reply,
    restore,
    shared::Shared,
    under_way::{HandedOut, NotFound},
};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header::CONTENT_TYPE};
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

/// The largest reply that is not streamed, in bytes: 6 MB and what Lambda adds.
const REPLY_LIMIT: usize = 6 * 1024 * 1024 + 100;

/// Answers all calls of one process, until it is dropped.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, process: u64) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else {
                    // Out of file descriptors, mostly: there is no use in trying at once.
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                };
                let _ = stream.set_nodelay(true);
                let api = Api { shared: shared.clone(), process, reset: Arc::default() };
                let stream = Connection::new(stream, api.reset.clone());
                connections.spawn(async move {
                    let service = service_fn(move |request| {
                        let api = api.clone();
                        async move { api.answer(request).await }
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
    async fn answer(&self, request: Request<Incoming>) -> Result<Answer, Cut> {
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
                let posted = Posted::read(body).await?;
                Ok(restore::error(&self.shared, self.process, headers, &posted))
            }
            (&Method::POST, ["2020-01-01", "extension", "register"]) => {
                let posted = Posted::read(body).await?;
                Ok(extension::register(
                    &self.shared,
                    self.process,
                    headers,
                    &posted.body,
                ))
            }
            (&Method::GET, ["2020-01-01", "extension", "event", "next"]) => {
                Ok(extension::next(&self.shared, self.process, headers).await)
            }
            (method, _) => {
                let message = format!("there is no `{method} {}`", head.uri.path());
                Ok(refusal(
                    &self.shared,
                    StatusCode::NOT_FOUND,
                    "NotFound",
                    message,
                ))
            }
        }
    }

    async fn next(&self) -> Result<Answer, Cut> {
        enum Found {
            Plan(Plan),
            Invocation(HandedOut, Option<Plan>),
        }
        let options = &self.shared.options;
        let asked = self
            .shared
            .update(|state| state.asks_next(self.process, options));
        if let Err(message) = asked {
            return Ok(refusal(
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
                    if let Go::Answer(answer) = self.follow(plan).await? {
                        return Ok(answer);
                    }
                }
                Found::Invocation(invocation, plan) => {
                    let spoilt = plan.as_ref().and_then(Plan::spoilt);
                    return Ok(self.hand_out(invocation, spoilt));
                }
            }
        }
    }

    fn hand_out(&self, invocation: HandedOut, spoilt: Option<Spoilt>) -> Answer {
        let number = invocation.number;
        let options = &self.shared.options;
        self.shared.update(|state| {
            if spoilt == Some(Spoilt::Cut) {
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
        let mut answer = Answer::new(invocation.event.into());
        *answer.headers_mut() = invocation.headers;
        let kind = HeaderValue::from_static("application/json");
        answer.headers_mut().entry(CONTENT_TYPE).or_insert(kind);
        spoil(answer, spoilt)
    }

    async fn response(&self, id: &str, headers: &HeaderMap, body: Incoming) -> Result<Answer, Cut> {
        let found = self.find(id, headers);
        let spoilt = match self.planned(Call::Response, found.ok()).await? {
            Go::On(spoilt) => spoilt,
            Go::Answer(answer) => {
                let _ = Posted::read(body).await;
                return Ok(answer);
            }
        };
        let number = match found {
            Ok(number) => number,
            Err(fault) => return Ok(self.not_found(fault, id)),
        };
        let posted = match Posted::read(body).await {
            Ok(posted) => posted,
            Err(cut) => {
                let message = format!("the reply to {id} ended before its end");
                let _ = refusal(
                    &self.shared,
                    StatusCode::BAD_REQUEST,
                    "Runtime.TruncatedResponse",
                    message,
                );
                return Err(cut);
            }
        };
        let reply = |request_id, took| Reply {
            request_id,
            body: posted.body,
            headers: headers.clone(),
            stream_error: posted.trailers.as_ref().and_then(stream_error),
            took,
        };
        let mut is_too_large = false;
        let finished = self.shared.update(|state| {
            state.finish(number, |id, took| {
                let reply = reply(id, took);
                is_too_large = !reply.is_streamed() && reply.body.len() > REPLY_LIMIT;
                match is_too_large {
                    true => Outcome::Error(too_large()),
                    false => Outcome::Reply(reply),
                }
            })
        });
        let answer = match finished {
            Ok(()) if is_too_large => self.refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                format!("the reply to {id} is too large"),
            ),
            Ok(()) => accepted(),
            Err(fault) => self.not_found(fault, id),
        };
        Ok(spoil(answer, spoilt))
    }

    async fn error(&self, id: &str, headers: &HeaderMap, body: Incoming) -> Result<Answer, Cut> {
        let found = self.find(id, headers);
        let spoilt = match self.planned(Call::Error, found.ok()).await? {
            Go::On(spoilt) => spoilt,
            Go::Answer(answer) => {
                let _ = Posted::read(body).await;
                return Ok(answer);
            }
        };
        let number = match found {
            Ok(number) => number,
            Err(fault) => return Ok(self.not_found(fault, id)),
        };
        let posted = Posted::read(body).await?;
        let error = FunctionError::read(&posted.body, error_type(headers));
        let finished = self
            .shared
            .update(|state| state.finish(number, |_, _| Outcome::Error(error)));
        let answer = match finished {
            Ok(()) => accepted(),
            Err(fault) => self.not_found(fault, id),
        };
        Ok(spoil(answer, spoilt))
    }

    async fn init_error(&self, headers: &HeaderMap, body: Incoming) -> Result<Answer, Cut> {
        let spoilt = match self.planned(Call::InitError, None).await? {
            Go::On(spoilt) => spoilt,
            Go::Answer(answer) => {
                let _ = Posted::read(body).await;
                return Ok(answer);
            }
        };
        let posted = Posted::read(body).await?;
        let error = FunctionError::read(&posted.body, error_type(headers));
        let is_in_init = self.shared.update(|state| {
            let starting = state
                .process(self.process)
                .filter(|process| !process.is_ready());
            starting
                .map(|process| process.init_error = Some(error))
                .is_some()
        });
        if is_in_init {
            return Ok(spoil(accepted(), spoilt));
        }
        let message = "it posted an init error after it was ready";
        Ok(self.refused(StatusCode::FORBIDDEN, INVALID_STATE, message))
    }

    fn find(&self, id: &str, headers: &HeaderMap) -> Result<u64, NotFound> {
        let invocation_id = headers.get(INVOCATION_ID).map(HeaderValue::as_bytes);
        self.shared.read(|state| state.find(id, invocation_id))
    }

    fn not_found(&self, fault: NotFound, id: &str) -> Answer {
        match fault {
            NotFound::RequestId => {
                let message = format!("no invocation {id:?} is under way");
                self.refused(StatusCode::BAD_REQUEST, "InvalidRequestID", message)
            }
            NotFound::InvocationId => {
                let message = format!("the `{INVOCATION_ID}` is not that of invocation {id:?}");
                self.refused(StatusCode::GONE, "InvalidInvocationID", message)
            }
            // No fault of the function.
            NotFound::TooLate => {
                let message = format!("the invocation {id} has timed out");
                let late = json!({"errorType": "InvokeTimeout", "errorMessage": message});
                json(StatusCode::GONE, &late)
            }
        }
    }

    fn refused(&self, status: StatusCode, kind: &str, message: impl Into<String>) -> Answer {
        refusal(&self.shared, status, kind, message)
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
                Ok(Go::Answer(json(status, &fault)))
            }
            Plan::Fault(Fault::Reset) => {
                self.reset.store(true, Ordering::Relaxed);
                Err(Cut)
            }
            Plan::Fault(Fault::GivenUp | Fault::Cut | Fault::Huge(_)) => Ok(Go::On(plan.spoilt())),
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
    Answer(Answer),
    /// It goes on, and its answer may be spoilt.
    On(Option<Spoilt>),
}

const INVALID_STATE: &str = "InvalidStateTransition";

fn too_large() -> FunctionError {
    FunctionError::new(
        "Function.ResponseSizeTooLarge",
        format!(
            "Response payload size exceeded maximum allowed payload size ({REPLY_LIMIT} bytes)."
        ),
    )
}
