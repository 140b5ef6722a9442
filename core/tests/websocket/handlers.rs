//! What handlers get and return.

use http::StatusCode;
use lambda_api::{
    Api, ApiError, Error, Json, LambdaContext, Problem, State, event_handler, events,
    events::Event,
    extract::Text,
    websocket::{Connection, Disconnected, Handshake, Subprotocol, WebSocketApi},
    ws_handler,
};
use lambda_api_testing::TestClient;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Calls {
    fn add(&self, call: impl Into<String>) {
        self.0.lock().unwrap().push(call.into());
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[derive(Debug, thiserror::Error, ApiError)]
enum ChatError {
    #[error("room {0} is full")]
    #[api(status = 409, code = "room_full")]
    Full(String),
    #[error("the database is gone")]
    #[api(status = 503, code = "unavailable")]
    Storage,
}

#[ws_handler(connect)]
async fn connect(
    handshake: Handshake,
    connection: Connection,
    State(calls): State<Calls>,
) -> Result<Option<Subprotocol>, Problem> {
    calls.add(format!("connect {}", connection.source_ip().unwrap()));
    let token = handshake.query("token").or(handshake.header("x-token"));
    match token {
        Some("good") => Ok(handshake
            .protocols()
            .last()
            .map(|last| Subprotocol(last.to_owned()))),
        Some("broken") => panic!("no luck"),
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "bad_token")),
        None => Err(Problem::new(StatusCode::UNAUTHORIZED, "no_token")),
    }
}

#[ws_handler(disconnect)]
async fn disconnect(closed: Disconnected, State(calls): State<Calls>) {
    calls.add(format!("disconnect {:?} {}", closed.code, closed.reason));
}

#[derive(Deserialize)]
struct Message<'e> {
    #[serde(borrow)]
    text: Cow<'e, str>,
}

#[derive(Serialize)]
struct Echo {
    echo: String,
}

#[ws_handler(route = "echo")]
async fn echo(
    Json(message): Json<Message<'_>>,
    lambda: &LambdaContext,
) -> Result<Json<Echo>, Error> {
    assert!(!lambda.request_id.is_empty());
    Ok(Json(Echo {
        echo: message.text.into_owned(),
    }))
}

#[ws_handler(route = "join")]
async fn join(Json(message): Json<Message<'_>>) -> Result<(), ChatError> {
    match &*message.text {
        "full" => Err(ChatError::Full("full".to_owned())),
        "storage" => Err(ChatError::Storage),
        "panic" => panic!("a secret"),
        _ => Ok(()),
    }
}

#[ws_handler(route = "large")]
fn large() -> String {
    "k".repeat(128 * 1024 + 1)
}

#[ws_handler(message)]
fn other(Text(text): Text, event: &Event) -> String {
    assert!(event.json().contains("\"MESSAGE\""));
    format!("other: {text}")
}

fn api(calls: &Calls) -> Api {
    Api::new()
        .state(calls.clone())
        .events(events![other, connect, disconnect, echo, join, large])
}

#[tokio::test]
async fn a_connection_is_handled_from_its_handshake_to_its_end() {
    let calls = Calls::default();
    let client = TestClient::new(api(&calls)).await;
    let handshake = client.websocket().query("token", "good");
    let mut socket = handshake.source_ip("198.51.100.7").connect().await;
    socket
        .send_json(&json!({"action": "echo", "text": "a \"b\" ü"}))
        .await;
    socket.assert_json(&json!({"echo": "a \"b\" ü"})).await;
    socket.send("hello").await;
    assert_eq!(socket.recv().await, "other: hello");
    socket
        .send_json(&json!({"action": "join", "text": "a"}))
        .await;
    socket.assert_silent();
    socket.close_with(4000, "bye").await;
    assert_eq!(
        calls.take(),
        ["connect 198.51.100.7", "disconnect Some(4000) bye"]
    );
}

#[tokio::test]
async fn the_status_of_an_error_rejects_the_handshake() {
    let client = TestClient::new(api(&Calls::default())).await;
    client.websocket().assert_rejected(401).await;
    let bad = client.websocket().header("x-token", "bad");
    bad.assert_rejected(403).await;
    let broken = client.websocket().query("token", "broken");
    broken.assert_rejected(500).await;
}

#[tokio::test]
async fn a_handshake_can_choose_a_subprotocol() {
    let client = TestClient::new(api(&Calls::default())).await;
    let plain = client.websocket().query("token", "good").connect().await;
    assert_eq!(plain.protocol(), None);
    let offered = client.websocket().query("token", "good");
    let offered = offered.header("sec-websocket-protocol", "chat, chat.v2");
    let socket = offered.connect().await;
    assert_eq!(socket.protocol(), Some("chat.v2"));
}

#[tokio::test]
async fn errors_of_messages_are_problems_as_messages() {
    let client = TestClient::new(api(&Calls::default())).await;
    let handshake = client.websocket().query("token", "good");
    let mut socket = handshake.connect().await;
    for (message, status, code, detail) in [
        (
            json!({"action": "join", "text": "full"}),
            409,
            "room_full",
            "room full is full",
        ),
        (
            json!({"action": "join", "text": "storage"}),
            503,
            "unavailable",
            "null",
        ),
        (
            json!({"action": "join", "text": "panic"}),
            500,
            "internal_error",
            "null",
        ),
        (
            json!({"action": "join"}),
            422,
            "invalid_body",
            "missing field `text`",
        ),
        (json!({"action": "large"}), 500, "internal_error", "null"),
    ] {
        socket.send_json(&message).await;
        let problem = socket.recv_json().await;
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["code"], code, "{problem}");
        let found = problem["detail"].to_string();
        assert!(found.contains(detail), "{problem}");
        assert!(!problem.to_string().contains("secret"), "{problem}");
        assert!(problem["request_id"].is_string(), "{problem}");
    }
}

#[ws_handler(route = "slow")]
async fn slow() {
    std::future::pending::<()>().await;
}

#[tokio::test(start_paused = true)]
async fn a_handler_is_stopped_before_the_deadline() {
    let client = TestClient::new(Api::new().events(events![slow])).await;
    let mut socket = client.websocket().connect().await;
    socket.send_json(&json!({"action": "slow"})).await;
    let problem = socket.recv_json().await;
    assert_eq!(problem["code"], "timed_out", "{problem}");
}

#[event_handler(any(key = "requestContext"))]
async fn any() {}

#[tokio::test]
async fn a_route_without_a_handler_is_a_clear_message() {
    let api = Api::new().events(events![echo, any]);
    let app = api.build().await.unwrap();
    let event = |event_type: &str, route: &str| {
        json!({
            "requestContext": {
                "eventType": event_type, "routeKey": route, "connectionId": "a=",
                "messageDirection": "IN", "stage": "prod", "domainName": "a.example",
            },
            "body": (event_type == "MESSAGE").then_some("{}"),
        })
    };
    let handled = async |event: Value| {
        let lambda = LambdaContext::for_test();
        let response = app.handle_event(event.to_string().into(), lambda).await;
        serde_json::from_slice::<Value>(&response.unwrap()).unwrap()
    };
    // `any` with a key takes what no route does.
    assert_eq!(handled(event("MESSAGE", "other")).await, Value::Null);

    let app = Api::new().events(events![echo]).build().await.unwrap();
    let handled = async |event: Value| {
        let lambda = LambdaContext::for_test();
        let response = app.handle_event(event.to_string().into(), lambda).await;
        serde_json::from_slice::<Value>(&response.unwrap()).unwrap()
    };
    let response = handled(event("MESSAGE", "other")).await;
    assert_eq!(response["statusCode"], 200);
    let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
    assert_eq!(problem["code"], "route_not_found");
    for (event_type, route) in [("CONNECT", "$connect"), ("DISCONNECT", "$disconnect")] {
        let response = handled(event(event_type, route)).await;
        assert_eq!(response, json!({"statusCode": 200}));
    }
}

#[ws_handler(message)]
fn value(Json(value): Json<Value>) -> Json<Value> {
    Json(value)
}

#[tokio::test]
async fn a_message_that_is_not_text_is_rejected() {
    for (body, is_base64, expected) in [
        (json!("1"), json!(false), json!(1)),
        (json!("1"), json!(null), json!(1)),
        (json!("MQ=="), json!(true), json!(1)),
        (json!(null), json!(false), json!("invalid_text")),
        (json!("/w=="), json!(true), json!("invalid_text")),
        (json!("%"), json!(true), json!("invalid_text")),
        (json!(7), json!(false), json!("invalid_text")),
        (json!("MQ=="), json!("true"), json!("invalid_text")),
    ] {
        let event = json!({
            "requestContext": {
                "eventType": "MESSAGE", "routeKey": "$default", "connectionId": "a=",
                "messageDirection": "IN", "stage": "prod", "domainName": "a.example",
                "authorizer": {"secret": "s3cret"},
            },
            "body": body, "isBase64Encoded": is_base64,
        });
        for (events, is_value) in [(events![value], true), (events![other], false)] {
            let app = Api::new().events(events).build().await.unwrap();
            let lambda = LambdaContext::for_test();
            let response = app.handle_event(event.to_string().into(), lambda).await;
            let response: Value = serde_json::from_slice(&response.unwrap()).unwrap();
            let body = response["body"].as_str().unwrap();
            assert!(!body.contains("s3cret"), "{body}");
            match expected.is_string() {
                true => assert!(body.contains("\"invalid_text\""), "{body}"),
                false if is_value => assert_eq!(body, expected.to_string()),
                false => assert_eq!(body, format!("other: {expected}")),
            }
        }
    }
}

#[tokio::test]
async fn two_handlers_of_one_route_are_an_error() {
    mod again {
        use lambda_api::ws_handler;

        #[ws_handler(route = "echo")]
        pub(super) async fn echo() {}

        #[ws_handler(message)]
        pub(super) async fn other() {}
    }
    let events = events![again::echo, again::other];
    let errors = api(&Calls::default()).events(events).build().await;
    let errors = errors.unwrap_err().to_string();
    assert!(
        errors.contains("`websocket(route = echo)` and `websocket(route = echo)`"),
        "{errors}"
    );
    assert!(
        errors.contains("`websocket(message)` and `websocket(message)`"),
        "{errors}"
    );
}

#[tokio::test]
async fn invalid_settings_are_errors_of_the_build() {
    for (settings, expected) in [
        (
            WebSocketApi::new().route_selection("action"),
            "`WebSocketApi::route_selection`: expected an expression such as",
        ),
        (
            WebSocketApi::new().endpoint("http://chat.example.com"),
            "`WebSocketApi::endpoint`: expected the URL of a stage",
        ),
        (
            WebSocketApi::new().endpoint(lambda_api::env("WS_ENDPOINT")),
            "`WebSocketApi::endpoint`: the environment variable `WS_ENDPOINT` is missing or empty",
        ),
    ] {
        let on_lambda = [("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")];
        let api = Api::new().environment(on_lambda).websocket(settings);
        let errors = api.build().await.unwrap_err().to_string();
        assert!(errors.contains(expected), "{errors}");
    }
}

#[tokio::test]
async fn an_endpoint_needs_no_variable_on_this_machine() {
    let settings = WebSocketApi::new().endpoint(lambda_api::env("WS_ENDPOINT"));
    let api = Api::new().environment([("A", "B")]).websocket(settings);
    assert!(api.build().await.is_ok());
}

#[tokio::test]
async fn another_property_can_name_the_route() {
    let api = Api::new()
        .websocket(WebSocketApi::new().route_selection("${request.body.meta.kind}"))
        .events(events![echo]);
    let client = TestClient::new(api).await;
    let mut socket = client.websocket().connect().await;
    socket
        .send_json(&json!({"meta": {"kind": "echo"}, "text": "hi"}))
        .await;
    socket.assert_json(&json!({"echo": "hi"})).await;
    socket.send_json(&json!({"action": "echo"})).await;
    assert_eq!(socket.recv_json().await["message"], "Forbidden");
}

#[tokio::test]
async fn a_handler_stays_a_function() {
    let Text(text) = Text("hi".to_owned());
    let message = Message { text: text.into() };
    let Json(echoed) = echo(Json(message), &LambdaContext::for_test())
        .await
        .unwrap();
    assert_eq!(echoed.echo, "hi");
}
