//! Connections of a WebSocket API in the process.

use super::{
    TestClient,
    difference::{Fields, differences, table},
    request::header,
};
use crate::tracked_future::{TrackedFuture, unwrap};
use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use lambda_api::__private::websocket::{
    Gateway, Handshake, Invoke, MessageError, Outgoing, Rejected, Session, Stage, attach,
};
use serde::Serialize;
use serde_json::Value;
use std::{fmt, sync::Arc, time::Duration};
use tokio::{sync::mpsc, time::timeout};

/// How long a message may take. It is sent by a task of the program, or never.
const PATIENCE: Duration = Duration::from_secs(5);

impl TestClient {
    /// A client of the WebSocket API of the application: the functions marked
    /// [`#[ws_handler]`](lambda_api::ws_handler).
    ///
    /// Handshake, messages and end of a connection become the events of API Gateway, which the application
    /// handles as on Lambda. Nothing is sent over a network: what `Connection` and `Connections` send
    /// reaches the sockets of this client and of all its clones.
    ///
    /// ```
    /// use lambda_api::{Api, Json, events, websocket::Connection, ws_handler};
    /// use lambda_api_testing::TestClient;
    /// use serde_json::{Value, json};
    ///
    /// #[ws_handler(route = "add")]
    /// async fn add(Json(message): Json<Value>) -> Option<Json<u64>> {
    ///     Some(Json(message["a"].as_u64()? + message["b"].as_u64()?))
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = TestClient::new(Api::new().events(events![add])).await;
    /// let mut socket = client.websocket().connect().await;
    /// socket.send_json(&json!({"action": "add", "a": 1, "b": 2})).await;
    /// socket.assert_json(&json!(3)).await;
    /// socket.close().await;
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the application has no such functions.
    #[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
    #[track_caller]
    pub fn websocket(&self) -> TestHandshake {
        let gateway = attach(&self.app)
            .map(|(routes, hub)| Gateway::new(Stage::default(), routes, hub, invoke(self.clone())));
        let gateway = gateway.ok_or_else(|| {
            "the application has no handlers of a WebSocket API: add functions with `#[ws_handler]` to \
             `events![..]`"
                .to_owned()
        });
        TestHandshake {
            gateway: unwrap(gateway),
            handshake: Handshake {
                headers: self.headers.clone(),
                query: None,
                source_ip: "192.0.2.1".to_owned(),
                authorizer: None,
            },
        }
    }
}

fn invoke(client: TestClient) -> Invoke {
    Arc::new(move |event: Bytes| {
        let (app, lambda) = (client.app.clone(), client.next_context());
        Box::pin(async move {
            let handled = app.handle_event(event, lambda).await;
            handled.map_err(|error| error.to_string())
        })
    })
}

/// Handshake of a WebSocket, made by [`TestClient::websocket`].
#[must_use = "a handshake does nothing until it is connected"]
pub struct TestHandshake {
    gateway: Gateway,
    handshake: Handshake,
}

impl TestHandshake {
    /// Adds a header.
    #[track_caller]
    pub fn header<V: TryInto<HeaderValue>>(mut self, name: &str, value: V) -> Self {
        let (name, value) = header(name, value.try_into().ok());
        self.handshake.headers.append(name, value);
        self
    }

    /// Adds a parameter of the query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        let known = self.handshake.query.take().unwrap_or_default();
        let mut query = form_urlencoded::Serializer::for_suffix(known, 0);
        query.append_pair(name, value);
        self.handshake.query = Some(query.finish());
        self
    }

    /// Sets the address of the client.
    pub fn source_ip(mut self, address: &str) -> Self {
        address.clone_into(&mut self.handshake.source_ip);
        self
    }

    /// Sets what a Lambda authorizer has said: `principalId` and its context, whose values become strings.
    ///
    /// # Panics
    /// If the value cannot be serialised.
    #[track_caller]
    pub fn authorizer(mut self, context: &impl Serialize) -> Self {
        let context = serde_json::to_value(context).map_err(|error| error.to_string());
        self.handshake.authorizer = Some(unwrap(context));
        self
    }

    /// Opens the connection.
    ///
    /// # Panics
    /// Where the future is awaited, if the application rejects it.
    pub fn connect(self) -> TrackedFuture<'static, TestSocket> {
        TrackedFuture::new(async move {
            let opened = self.gateway.connect(self.handshake).await;
            opened
                .map(TestSocket)
                .map_err(|rejected| rejected.to_string())
        })
    }

    /// Expects that the application rejects the connection with this status.
    ///
    /// # Panics
    /// Where the future is awaited, if it does not.
    pub fn assert_rejected(self, expected: u16) -> TrackedFuture<'static, ()> {
        TrackedFuture::new(async move {
            match self.gateway.connect(self.handshake).await {
                Err(Rejected { status, .. }) if status == expected => Ok(()),
                found => {
                    let status = StatusCode::from_u16(expected).map(|status| status.to_string());
                    let status = status.unwrap_or_else(|_| expected.to_string());
                    let found = match found {
                        Ok(_) => "the connection is open".to_owned(),
                        Err(rejected) => rejected.to_string(),
                    };
                    Err(format!(
                        "expected a handshake that is rejected with {status}, but {found}"
                    ))
                }
            }
        })
    }
}

impl fmt::Debug for TestHandshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestHandshake")
    }
}

/// Open connection of a WebSocket API, made by [`TestHandshake::connect`].
///
/// Dropping it is a client that vanishes: messages to it are gone, and the application gets no event.
#[derive(Debug)]
pub struct TestSocket(Session);

impl TestSocket {
    /// The id of the connection.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.connection().id()
    }

    /// The subprotocol that the application accepted.
    #[must_use]
    pub fn protocol(&self) -> Option<&str> {
        self.0.protocol.as_ref()?.to_str().ok()
    }

    /// Sends a message, and waits until the application has handled it.
    ///
    /// # Panics
    /// Where the future is awaited, if the message would not reach the application: it has more than 128 KB, or the
    /// application has closed the connection.
    pub fn send(&self, message: impl Into<String>) -> TrackedFuture<'static, ()> {
        let (connection, message) = (self.0.connection().clone(), message.into());
        TrackedFuture::new(async move {
            let handled = connection.message(&message).await;
            handled.map_err(|error| match error {
                MessageError::TooLarge => format!(
                    "expected a message of at most 131072 bytes, found {}",
                    message.len()
                ),
                MessageError::Closed => {
                    "expected an open connection, found one that the application has closed"
                        .to_owned()
                }
            })
        })
    }

    /// Sends a value as JSON, as [`send`](Self::send) does.
    ///
    /// # Panics
    /// If the value cannot be serialised.
    #[track_caller]
    pub fn send_json(&self, message: &impl Serialize) -> TrackedFuture<'static, ()> {
        self.send(unwrap(
            serde_json::to_string(message).map_err(|error| error.to_string()),
        ))
    }

    /// Receives the next message.
    ///
    /// # Panics
    /// Where the future is awaited, if none comes within 5 seconds, or the connection ends.
    pub fn recv(&mut self) -> TrackedFuture<'_, String> {
        TrackedFuture::new(self.next())
    }

    async fn next(&mut self) -> Result<String, String> {
        match timeout(PATIENCE, self.0.outgoing.recv()).await {
            Ok(Some(Outgoing::Text(text))) => Ok(text),
            Ok(Some(Outgoing::Close) | None) => {
                Err("expected a message, found the end of the connection".to_owned())
            }
            Err(_) => Err("expected a message, found none within 5 s".to_owned()),
        }
    }

    async fn next_json(&mut self) -> Result<Value, String> {
        let text = self.next().await?;
        serde_json::from_str(&text)
            .map_err(|error| format!("expected a message of JSON, found {text:?}: {error}"))
    }

    /// Receives the next message, which is JSON.
    ///
    /// # Panics
    /// Where the future is awaited, as [`recv`](Self::recv) does, or if the message is not JSON.
    pub fn recv_json(&mut self) -> TrackedFuture<'_, Value> {
        TrackedFuture::new(self.next_json())
    }

    /// Receives the next message, and compares it with a value.
    ///
    /// # Panics
    /// Where the future is awaited, as [`recv_json`](Self::recv_json) does, or with the difference.
    pub fn assert_json<'a>(&'a mut self, expected: &'a Value) -> TrackedFuture<'a, ()> {
        TrackedFuture::new(async move {
            let found = self.next_json().await?;
            let all = differences(expected, &found, Fields::Exactly);
            match all.is_empty() {
                true => Ok(()),
                false => Err(format!("{}\n\nmessage {found}", table("the JSON", &all))),
            }
        })
    }

    /// Expects that no message has come. It does not wait for one.
    ///
    /// # Panics
    /// If there is one, or the connection has ended.
    #[track_caller]
    pub fn assert_silent(&mut self) {
        match self.0.outgoing.try_recv() {
            Err(mpsc::error::TryRecvError::Empty) => {}
            found => panic!("expected no message, found {found:?}"),
        }
    }

    /// Expects that the application closes the connection, and passes its end to the application, as
    /// API Gateway does.
    ///
    /// # Panics
    /// Where the future is awaited, if it does not within 5 seconds, or a message comes before.
    pub fn assert_closed(mut self) -> TrackedFuture<'static, ()> {
        TrackedFuture::new(async move {
            match timeout(PATIENCE, self.0.outgoing.recv()).await {
                Ok(Some(Outgoing::Close) | None) => {
                    self.0.connection().disconnect(1001, "Going away").await;
                    Ok(())
                }
                Ok(Some(Outgoing::Text(text))) => Err(format!(
                    "expected the end of the connection, found the message {text:?}"
                )),
                Err(_) => {
                    Err("expected the end of the connection, found none within 5 s".to_owned())
                }
            }
        })
    }

    /// Closes the connection with code 1000, and waits until the application has handled it.
    pub fn close(self) -> TrackedFuture<'static, ()> {
        self.close_with(1000, "")
    }

    /// Closes the connection with a code and a reason.
    pub fn close_with(self, code: u16, reason: &str) -> TrackedFuture<'static, ()> {
        let reason = reason.to_owned();
        TrackedFuture::new(async move {
            self.0.connection().disconnect(code, &reason).await;
            Ok(())
        })
    }
}
