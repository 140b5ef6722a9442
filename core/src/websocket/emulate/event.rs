//! The events of a connection.

use crate::event::emulate::{
    authorizer_context,
    time::{epoch_millis, log_time},
};
use http::HeaderMap;
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// The API and the stage that an event comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The domain, such as `abc123.execute-api.eu-west-1.amazonaws.com`.
    pub domain: String,
    /// The name of the stage.
    pub stage: String,
    /// The id of the API.
    pub api_id: String,
}

impl Default for Stage {
    fn default() -> Self {
        Self {
            domain: "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com".to_owned(),
            stage: "prod".to_owned(),
            api_id: "a1b2c3d4e5".to_owned(),
        }
    }
}

/// What all events of a connection say about it.
#[derive(Clone, Debug)]
pub struct ConnectionFacts {
    pub stage: Stage,
    /// The id of the connection.
    pub id: String,
    pub connected_at: SystemTime,
    /// The address of the client.
    pub source_ip: String,
    pub user_agent: Option<String>,
    /// What the authorizer said at the handshake. Events have it as texts.
    pub authorizer: Option<Value>,
}

/// What one event says.
#[derive(Clone, Debug)]
pub enum Incident<'a> {
    /// The handshake.
    Connect {
        headers: &'a HeaderMap,
        query: Option<&'a str>,
    },
    /// A message.
    Message { route: &'a str, body: &'a str },
    /// The end of the connection, with the code and the reason of the close frame.
    Disconnect { code: u16, reason: &'a str },
}

/// The event of an incident, with the id of its request.
#[must_use]
pub fn event(
    facts: &ConnectionFacts,
    incident: &Incident<'_>,
    request_id: &str,
    now: SystemTime,
) -> Value {
    let millis = epoch_millis(now);
    let mut context = json!({
        "apiId": facts.stage.api_id,
        "connectedAt": epoch_millis(facts.connected_at),
        "connectionId": facts.id,
        "domainName": facts.stage.domain,
        "extendedRequestId": request_id,
        "identity": {"sourceIp": facts.source_ip},
        "messageDirection": "IN",
        "requestId": request_id,
        "requestTime": log_time(millis),
        "requestTimeEpoch": millis,
        "stage": facts.stage.stage,
    });
    if let Some(agent) = &facts.user_agent {
        context["identity"]["userAgent"] = agent.as_str().into();
    }
    if let Some(authorizer) = &facts.authorizer {
        context["authorizer"] = authorizer_context(authorizer).into();
    }
    let mut event = json!({"isBase64Encoded": false});
    match incident {
        Incident::Connect { headers, query } => {
            context["eventType"] = "CONNECT".into();
            context["routeKey"] = "$connect".into();
            set_headers(&mut event, headers);
            set_query(&mut event, query.unwrap_or_default());
        }
        Incident::Message { route, body } => {
            context["eventType"] = "MESSAGE".into();
            context["routeKey"] = (*route).into();
            context["messageId"] = request_id.into();
            event["body"] = (*body).into();
        }
        Incident::Disconnect { code, reason } => {
            context["eventType"] = "DISCONNECT".into();
            context["routeKey"] = "$disconnect".into();
            context["disconnectStatusCode"] = (*code).into();
            context["disconnectReason"] = (*reason).into();
            let pairs = [
                ("Host", facts.stage.domain.as_str()),
                ("x-api-key", ""),
                ("X-Forwarded-For", ""),
                ("x-restapi", ""),
            ];
            event["headers"] = Map::from_iter(pairs.map(|(name, value)| {
                let value = Value::from(value);
                (name.to_owned(), value)
            }))
            .into();
            event["multiValueHeaders"] =
                Map::from_iter(pairs.map(|(name, value)| (name.to_owned(), json!([value])))).into();
        }
    }
    event["requestContext"] = context;
    event
}

/// The event for the authorizer of a handshake, made of that of the handshake, and its ARN.
pub(super) fn authorizer_event(mut event: Value, stage: &Stage) -> (Value, String) {
    let Stage { stage, api_id, .. } = stage;
    let arn = format!("arn:aws:execute-api:eu-west-1:123456789012:{api_id}/{stage}/$connect");
    event["type"] = "REQUEST".into();
    event["methodArn"] = arn.as_str().into();
    event["stageVariables"] = json!({});
    for name in ["queryStringParameters", "multiValueQueryStringParameters"] {
        if event[name].is_null() {
            event[name] = json!({});
        }
    }
    if let Some(event) = event.as_object_mut() {
        event.remove("isBase64Encoded");
    }
    (event, arn)
}

fn set_headers(event: &mut Value, headers: &HeaderMap) {
    let (mut last, mut all) = (Map::new(), Map::new());
    for name in headers.keys() {
        // API Gateway keeps them for itself.
        if matches!(name.as_str(), "connection" | "upgrade") {
            continue;
        }
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        last.insert(name.to_string(), json!(values.last()));
        all.insert(name.to_string(), json!(values));
    }
    event["headers"] = last.into();
    event["multiValueHeaders"] = all.into();
}

fn set_query(event: &mut Value, query: &str) {
    let (mut last, mut all) = (Map::new(), Map::new());
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        last.insert(name.to_string(), json!(value));
        let values = all.entry(name).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(json!(value));
        }
    }
    if !last.is_empty() {
        event["queryStringParameters"] = last.into();
        event["multiValueQueryStringParameters"] = all.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn facts() -> ConnectionFacts {
        ConnectionFacts {
            stage: Stage::default(),
            id: "R1kmxc2VNjMCFIA=".to_owned(),
            connected_at: UNIX_EPOCH + Duration::from_secs(1_705_751_697),
            source_ip: "192.0.2.1".to_owned(),
            user_agent: Some("a browser".to_owned()),
            authorizer: Some(json!({"principalId": "alice", "level": 7, "admin": true})),
        }
    }

    fn event_of(incident: &Incident<'_>) -> Value {
        let now = UNIX_EPOCH + Duration::from_millis(1_705_751_708_326);
        event(&facts(), incident, "R1koeHsUtjMFbRw=", now)
    }

    fn context(event_type: &str, route: &str) -> Value {
        json!({
            "apiId": "a1b2c3d4e5",
            "authorizer": {"principalId": "alice", "level": "7", "admin": "true"},
            "connectedAt": 1_705_751_697_000_u64,
            "connectionId": "R1kmxc2VNjMCFIA=",
            "domainName": "a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",
            "eventType": event_type,
            "extendedRequestId": "R1koeHsUtjMFbRw=",
            "identity": {"sourceIp": "192.0.2.1", "userAgent": "a browser"},
            "messageDirection": "IN",
            "requestId": "R1koeHsUtjMFbRw=",
            "requestTime": "20/Jan/2024:11:55:08 +0000",
            "requestTimeEpoch": 1_705_751_708_326_u64,
            "routeKey": route,
            "stage": "prod",
        })
    }

    #[test]
    fn the_handshake_has_headers_and_query() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "localhost"),
            ("upgrade", "websocket"),
            ("x-tag", "a"),
            ("x-tag", "b"),
        ] {
            headers.append(name, value.parse().unwrap());
        }
        let query = Some("token=a%20b&n=1&n=2");
        let connect = event_of(&Incident::Connect {
            headers: &headers,
            query,
        });
        let expected = json!({
            "headers": {"host": "localhost", "x-tag": "b"},
            "multiValueHeaders": {"host": ["localhost"], "x-tag": ["a", "b"]},
            "queryStringParameters": {"n": "2", "token": "a b"},
            "multiValueQueryStringParameters": {"n": ["1", "2"], "token": ["a b"]},
            "requestContext": context("CONNECT", "$connect"),
            "isBase64Encoded": false,
        });
        assert_eq!(connect, expected);
    }

    #[test]
    fn a_message_has_its_text() {
        let message = event_of(&Incident::Message {
            route: "send",
            body: "ä",
        });
        let mut context = context("MESSAGE", "send");
        context["messageId"] = "R1koeHsUtjMFbRw=".into();
        let expected = json!({"body": "ä", "isBase64Encoded": false, "requestContext": context});
        assert_eq!(message, expected);
    }

    #[test]
    fn the_end_has_code_and_reason() {
        let end = event_of(&Incident::Disconnect {
            code: 1001,
            reason: "gone",
        });
        let mut context = context("DISCONNECT", "$disconnect");
        context["disconnectStatusCode"] = 1001.into();
        context["disconnectReason"] = "gone".into();
        assert_eq!(end["requestContext"], context);
        assert_eq!(end["headers"]["x-restapi"], "");
        assert_eq!(end["multiValueHeaders"]["x-restapi"], json!([""]));
    }
}
