//! The response to a handshake has no message.

use lambda_api::ws_handler;

#[ws_handler(connect)]
async fn connect() -> String {
    "welcome".to_owned()
}

fn main() {}
