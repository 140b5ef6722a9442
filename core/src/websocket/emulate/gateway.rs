//! A WebSocket API in this process: connections, their events, and what clients get.

use super::{
    event::{ConnectionFacts, Incident, Stage, event},
    hub::{Hub, Outgoing},
    selection::RouteSelection,
};
use crate::{
    BoxFuture,
    event::emulate::time::{epoch_millis, rfc3339},
    request_id::{RequestIds, uuid},
    websocket::transport::MAX_MESSAGE,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::USER_AGENT};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{borrow::Cow, collections::HashMap, fmt, sync::Arc, time::SystemTime};
use tokio::sync::mpsc;

/// Invokes the function with an event. `None` if it fails; whoever invokes it says why.
pub type Invoke = Arc<dyn Fn(Bytes) -> BoxFuture<'static, Option<Vec<u8>>> + Send + Sync + 'static>;

/// The routes of a WebSocket API: `$connect`, `$disconnect`, `$default` and others.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    pub keys: Vec<String>,
    pub selection: RouteSelection,
}

impl Routes {
    fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|known| known == key)
    }

    /// The route of a message. A client cannot name `$connect`.
    fn of(&self, message: &str) -> Option<Cow<'static, str>> {
        let named = self.selection.route_of(message);
        let named = named.filter(|key| !key.starts_with('$') && self.has(key));
        match named {
            Some(key) => Some(key.into()),
            None => self.has("$default").then_some("$default".into()),
        }
    }
}

/// A WebSocket API.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    stage: Stage,
    routes: Routes,
    hub: Hub,
    invoke: Invoke,
    ids: RequestIds,
}

/// The handshake of a client.
#[derive(Clone, Debug)]
pub struct Handshake {
    pub headers: HeaderMap,
    pub query: Option<String>,
    /// The address of the client.
    pub source_ip: String,
    /// What the authorizer said.
    pub authorizer: Option<Value>,
}

/// A handshake that was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejected(pub StatusCode);

/// An open connection.
#[derive(Debug)]
pub struct Session {
    connection: Connection,
    /// What the gateway sends to the client.
    pub outgoing: mpsc::UnboundedReceiver<Outgoing>,
    /// The subprotocol that the function accepted.
    pub protocol: Option<HeaderValue>,
}

/// The gateway's side of a connection. Clones are of the same one.
#[derive(Clone, Debug)]
pub struct Connection {
    gateway: Gateway,
    facts: Arc<ConnectionFacts>,
}

/// A message that ends the connection: it is larger than 128 KB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// The response of the function.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    #[serde(default)]
    headers: HashMap<String, Value>,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

impl Response {
    fn parse(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status_code)
    }

    fn protocol(&self) -> Option<HeaderValue> {
        let is = |name: &String| name.eq_ignore_ascii_case("sec-websocket-protocol");
        let (_, value) = self.headers.iter().find(|(name, _)| is(name))?;
        HeaderValue::from_str(value.as_str()?).ok()
    }

    fn text(self) -> Option<String> {
        let body = self.body?;
        if !self.is_base64_encoded {
            return Some(body);
        }
        let decoded = base64_simd::STANDARD.decode_to_vec(body).ok()?;
        String::from_utf8(decoded).ok()
    }
}

impl Gateway {
    /// A WebSocket API whose integration is `invoke`.
    #[must_use]
    pub fn new(stage: Stage, routes: Routes, hub: Hub, invoke: Invoke) -> Self {
        Self(Arc::new(Inner {
            stage,
            routes,
            hub,
            invoke,
            ids: RequestIds::default(),
        }))
    }

    /// The open connections.
    #[must_use]
    pub fn hub(&self) -> &Hub {
        &self.0.hub
    }

    /// Opens a connection, if the function accepts it. Until then it has none of its messages.
    ///
    /// # Errors
    /// The status of the response to the handshake.
    pub async fn connect(&self, handshake: Handshake) -> Result<Session, Rejected> {
        let agent = handshake.headers.get(USER_AGENT);
        let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
        let facts = Arc::new(ConnectionFacts {
            stage: self.0.stage.clone(),
            id: self.id(),
            connected_at: SystemTime::now(),
            source_ip: handshake.source_ip,
            user_agent: agent,
            authorizer: handshake.authorizer,
        });
        let connection = Connection {
            gateway: self.clone(),
            facts,
        };
        let mut protocol = None;
        if self.0.routes.has("$connect") {
            let response = connection
                .invoke(&Incident::Connect {
                    headers: &handshake.headers,
                    query: handshake.query.as_deref(),
                })
                .await;
            let response = response.and_then(|response| Response::parse(&response));
            let response = response.ok_or(Rejected(StatusCode::BAD_GATEWAY))?;
            if !response.is_success() {
                let status = StatusCode::from_u16(response.status_code);
                let status = status.ok().filter(|status| status.as_u16() >= 300);
                return Err(Rejected(status.unwrap_or(StatusCode::BAD_GATEWAY)));
            }
            protocol = response.protocol();
        }
        Ok(Session {
            outgoing: self.0.hub.open(connection.id(), connection.described()),
            connection,
            protocol,
        })
    }

    /// An id in the form of API Gateway: 11 bytes in base64, which end with `=`.
    fn id(&self) -> String {
        let [high, low] = self.0.ids.next();
        let bytes = [high.to_be_bytes(), low.to_be_bytes()].concat();
        let bytes = bytes.get(..11).unwrap_or_default();
        base64_simd::URL_SAFE.encode_to_string(bytes)
    }
}

impl Session {
    /// The gateway's side, for messages of the client.
    #[must_use]
    pub fn connection(&self) -> &Connection {
        &self.connection
    }
}

impl Connection {
    /// The id of the connection.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.facts.id
    }

    /// Passes a message of the client to the function. What the client gets goes to the session.
    ///
    /// # Errors
    /// If the message ends the connection.
    pub async fn message(&self, text: &str) -> Result<(), TooLarge> {
        if text.len() > MAX_MESSAGE {
            return Err(TooLarge);
        }
        let Some(route) = self.gateway.0.routes.of(text) else {
            self.send(self.gateway_message("Forbidden"));
            return Ok(());
        };
        let response = self
            .invoke(&Incident::Message {
                route: &route,
                body: text,
            })
            .await;
        let response = response.and_then(|response| Response::parse(&response));
        match response {
            Some(response) if response.is_success() => {
                if let Some(text) = response.text().filter(|text| !text.is_empty()) {
                    self.send(text);
                }
            }
            _ => self.send(self.gateway_message("Internal server error")),
        }
        Ok(())
    }

    /// Ends the connection. The function gets the code and the reason of the close frame.
    pub async fn disconnect(&self, code: u16, reason: &str) {
        self.gateway.0.hub.remove(self.id());
        if self.gateway.0.routes.has("$disconnect") {
            // Nothing reads the response.
            let _ = self.invoke(&Incident::Disconnect { code, reason }).await;
        }
    }

    /// What the Management API says about it.
    fn described(&self) -> Value {
        let facts = &self.facts;
        let connected_at = rfc3339(epoch_millis(facts.connected_at) / 1000);
        json!({
            "connectedAt": connected_at,
            "identity": {"sourceIp": facts.source_ip, "userAgent": facts.user_agent},
            "lastActiveAt": connected_at,
        })
    }

    fn send(&self, text: String) {
        // A connection that is gone gets nothing.
        let _ = self.gateway.0.hub.post(self.id(), text);
    }

    /// What API Gateway itself sends.
    fn gateway_message(&self, text: &str) -> String {
        let request_id = uuid(self.gateway.0.ids.next());
        let id = self.id();
        json!({"message": text, "connectionId": id, "requestId": request_id}).to_string()
    }

    async fn invoke(&self, incident: &Incident<'_>) -> Option<Vec<u8>> {
        let request_id = self.gateway.id();
        let event = event(&self.facts, incident, &request_id, SystemTime::now());
        (self.gateway.0.invoke)(event.to_string().into()).await
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({:?})", self.0.hub)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    type Events = Arc<Mutex<Vec<Value>>>;

    /// A gateway whose function responds by the key of the route.
    fn gateway(keys: &[&str], respond: fn(&str) -> Option<Value>) -> (Gateway, Events) {
        let events = Events::default();
        let seen = events.clone();
        let invoke: Invoke = Arc::new(move |event| {
            let event: Value = serde_json::from_slice(&event).unwrap();
            let key = event["requestContext"]["routeKey"].as_str().unwrap();
            let response = respond(key).map(|response| response.to_string().into_bytes());
            seen.lock().unwrap().push(event);
            Box::pin(std::future::ready(response))
        });
        let routes = Routes {
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            ..Routes::default()
        };
        let gateway = Gateway::new(Stage::default(), routes, Hub::default(), invoke);
        (gateway, events)
    }

    fn handshake() -> Handshake {
        Handshake {
            headers: HeaderMap::new(),
            query: None,
            source_ip: "192.0.2.1".to_owned(),
            authorizer: None,
        }
    }

    fn keys(events: &Events) -> Vec<String> {
        let events = events.lock().unwrap();
        let key = |event: &Value| {
            event["requestContext"]["routeKey"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        events.iter().map(key).collect()
    }

    fn received(session: &mut Session) -> Value {
        match session.outgoing.try_recv().unwrap() {
            Outgoing::Text(text) => serde_json::from_str(&text).unwrap(),
            Outgoing::Close => Value::Null,
        }
    }

    #[tokio::test]
    async fn a_connection_has_a_beginning_messages_and_an_end() {
        let (gateway, events) = gateway(&["$connect", "$disconnect", "$default", "send"], |key| {
            let body = format!("{{\"by\":{key:?}}}");
            Some(json!({"statusCode": 200, "body": body}))
        });
        let mut session = gateway.connect(handshake()).await.unwrap();
        let connection = session.connection().clone();
        for (message, route) in [
            (r#"{"action":"send"}"#, "send"),
            (r#"{"action":"other"}"#, "$default"),
            (r#"{"action":"$connect"}"#, "$default"),
            ("no JSON", "$default"),
        ] {
            connection.message(message).await.unwrap();
            assert_eq!(received(&mut session), json!({"by": route}), "{message}");
        }
        connection.disconnect(1001, "bye").await;
        assert_eq!(
            keys(&events),
            [
                "$connect",
                "send",
                "$default",
                "$default",
                "$default",
                "$disconnect"
            ]
        );
        let ids: std::collections::HashSet<_> = events
            .lock()
            .unwrap()
            .iter()
            .map(|event| event["requestContext"]["connectionId"].to_string())
            .collect();
        assert_eq!(ids.len(), 1);
    }

    #[tokio::test]
    async fn a_route_that_does_not_exist_is_not_invoked() {
        let (gateway, events) = gateway(&["send"], |_| None);
        let mut session = gateway.connect(handshake()).await.unwrap();
        let connection = session.connection().clone();
        connection.message(r#"{"action":"other"}"#).await.unwrap();
        connection.disconnect(1000, "").await;
        let message = received(&mut session);
        assert_eq!(message["message"], "Forbidden");
        assert_eq!(message["connectionId"], connection.id());
        assert!(keys(&events).is_empty());
    }

    #[tokio::test]
    async fn the_function_decides_about_the_handshake() {
        for (response, expected) in [
            (json!({"statusCode": 401}), 401),
            (json!({"statusCode": 403, "body": "no"}), 403),
            (json!({"statusCode": 500}), 500),
            (json!({"statusCode": 100}), 502),
            (json!({"status": 200}), 502),
            (json!(null), 502),
        ] {
            let invoke: Invoke = Arc::new(move |_| {
                let response = response.to_string().into_bytes();
                Box::pin(std::future::ready(Some(response)))
            });
            let routes = Routes {
                keys: vec!["$connect".to_owned()],
                ..Routes::default()
            };
            let gateway = Gateway::new(Stage::default(), routes, Hub::default(), invoke);
            let Rejected(status) = gateway.connect(handshake()).await.unwrap_err();
            assert_eq!(status, expected);
        }
    }

    #[tokio::test]
    async fn a_failed_function_is_a_message_of_the_gateway() {
        for respond in [
            (|_| None) as fn(&str) -> Option<Value>,
            |_| Some(json!("no response")),
            |_| Some(json!({"statusCode": 500, "body": "secret"})),
        ] {
            let (gateway, _) = gateway(&["$default"], respond);
            let mut session = gateway.connect(handshake()).await.unwrap();
            session.connection().message("hello").await.unwrap();
            let message = received(&mut session);
            assert_eq!(message["message"], "Internal server error");
        }
    }

    #[tokio::test]
    async fn a_response_without_a_body_sends_nothing() {
        let (gateway, _) = gateway(&["$default"], |_| Some(json!({"statusCode": 200})));
        let mut session = gateway.connect(handshake()).await.unwrap();
        session.connection().message("hello").await.unwrap();
        assert!(session.outgoing.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_message_above_128_kb_ends_the_connection() {
        let (gateway, events) = gateway(&["$default"], |_| Some(json!({"statusCode": 200})));
        let session = gateway.connect(handshake()).await.unwrap();
        let largest = "k".repeat(MAX_MESSAGE);
        assert_eq!(session.connection().message(&largest).await, Ok(()));
        let larger = format!("{largest}k");
        assert_eq!(session.connection().message(&larger).await, Err(TooLarge));
        assert_eq!(keys(&events).len(), 1);
    }
}
