//! Headers and query come with the handshake alone.

use lambda_api::{websocket::Handshake, ws_handler};

#[ws_handler(route = "send")]
async fn send(handshake: Handshake) -> Option<String> {
    handshake.origin().map(str::to_owned)
}

fn main() {}
