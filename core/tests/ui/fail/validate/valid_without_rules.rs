use lambda_api::{Json, Valid, api_handler};
use serde::Deserialize;

#[derive(Deserialize)]
struct Order {
    sku: String,
}

#[api_handler(POST "/orders")]
async fn place(Valid(Json(order)): Valid<Json<Order>>) -> String {
    order.sku
}

fn main() {}
