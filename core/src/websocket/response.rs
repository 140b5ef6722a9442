//! What handlers of a WebSocket API return, and what API Gateway gets.

use super::{message::IntoMessage, transport::MAX_MESSAGE};
use crate::{
    ApiError, BoxFuture, Error, Json, Operation, Problem,
    error::framework,
    events::{Event, Failure, Socket, run},
    extract::JsonRejection,
};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

/// Response of `#[ws_handler(connect)]`: accepts the connection with a subprotocol that the client
/// [offers](super::Handshake::protocols).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subprotocol(pub String);

/// What a handler of `connect` or `disconnect` may return: nothing, [`Subprotocol`], an `Option`, or a `Result`
/// with an [`ApiError`]. The status of the error rejects the handshake.
///
/// It is implemented by this crate only.
#[diagnostic::on_unimplemented(
    message = "a handler of a connection cannot return `{Self}`",
    label = "return nothing, or `Result<(), E>` with an `ApiError`"
)]
pub trait IntoConnectResponse: sealed::Connect {
    #[doc(hidden)]
    fn into_connect_response(self) -> Result<Value, Problem>;
}

impl IntoConnectResponse for () {
    fn into_connect_response(self) -> Result<Value, Problem> {
        Ok(json!({"statusCode": 200}))
    }
}

impl IntoConnectResponse for Subprotocol {
    fn into_connect_response(self) -> Result<Value, Problem> {
        let headers = json!({"Sec-WebSocket-Protocol": self.0});
        Ok(json!({"statusCode": 200, "headers": headers}))
    }
}

/// `None` accepts the connection without a subprotocol.
impl<T: IntoConnectResponse> IntoConnectResponse for Option<T> {
    fn into_connect_response(self) -> Result<Value, Problem> {
        match self {
            Some(value) => value.into_connect_response(),
            None => ().into_connect_response(),
        }
    }
}

impl<T: IntoConnectResponse, E: ApiError> IntoConnectResponse for Result<T, E> {
    fn into_connect_response(self) -> Result<Value, Problem> {
        match self {
            Ok(value) => value.into_connect_response(),
            Err(error) => Err(Problem::from_error(&error)),
        }
    }
}

/// What a handler of messages may return: a message for the client ([`Json`], `String`, `&'static str`),
/// nothing, an `Option`, or a `Result` with an [`ApiError`], which the client gets as a problem.
///
/// It is implemented by this crate only.
#[diagnostic::on_unimplemented(
    message = "a handler of messages cannot return `{Self}`",
    label = "return nothing, `Json<T>`, a `String`, or a `Result` of these with an `ApiError`"
)]
pub trait IntoMessageResponse: sealed::Message {
    #[doc(hidden)]
    fn into_message_response(self) -> Result<Option<String>, Problem>;
}

impl IntoMessageResponse for () {
    fn into_message_response(self) -> Result<Option<String>, Problem> {
        Ok(None)
    }
}

macro_rules! message {
    ($([$($generics:tt)*] $type:ty),*) => {
        $(impl<$($generics)*> IntoMessageResponse for $type {
            fn into_message_response(self) -> Result<Option<String>, Problem> {
                let message = self.into_message();
                message.map(Some).map_err(|error| Problem::from_error(&error))
            }
        })*
    };
}

message!([] String, [] &'static str, [T: Serialize] Json<T>);

impl<T: IntoMessageResponse> IntoMessageResponse for Option<T> {
    fn into_message_response(self) -> Result<Option<String>, Problem> {
        match self {
            Some(value) => value.into_message_response(),
            None => Ok(None),
        }
    }
}

impl<T: IntoMessageResponse, E: ApiError> IntoMessageResponse for Result<T, E> {
    fn into_message_response(self) -> Result<Option<String>, Problem> {
        match self {
            Ok(value) => value.into_message_response(),
            Err(error) => Err(Problem::from_error(&error)),
        }
    }
}

mod sealed {
    use super::{Json, Subprotocol};

    pub trait Connect {}
    pub trait Message {}

    impl Connect for () {}
    impl Connect for Subprotocol {}
    impl<T: Connect> Connect for Option<T> {}
    impl<T: Connect, E> Connect for Result<T, E> {}

    impl Message for () {}
    impl Message for String {}
    impl Message for &'static str {}
    impl<T> Message for Json<T> {}
    impl<T: Message> Message for Option<T> {}
    impl<T: Message, E> Message for Result<T, E> {}
}

/// Converts the value of a handler of `connect` or `disconnect`; instantiated once per type.
///
/// # Errors
/// The problem of the handler.
#[doc(hidden)]
pub fn connect_response<T: IntoConnectResponse>(value: T, _: &Event) -> Result<Vec<u8>, Error> {
    let response = value.into_connect_response().map_err(Error::new)?;
    Ok(response.to_string().into_bytes())
}

/// Converts the value of a handler of messages; instantiated once per type.
///
/// # Errors
/// The problem of the handler.
#[doc(hidden)]
pub fn message_response<T: IntoMessageResponse>(value: T, _: &Event) -> Result<Vec<u8>, Error> {
    let message = value.into_message_response().map_err(Error::new)?;
    if let Some(text) = message.as_ref().filter(|text| text.len() > MAX_MESSAGE) {
        return Err(Error::msg(format!(
            "expected a message of at most {MAX_MESSAGE} bytes, found {}",
            text.len()
        )));
    }
    Ok(message_json(message))
}

/// The call of a handler.
type Call = for<'c> fn(&'c Event) -> BoxFuture<'c, Result<Vec<u8>, Error>>;

/// Runs a handler of `connect` or `disconnect`. A failure is a status.
#[doc(hidden)]
pub fn connection<'e>(
    event: &'e Event,
    _: fn(&mut Operation),
    call: Call,
) -> BoxFuture<'e, Result<Vec<u8>, Error>> {
    handled(event, call, rejection_json)
}

/// Runs a handler of messages. A failure is a message, in a response with status 200: AWS does not say
/// what a client gets of any other.
#[doc(hidden)]
pub fn message<'e>(
    event: &'e Event,
    _: fn(&mut Operation),
    call: Call,
) -> BoxFuture<'e, Result<Vec<u8>, Error>> {
    handled(event, call, |problem| message_json(Some(text(problem))))
}

fn handled(
    event: &Event,
    call: Call,
    failed: fn(&Problem) -> Vec<u8>,
) -> BoxFuture<'_, Result<Vec<u8>, Error>> {
    Box::pin(async move {
        let response = run(call(event), event).await;
        Ok(response.unwrap_or_else(|failure| failed(&problem(failure, event))))
    })
}

/// The response to an event that no handler takes: connections are accepted, and a message gets a
/// problem. An event of another type is rejected, since the handler of `connect` was not asked.
#[doc(hidden)]
#[must_use]
pub fn otherwise(event: &Event) -> Vec<u8> {
    let socket = event.read::<Socket<'_>>().ok();
    let (status, code, detail) = match socket.as_ref().map(Socket::event_type) {
        Some("CONNECT" | "DISCONNECT") => return message_json(None),
        Some("MESSAGE") => (
            StatusCode::NOT_FOUND,
            "route_not_found",
            "no handler takes this message",
        ),
        _ => (
            StatusCode::BAD_REQUEST,
            "invalid_event",
            "expected an event of type `CONNECT`, `DISCONNECT` or `MESSAGE`",
        ),
    };
    let mut problem = Problem::new(status, code).with_detail(detail);
    problem.set_request_id(&event.data().invocation);
    problem.log();
    match status {
        StatusCode::NOT_FOUND => message_json(Some(text(&problem))),
        _ => rejection_json(&problem),
    }
}

fn rejection_json(problem: &Problem) -> Vec<u8> {
    let response = json!({
        "statusCode": problem.status().as_u16(),
        "headers": {"content-type": "application/problem+json"},
        "body": text(problem),
    });
    response.to_string().into_bytes()
}

fn message_json(body: Option<String>) -> Vec<u8> {
    let mut response = json!({"statusCode": 200});
    if let Some(body) = body {
        response["body"] = body.into();
    }
    response.to_string().into_bytes()
}

/// The problem of a handler that failed. It is logged.
#[cold]
fn problem(failure: Failure, event: &Event) -> Problem {
    let mut problem = match failure {
        Failure::Error(error) => match error.downcast_ref::<JsonRejection>() {
            Some(rejection) => Problem::from_error(rejection),
            None => Problem::from_error(&error),
        },
        Failure::Panicked(panic) => panic.problem(),
        Failure::Stopped(late) => framework::timed_out(late.to_string(), None),
    };
    problem.set_request_id(&event.data().invocation);
    problem.log();
    problem
}

fn text(problem: &Problem) -> String {
    let body = problem.render().into_body().to_bytes();
    String::from_utf8_lossy(&body).into_owned()
}
