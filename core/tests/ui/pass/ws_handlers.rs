//! What handlers of a WebSocket API may look like.

use lambda_api::{
    Api, ApiError, Error, Json, LambdaContext, Problem, State, events, events::Event,
    extract::Text, websocket::{Disconnected, Connection, Connections, Handshake, Subprotocol}, ws_handler,
};
use std::borrow::Cow;

#[derive(Debug, thiserror::Error, ApiError)]
#[error("no")]
#[api(status = 403, code = "no")]
struct No;

#[ws_handler(connect)]
async fn connect(handshake: Handshake, connection: Connection) -> Result<Subprotocol, No> {
    let _ = connection;
    handshake.protocols().next().map(|it| Subprotocol(it.to_owned())).ok_or(No)
}

#[ws_handler(disconnect)]
async fn disconnect(closed: Disconnected, connection: Connection) -> Result<(), Error> {
    let _ = (closed, connection);
    Ok(())
}

#[ws_handler(route = "borrow")]
async fn borrow(Json(text): Json<Cow<'_, str>>, lambda: &LambdaContext) -> Json<usize> {
    Json(text.len() + lambda.request_id.len())
}

#[ws_handler(route = "owned", crate = lambda_api)]
pub async fn owned(Text(text): Text, State(all): State<Connections>) -> Result<Option<String>, Problem> {
    let _ = all;
    Ok(Some(text))
}

#[ws_handler(message)]
fn other(event: &Event) -> &'static str {
    let _ = event;
    "what?"
}

#[ws_handler(route = "silent")]
fn silent() {}

fn main() {
    let _ = Api::new().events(events![connect, disconnect, borrow, owned, other, silent]);
}
