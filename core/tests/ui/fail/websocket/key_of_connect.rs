//! `$connect` has an attribute of its own.

use lambda_api::ws_handler;

#[ws_handler(route = "$connect")]
async fn connect() {}

fn main() {}
