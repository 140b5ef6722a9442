use lambda_api::{api_handler, response::Redirect};
use serde::Deserialize;

#[derive(Deserialize)]
struct OrderId(u64);

#[api_handler(GET "/orders/{id}")]
async fn get_order(id: OrderId) -> String {
    id.0.to_string()
}

#[api_handler(GET "/last-order")]
async fn last_order() -> Redirect {
    Redirect::to(get_order::path(OrderId(7)))
}

fn main() {}
