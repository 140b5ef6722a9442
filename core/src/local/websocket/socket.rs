//! One WebSocket, from its handshake to its end, with the limits of API Gateway.

use crate::{
    local::log,
    websocket::emulate::{Connection, MAX_MESSAGE, MessageError, Outgoing, Session},
};
use futures_util::{SinkExt, StreamExt, stream::FuturesUnordered};
use std::{borrow::Cow, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, copy, sink},
    time::{Instant, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

/// The quotas of API Gateway
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html>).
const MAX_FRAME: usize = 32 * 1024;
const IDLE: Duration = Duration::from_secs(10 * 60);
const LONGEST: Duration = Duration::from_secs(2 * 60 * 60);

/// How many messages of a client are handled at once. The others wait in the socket.
const AT_ONCE: usize = 16;

/// How long a client may take to read a message or the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client may take to close a connection that the gateway has ended.
const LINGER: Duration = Duration::from_secs(1);

/// How a connection ends: the code and the reason of the close frame.
type End = (CloseCode, Cow<'static, str>);

/// Passes on what client and function send, until one of them ends the connection.
pub(super) async fn run(io: impl AsyncRead + AsyncWrite + Unpin, mut session: Session) {
    let config = WebSocketConfig::default()
        .max_frame_size(Some(MAX_FRAME))
        .max_message_size(Some(MAX_MESSAGE));
    let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
    let connection = session.connection().clone();
    let mut handled = FuturesUnordered::new();
    let longest = Instant::now() + LONGEST;
    let mut idle = Instant::now() + IDLE;
    let (is_ours, (code, reason)) = loop {
        tokio::select! {
            message = socket.next(), if handled.len() < AT_ONCE => {
                idle = Instant::now() + IDLE;
                match read(message) {
                    Read::Text(text) => {
                        if let Some(line) = not_routed(&connection, &text) {
                            log::line(&line);
                        }
                        let connection = connection.clone();
                        handled.push(async move { connection.message(&text).await });
                    }
                    Read::Nothing => {}
                    Read::Rejected(end) => break (true, end),
                    Read::Closed(end) => break (false, end),
                }
            }
            Some(done) = handled.next() => {
                if done == Err(MessageError::TooLarge) {
                    break (true, (CloseCode::Size, TOO_LARGE.into()));
                }
            }
            outgoing = session.outgoing.recv() => {
                idle = Instant::now() + IDLE;
                match outgoing {
                    Some(Outgoing::Text(text)) => {
                        let sent = timeout(PATIENCE, socket.send(Message::text(text))).await;
                        if !matches!(sent, Ok(Ok(()))) {
                            break (false, abnormal());
                        }
                    }
                    Some(Outgoing::Close) | None => break (true, away()),
                }
            }
            () = sleep_until(idle.min(longest)) => break (true, away()),
        }
    };
    // The connection is gone for what handlers send from now on.
    session.outgoing.close();
    let left = if is_ours {
        let frame = CloseFrame {
            code,
            reason: reason.clone().into_owned().into(),
        };
        let _ = timeout(PATIENCE, socket.close(Some(frame))).await;
        let _ = timeout(PATIENCE, socket.get_mut().shutdown()).await;
        Some(socket)
    } else {
        // The response to the client's close frame.
        let _ = timeout(PATIENCE, socket.flush()).await;
        drop(socket);
        None
    };
    // Messages that came before the end are handled before it.
    while handled.next().await.is_some() {}
    connection.disconnect(code.into(), &reason).await;
    if let Some(mut socket) = left {
        // With unread bytes, closing would be a reset, and the client could lose the close frame.
        let _ = timeout(LINGER, copy(socket.get_mut(), &mut sink())).await;
    }
}

/// The line about a message that no route takes.
fn not_routed(connection: &Connection, text: &str) -> Option<String> {
    let name = connection.unknown_route(text)?;
    let name: String = name.chars().take(SHOWN).collect();
    let what = match name.is_empty() {
        true => "a message without a route".to_owned(),
        false => format!("WS {}", log::Printable(&name)),
    };
    Some(format!("{what} -> no handler: the client gets `Forbidden`"))
}

/// How much of the name of a route is shown.
const SHOWN: usize = 100;

const TOO_LARGE: &str = "expected a message of at most 128 KB in frames of at most 32 KB";

fn away() -> End {
    (CloseCode::Away, "Going away".into())
}

fn abnormal() -> End {
    (CloseCode::Abnormal, "Connection Closed Abnormally".into())
}

/// What came from the client.
enum Read {
    Text(String),
    Nothing,
    /// The gateway ends the connection.
    Rejected(End),
    /// The client has ended it.
    Closed(End),
}

fn read(message: Option<Result<Message, Error>>) -> Read {
    match message {
        Some(Ok(Message::Text(text))) => Read::Text(text.to_string()),
        Some(Ok(Message::Binary(_))) => Read::Rejected((
            CloseCode::Unsupported,
            "API Gateway accepts text messages only".into(),
        )),
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Read::Nothing,
        Some(Ok(Message::Close(Some(frame)))) => {
            Read::Closed((frame.code, frame.reason.to_string().into()))
        }
        Some(Ok(Message::Close(None))) => Read::Closed((
            CloseCode::Status,
            "Client-side close frame status not set".into(),
        )),
        Some(Err(Error::Capacity(_))) => Read::Rejected((CloseCode::Size, TOO_LARGE.into())),
        Some(Err(Error::Utf8(_))) => {
            Read::Rejected((CloseCode::Invalid, "expected a text in UTF-8".into()))
        }
        Some(Err(Error::Protocol(error)))
            if error != ProtocolError::ResetWithoutClosingHandshake =>
        {
            Read::Rejected((CloseCode::Protocol, error.to_string().into()))
        }
        Some(Err(_)) | None => Read::Closed(abnormal()),
    }
}
