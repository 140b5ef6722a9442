//! A handler that no `routes!` names is dead code, and reported as that.
#![deny(dead_code)]

use lambda_api::{Api, api_handler, routes};

#[api_handler(GET "/orders")]
async fn list_orders() -> String {
    String::new()
}

#[api_handler(GET "/orders/{id}")]
async fn get_order(id: u64) -> String {
    id.to_string()
}

fn main() {
    let _ = Api::new().routes(routes![list_orders]);
}
