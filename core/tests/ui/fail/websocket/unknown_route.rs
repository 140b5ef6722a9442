//! `default` is `message`.

use lambda_api::ws_handler;

#[ws_handler(default)]
async fn other() {}

fn main() {}
