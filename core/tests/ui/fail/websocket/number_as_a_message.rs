//! A number is not a message; `Json(7)` is.

use lambda_api::ws_handler;

#[ws_handler(route = "count")]
async fn count() -> u32 {
    7
}

fn main() {}
