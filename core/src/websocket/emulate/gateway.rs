//! A WebSocket API in this process: connections, their events, and what clients get.

use super::{
    event::{ConnectionFacts, Incident, Stage, authorizer_event, event},
    hub::{Hub, Outgoing},
    selection::RouteSelection,
};
use crate::{
    BoxFuture,
    event::emulate::{
        policy_allows,
        time::{epoch_millis, rfc3339},
    },
    request_id::{RequestIds, uuid},
    websocket::transport::MAX_MESSAGE,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::USER_AGENT};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{borrow::Cow, collections::HashMap, fmt, sync::Arc, time::SystemTime};
use tokio::sync::mpsc;

/// Invokes the function with an event. The error is the `errorMessage`.
pub type Invoke =
    Arc<dyn Fn(Bytes) -> BoxFuture<'static, Result<Vec<u8>, String>> + Send + Sync + 'static>;

/// The routes of a WebSocket API: `$connect`, `$disconnect`, `$default` and others.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    pub keys: Vec<String>,
    pub selection: RouteSelection,
    /// Whether the function is the authorizer of handshakes, too.
    pub has_authorizer: bool,
    /// The id of the API that the authorizer expects.
    pub api_id: Option<String>,
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
    /// What an authorizer said. The one of the function is not asked then.
    pub authorizer: Option<Value>,
}

/// A handshake that was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{by} rejected the handshake with {status}")]
pub struct Rejected {
    pub status: StatusCode,
    by: &'static str,
}

impl Rejected {
    fn by_authorizer(status: StatusCode) -> Self {
        let by = "the authorizer";
        Self { status, by }
    }

    fn by_handler(status: StatusCode) -> Self {
        let by = "the handler of `connect`";
        Self { status, by }
    }
}

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

/// Why a message does not reach the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// It is larger than 128 KB, which ends the connection.
    TooLarge,
    /// The function has closed the connection.
    Closed,
}

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
    pub fn new(mut stage: Stage, routes: Routes, hub: Hub, invoke: Invoke) -> Self {
        if let Some(id) = &routes.api_id {
            stage.api_id.clone_from(id);
        }
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
        let mut facts = ConnectionFacts {
            stage: self.0.stage.clone(),
            id: self.id(),
            connected_at: SystemTime::now(),
            source_ip: handshake.source_ip,
            user_agent: agent,
            authorizer: handshake.authorizer,
        };
        let incident = Incident::Connect {
            headers: &handshake.headers,
            query: handshake.query.as_deref(),
        };
        if self.0.routes.has_authorizer && facts.authorizer.is_none() {
            let asked = self.authorize(&facts, &incident).await;
            facts.authorizer = Some(asked.map_err(Rejected::by_authorizer)?);
        }
        let connection = Connection {
            gateway: self.clone(),
            facts: Arc::new(facts),
        };
        let mut protocol = None;
        if self.0.routes.has("$connect") {
            let response = connection.invoke(&incident).await;
            let response = response.and_then(|response| Response::parse(&response));
            let response = response.ok_or(Rejected::by_handler(StatusCode::BAD_GATEWAY))?;
            if !response.is_success() {
                let status = StatusCode::from_u16(response.status_code);
                let status = status.ok().filter(|status| status.as_u16() >= 300);
                let status = status.unwrap_or(StatusCode::BAD_GATEWAY);
                return Err(Rejected::by_handler(status));
            }
            protocol = response.protocol();
        }
        Ok(Session {
            outgoing: self.0.hub.open(connection.id(), connection.described()),
            connection,
            protocol,
        })
    }

    /// Asks the authorizer. Returns what it said, or the status of the response.
    async fn authorize(
        &self,
        facts: &ConnectionFacts,
        incident: &Incident<'_>,
    ) -> Result<Value, StatusCode> {
        let event = event(facts, incident, &self.id(), SystemTime::now());
        let (event, arn) = authorizer_event(event, &facts.stage);
        let response = (self.0.invoke)(event.to_string().into()).await;
        let response = response.map_err(|message| match message.as_str() {
            "Unauthorized" => StatusCode::UNAUTHORIZED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        })?;
        let response: Value =
            serde_json::from_slice(&response).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
        if !policy_allows(&response, &arn) {
            return Err(StatusCode::FORBIDDEN);
        }
        let mut said = response["context"].clone();
        if !said.is_object() {
            said = json!({});
        }
        said["principalId"] = response["principalId"].clone();
        Ok(said)
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
    /// If the message does not reach the function.
    pub async fn message(&self, text: &str) -> Result<(), MessageError> {
        if text.len() > MAX_MESSAGE {
            return Err(MessageError::TooLarge);
        }
        if !self.gateway.0.hub.has(self.id()) {
            return Err(MessageError::Closed);
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

    /// The route that a message names, if no route takes it; empty if it names none.
    #[must_use]
    pub fn unknown_route(&self, text: &str) -> Option<String> {
        let routes = &self.gateway.0.routes;
        match routes.of(text) {
            Some(_) => None,
            None => Some(routes.selection.route_of(text).unwrap_or_default()),
        }
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
        (self.gateway.0.invoke)(event.to_string().into()).await.ok()
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Gateway({:?})", self.0.hub)
    }
}

#[cfg(test)]
mod tests;
