//! All options for the document, and types that only they name.

#![deny(warnings)]

use lambda_api::{IntoResponse, Json, NoContent, api_handler, http::Method, routes};

#[derive(serde::Serialize)]
struct Conflict {
    number: u64,
}

#[derive(serde::Serialize)]
struct Order<'a> {
    sku: &'a str,
}

const SAMPLE: Order<'static> = Order { sku: "tea" };

fn sample() -> Vec<String> {
    Vec::new()
}

#[api_handler(
    POST "/orders",
    operation_id = "placeOrder",
    summary = "Places an order",
    tag = "orders",
    tag = "shop",
    deprecated,
    hidden,
    returns = Json<Order<'_>>,
    response(404, "no such shop"),
    response(409, Json<Conflict>, "the order was placed before"),
    example = SAMPLE
)]
async fn place(method: &Method) -> impl IntoResponse + use<> {
    let _ = method;
    NoContent
}

/// Replaced by the other one.
#[api_handler(POST "/more-orders", example = self::sample)]
#[deprecated]
async fn place_many() -> NoContent {
    NoContent
}

fn main() {
    let _ = Conflict { number: 1 }.number;
    let _ = routes![place, place_many].tag("orders");
}
