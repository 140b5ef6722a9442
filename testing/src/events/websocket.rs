//! Events of a WebSocket API.

use super::facts::{TIME_MS, builder, value};
use crate::{client::header, event::Patch};
use http::{HeaderMap, HeaderValue};
use lambda_api::__private::websocket::{ConnectionFacts, Incident, Stage, event};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, UNIX_EPOCH};

/// Builder of the events with which API Gateway hands over connections and messages of a WebSocket API, for
/// [`FakeLambda`](crate::FakeLambda) and for a look at one response.
///
/// [`TestClient::websocket`](crate::TestClient::websocket) is a client with a connection, and makes these events itself.
///
/// ```
/// use lambda_api_testing::WebSocketEvent;
/// use serde_json::json;
///
/// let event = WebSocketEvent::message("send")
///     .json(&json!({"action": "send", "text": "hi"}))
///     .authorizer(&json!({"principalId": "alice"}))
///     .to_value();
/// assert_eq!(event["requestContext"]["routeKey"], "send");
/// assert_eq!(event["body"], r#"{"action":"send","text":"hi"}"#);
/// ```
#[cfg_attr(docsrs, doc(cfg(feature = "websocket")))]
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct WebSocketEvent {
    kind: Kind,
    connection_id: String,
    source_ip: String,
    authorizer: Option<Value>,
    headers: HeaderMap,
    query: Option<String>,
    patches: Vec<Patch>,
}

#[derive(Clone, Debug)]
enum Kind {
    Connect,
    Message { route: String, body: String },
    Disconnect { code: u16, reason: String },
}

impl WebSocketEvent {
    /// A handshake: the route `$connect`.
    pub fn connect() -> Self {
        Self::of(Kind::Connect)
    }

    /// An empty message of this route, such as `$default`.
    pub fn message(route: &str) -> Self {
        let (route, body) = (route.to_owned(), String::new());
        Self::of(Kind::Message { route, body })
    }

    /// The end of a connection, with the code and the reason of the close frame: the route `$disconnect`.
    pub fn disconnect(code: u16, reason: &str) -> Self {
        let reason = reason.to_owned();
        Self::of(Kind::Disconnect { code, reason })
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            connection_id: "R1kmxc2VNjMCFIA=".to_owned(),
            source_ip: "192.0.2.1".to_owned(),
            authorizer: None,
            headers: HeaderMap::new(),
            query: None,
            patches: Vec::new(),
        }
    }

    /// Sets the text of the message.
    ///
    /// # Panics
    /// If the event is not a message.
    #[track_caller]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        match &mut self.kind {
            Kind::Message { body, .. } => *body = text.into(),
            _ => panic!("expected the event of a message, since it gets a text"),
        }
        self
    }

    /// Sets the text of the message to JSON.
    ///
    /// # Panics
    /// If the event is not a message, or the value cannot be serialised.
    #[track_caller]
    pub fn json(self, message: &(impl Serialize + ?Sized)) -> Self {
        self.text(value(message).to_string())
    }

    /// Adds a header of the handshake.
    ///
    /// # Panics
    /// If the event is not a handshake, or no request can have the header.
    #[track_caller]
    pub fn header<V: TryInto<HeaderValue>>(mut self, name: &str, value: V) -> Self {
        self.assert_handshake();
        let (name, value) = header(name, value.try_into().ok());
        self.headers.append(name, value);
        self
    }

    /// Adds a parameter to the query of the handshake.
    ///
    /// # Panics
    /// If the event is not a handshake.
    #[track_caller]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.assert_handshake();
        let known = self.query.take().unwrap_or_default();
        let mut query = form_urlencoded::Serializer::for_suffix(known, 0);
        query.append_pair(name, value);
        self.query = Some(query.finish());
        self
    }

    #[track_caller]
    fn assert_handshake(&self) {
        assert!(
            matches!(self.kind, Kind::Connect),
            "expected the event of a handshake, since it gets a header or a parameter"
        );
    }

    /// Sets the id of the connection.
    pub fn connection_id(mut self, id: &str) -> Self {
        id.clone_into(&mut self.connection_id);
        self
    }

    /// Sets the address of the client.
    pub fn source_ip(mut self, address: &str) -> Self {
        address.clone_into(&mut self.source_ip);
        self
    }

    /// Sets what a Lambda authorizer has said: `principalId` and its context, whose values become strings.
    ///
    /// # Panics
    /// If the value cannot be serialised.
    #[track_caller]
    pub fn authorizer(mut self, context: &impl Serialize) -> Self {
        self.authorizer = Some(value(context));
        self
    }

    fn event(&self) -> Value {
        let now = UNIX_EPOCH + Duration::from_millis(TIME_MS);
        let facts = ConnectionFacts {
            stage: Stage::default(),
            id: self.connection_id.clone(),
            connected_at: now,
            source_ip: self.source_ip.clone(),
            user_agent: None,
            authorizer: self.authorizer.clone(),
        };
        let incident = match &self.kind {
            Kind::Connect => Incident::Connect {
                headers: &self.headers,
                query: self.query.as_deref(),
            },
            Kind::Message { route, body } => Incident::Message { route, body },
            Kind::Disconnect { code, reason } => Incident::Disconnect {
                code: *code,
                reason,
            },
        };
        event(&facts, &incident, "R1koeHsUtjMFbRw=", now)
    }
}

builder!(WebSocketEvent);
