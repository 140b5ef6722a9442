use lambda_api::{NoContent, api_handler};

struct Order;

const SAMPLE: Order = Order;

#[api_handler(POST "/orders", example = SAMPLE)]
async fn orders() -> NoContent {
    NoContent
}

fn main() {}
