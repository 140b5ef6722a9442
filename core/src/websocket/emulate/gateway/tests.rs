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
        Box::pin(std::future::ready(response.ok_or("failed".to_owned())))
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
async fn a_message_that_no_route_takes_has_its_name() {
    let (gateway, _) = gateway(&["send"], |_| None);
    let session = gateway.connect(handshake()).await.unwrap();
    for (message, expected) in [
        (r#"{"action":"send"}"#, None),
        (r#"{"action":"other"}"#, Some("other")),
        ("no JSON", Some("")),
    ] {
        let unknown = session.connection().unknown_route(message);
        assert_eq!(unknown.as_deref(), expected, "{message}");
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
            Box::pin(std::future::ready(Ok(response)))
        });
        let routes = Routes {
            keys: vec!["$connect".to_owned()],
            ..Routes::default()
        };
        let gateway = Gateway::new(Stage::default(), routes, Hub::default(), invoke);
        let rejected = gateway.connect(handshake()).await.unwrap_err();
        assert_eq!(rejected.status, expected);
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
    let sent = session.connection().message(&larger).await;
    assert_eq!(sent, Err(MessageError::TooLarge));
    assert_eq!(keys(&events).len(), 1);
}

#[tokio::test]
async fn an_authorizer_decides_before_the_handshake() {
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/$connect";
    let allow = |resource: &str| {
        let statement =
            json!({"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": [resource]});
        json!({
            "principalId": "alice", "policyDocument": {"Statement": [statement]},
            "context": {"tenant": "north", "level": 7},
        })
    };
    for (response, expected) in [
        (Err("Unauthorized"), Err(401)),
        (Err("the event handler `authorize` failed"), Err(500)),
        (Ok(json!({})), Err(403)),
        (Ok(allow("arn:aws:execute-api:*:*:other/*")), Err(403)),
        (
            Ok(allow(arn)),
            Ok(json!({"principalId": "alice", "tenant": "north", "level": "7"})),
        ),
    ] {
        let events = Events::default();
        let seen = events.clone();
        let invoke: Invoke = Arc::new(move |event| {
            let event: Value = serde_json::from_slice(&event).unwrap();
            let response = match event["type"].as_str() {
                Some(_) => response
                    .as_ref()
                    .map(|value| value.to_string().into_bytes())
                    .map_err(ToString::to_string),
                None => Ok(b"{\"statusCode\":200}".to_vec()),
            };
            seen.lock().unwrap().push(event);
            Box::pin(std::future::ready(response))
        });
        let routes = Routes {
            keys: vec!["$connect".to_owned()],
            has_authorizer: true,
            api_id: Some("abc".to_owned()),
            ..Routes::default()
        };
        let gateway = Gateway::new(Stage::default(), routes, Hub::default(), invoke);
        let opened = gateway.connect(handshake()).await;
        let events = events.lock().unwrap();
        assert_eq!(events[0]["methodArn"], arn);
        let found = match opened {
            Ok(_) => Ok(events[1]["requestContext"]["authorizer"].clone()),
            Err(rejected) => Err(rejected.status.as_u16()),
        };
        assert_eq!(found, expected);
    }
}
