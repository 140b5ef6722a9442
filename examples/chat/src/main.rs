//! A chat room: members connect with a WebSocket, and each message reaches all the others. An announcement
//! comes by HTTP.

mod room;
#[cfg(test)]
mod tests;

use http::StatusCode;
use lambda_api::{
    Api, Error, Json, Problem, State, api_handler, env, events, http, routes,
    websocket::{Connection, Connections, Handshake, PostedAll, WebSocketApi},
    ws_handler,
};
use room::Room;
use serde::{Deserialize, Serialize};

/// What members receive.
#[derive(Serialize)]
struct Said<'a> {
    from: &'a str,
    text: &'a str,
}

/// How many members a text was sent to.
#[derive(Serialize)]
struct Sent {
    sent: usize,
}

#[derive(Deserialize)]
struct Message {
    text: String,
}

/// Joins the room: `wss://..?name=alice`.
#[ws_handler(connect)]
async fn join(
    handshake: Handshake,
    connection: Connection,
    State(room): State<Room>,
) -> Result<(), Problem> {
    let name = handshake.query("name").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| Problem::new(StatusCode::BAD_REQUEST, "missing_name"))?;
    room.join(connection.id(), name);
    Ok(())
}

#[ws_handler(disconnect)]
async fn leave(connection: Connection, State(room): State<Room>) {
    room.leave(connection.id());
}

/// Sends a text to the other members: `{"action": "send", "text": ".."}`.
#[ws_handler(route = "send")]
async fn send(
    Json(message): Json<Message>,
    connection: Connection,
    State(room): State<Room>,
    State(connections): State<Connections>,
) -> Result<Json<Sent>, Error> {
    let from = room.name(connection.id()).unwrap_or_default();
    let others = room.ids().into_iter().filter(|id| id != connection.id());
    let said = Said {
        from: &from,
        text: &message.text,
    };
    let posted = connections.post_all(others, Json(said)).await?;
    Ok(Json(forget_gone(&room, &posted)))
}

/// What members can send.
#[derive(Serialize)]
struct Usage {
    usage: &'static str,
}

/// Explains to members what they can send.
#[ws_handler(message)]
async fn explain() -> Json<Usage> {
    Json(Usage {
        usage: r#"{"action": "send", "text": ".."}"#,
    })
}

/// Sends a text to all members.
#[api_handler(POST "/announcements")]
async fn announce(
    Json(message): Json<Message>,
    State(room): State<Room>,
    State(connections): State<Connections>,
) -> Result<Json<Sent>, Error> {
    let said = Said {
        from: "the house",
        text: &message.text,
    };
    let posted = connections.post_all(room.ids(), Json(said)).await?;
    Ok(Json(forget_gone(&room, &posted)))
}

/// A client that vanishes is noticed here first.
fn forget_gone(room: &Room, posted: &PostedAll) -> Sent {
    for id in &posted.gone {
        room.leave(id);
    }
    Sent { sent: posted.sent }
}

fn api() -> Api {
    Api::new()
        .state(Room::default())
        .websocket(WebSocketApi::new().endpoint(env("WS_ENDPOINT")))
        .routes(routes![announce])
        .events(events![join, leave, send, explain])
}

#[lambda_api::main]
fn main() -> Api {
    api()
}
