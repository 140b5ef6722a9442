//! Messages to connections.

use http::StatusCode;
use lambda_api::{
    Api, Error, Json, Problem, State, api_handler, authorizer,
    authorizer::{Allow, AuthorizerRequest, Decision, Deny, Unauthorized},
    event_handler, events, routes,
    websocket::{Connection, Connections, Delivery, Handshake, ManagementError, WebSocketApi},
    ws_handler,
};
use lambda_api_testing::TestClient;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct To {
    to: String,
}

#[ws_handler(route = "send")]
async fn send(
    Json(To { to }): Json<To>,
    connection: Connection,
    State(connections): State<Connections>,
) -> Result<Json<bool>, Error> {
    connection.post("first").await?;
    let delivery = connections
        .post(&to, Json(json!({"from": connection.id()})))
        .await?;
    Ok(Json(delivery.is_gone()))
}

#[ws_handler(route = "close")]
async fn close(
    Json(To { to }): Json<To>,
    State(connections): State<Connections>,
) -> Result<(), Error> {
    connections.close(&to).await?;
    assert!(!connections.is_open(&to).await?);
    Ok(())
}

#[ws_handler(route = "leave")]
async fn leave(connection: Connection) -> Result<&'static str, Unsent> {
    connection.close().await.map_err(Unsent)?;
    Ok("lost")
}

#[derive(Debug, thiserror::Error, lambda_api::ApiError)]
#[error("{0}")]
#[api(status = 502, code = "unsent")]
struct Unsent(ManagementError);

#[ws_handler(connect)]
async fn connect(connection: Connection) -> Result<(), Error> {
    // It is not open before the handshake is accepted.
    assert_eq!(connection.post("too early").await?, Delivery::Gone);
    Ok(())
}

#[derive(Deserialize)]
struct Member {
    tenant: String,
    level: u32,
    admin: bool,
    #[serde(rename = "principalId")]
    name: String,
}

#[ws_handler(route = "whoami")]
async fn whoami(connection: Connection) -> Result<String, Problem> {
    let member: Member = connection.authorizer().map_err(|error| {
        Problem::new(StatusCode::FORBIDDEN, "no_member").with_detail(error.to_string())
    })?;
    assert_eq!(connection.principal_id(), Some(&*member.name));
    assert!(!format!("{connection:?}").contains(&member.tenant));
    let Member {
        tenant,
        level,
        admin,
        name,
    } = member;
    Ok(format!("{name} of {tenant}, {level} {admin}"))
}

#[api_handler(POST "/messages/{id}")]
async fn notify(id: String, State(connections): State<Connections>) -> Result<Json<bool>, Error> {
    let delivery = connections.post(&id, "from a route").await?;
    Ok(Json(delivery.is_gone()))
}

#[event_handler(any(key = "job"))]
async fn work(Json(job): Json<Value>, State(connections): State<Connections>) -> Result<(), Error> {
    let id = job["job"].as_str().unwrap_or_default();
    connections.post(id, "from a worker").await?;
    Ok(())
}

fn api() -> Api {
    Api::new()
        .routes(routes![notify])
        .events(events![send, close, leave, connect, whoami, work])
}

#[tokio::test]
async fn sockets_see_the_messages_of_others() {
    let client = TestClient::new(api()).await;
    let mut alice = client.websocket().connect().await;
    let mut bob = client.clone().websocket().connect().await;
    assert_ne!(alice.id(), bob.id());
    alice
        .send_json(&json!({"action": "send", "to": bob.id()}))
        .await;
    assert_eq!(alice.recv().await, "first");
    alice.assert_json(&json!(false)).await;
    bob.assert_json(&json!({"from": alice.id()})).await;
    let gone = bob.id().to_owned();
    bob.close().await;
    alice
        .send_json(&json!({"action": "send", "to": gone}))
        .await;
    assert_eq!(alice.recv().await, "first");
    alice.assert_json(&json!(true)).await;
}

#[tokio::test]
async fn routes_and_other_events_reach_connections() {
    let app = api().build().await.unwrap();
    let client = TestClient::from(app.clone());
    let mut socket = client.websocket().connect().await;
    let path = format!("/messages/{}", socket.id());
    client.post(&path).await.assert_json(&json!(false));
    assert_eq!(socket.recv().await, "from a route");
    let job = json!({"job": socket.id()}).to_string();
    let handled = app.handle_event(job.into(), Default::default()).await;
    assert!(handled.is_ok());
    assert_eq!(socket.recv().await, "from a worker");
    // Another client of the application is another client of the same connections.
    let other = TestClient::from(app).websocket().connect().await;
    let request = json!({"action": "send", "to": other.id()});
    socket.send_json(&request).await;
    assert_eq!(socket.recv().await, "first");
    socket.assert_json(&json!(false)).await;
}

#[tokio::test]
async fn a_connection_can_be_closed() {
    let client = TestClient::new(api()).await;
    let alice = client.websocket().connect().await;
    let bob = client.websocket().connect().await;
    let request = json!({"action": "close", "to": bob.id()});
    alice.send_json(&request).await;
    let late = tokio::spawn(bob.send("anyone?")).await;
    assert!(late.is_err(), "a closed connection sends nothing");
    bob.assert_closed().await;
    // The response of a handler that closes its own connection is lost.
    alice.send_json(&json!({"action": "leave"})).await;
    alice.assert_closed().await;
}

#[tokio::test]
async fn what_the_authorizer_said_is_known_to_messages() {
    let client = TestClient::new(api()).await;
    let context = json!({"principalId": "alice", "tenant": "acme", "level": 7, "admin": true});
    let handshake = client.websocket().authorizer(&context);
    let mut socket = handshake.connect().await;
    socket.send_json(&json!({"action": "whoami"})).await;
    assert_eq!(socket.recv().await, "alice of acme, 7 true");
}

#[tokio::test]
async fn what_does_not_fit_the_authorizer_is_named() {
    let client = TestClient::new(api()).await;
    let handshake = || client.websocket();
    let context =
        json!({"principalId": "alice", "tenant": "acme", "level": "s3cret", "admin": true});
    for (handshake, expected) in [
        (handshake(), "the connection has no authorizer"),
        (
            handshake().authorizer(&json!({"principalId": "alice"})),
            "missing field `tenant`",
        ),
        (handshake().authorizer(&context), "claim `level`"),
    ] {
        let mut socket = handshake.connect().await;
        socket.send_json(&json!({"action": "whoami"})).await;
        let problem = socket.recv_json().await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains(expected) && !detail.contains("s3cret"),
            "{problem}"
        );
    }
}

#[ws_handler(connect)]
async fn enter(handshake: Handshake, connection: Connection) -> Result<(), Problem> {
    let forbidden = || Problem::new(StatusCode::FORBIDDEN, "forbidden");
    let room = handshake
        .query("room")
        .or(handshake.header("x-room"))
        .ok_or_else(forbidden)?;
    match connection.principal_id() {
        Some(allowed) if allowed == room => Ok(()),
        _ => Err(forbidden()),
    }
}

/// Allows members to enter their rooms.
#[authorizer]
async fn of_rooms(request: AuthorizerRequest) -> Result<Allow, Unauthorized> {
    let room = request.query_parameter("room").or(request.header("x-room"));
    Ok(Allow::all_routes(room.ok_or(Unauthorized)?))
}

#[tokio::test]
async fn authorizer_and_handler_read_the_same_value() {
    let client = TestClient::new(Api::new().events(events![enter, of_rooms])).await;
    client.websocket().query("room", "a").connect().await;
    client.websocket().header("x-room", "a").connect().await;
    let twice = client.websocket().query("room", "a").query("room", "b");
    twice.assert_rejected(401).await;
    let twice = client
        .websocket()
        .header("x-room", "a")
        .header("X-Room", "b");
    twice.assert_rejected(401).await;
    let decided = json!({"principalId": "a"});
    let twice = client.websocket().query("room", "a").query("room", "a");
    twice.authorizer(&decided).assert_rejected(403).await;
}

#[tokio::test]
async fn without_an_endpoint_the_error_says_so() {
    let api = Api::new()
        .websocket(WebSocketApi::new())
        .routes(routes![notify]);
    let response = TestClient::new(api).await.post("/messages/a").await;
    let cause = response.problem();
    assert_eq!(cause.status(), 500);
    let missing = Api::new().routes(routes![notify]).build().await;
    let errors = missing.unwrap_err().to_string();
    assert!(
        errors.contains("Connections>`, which `.websocket(..)` adds"),
        "{errors}"
    );
}

#[authorizer]
async fn authorize(request: AuthorizerRequest) -> Result<Decision, Unauthorized> {
    let token = request.query().find(|(name, _)| *name == "token");
    match token.map(|(_, token)| token) {
        Some("good") => Ok(Allow::all_routes("alice")
            .context("tenant", "north")
            .context("level", 7)
            .context("admin", false)
            .into()),
        Some(_) => Ok(Deny::new("bob").into()),
        None => Err(Unauthorized),
    }
}

#[tokio::test]
async fn an_authorizer_of_the_program_is_asked_at_the_handshake() {
    let client = TestClient::new(api().events(events![authorize])).await;
    client.websocket().assert_rejected(401).await;
    let failed = tokio::spawn(client.websocket().connect()).await;
    let message = failed.unwrap_err().into_panic().downcast::<String>();
    let expected = "the authorizer rejected the handshake with 401 Unauthorized";
    assert_eq!(*message.unwrap(), expected);
    let other = client.websocket().query("token", "other");
    other.assert_rejected(403).await;
    let mut socket = client.websocket().query("token", "good").connect().await;
    socket.send_json(&json!({"action": "whoami"})).await;
    assert_eq!(socket.recv().await, "alice of north, 7 false");
}
