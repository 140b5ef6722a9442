use lambda_api::{IntoResponse, NoContent, api_handler};

struct Order;

#[api_handler(GET "/orders", returns = Order)]
async fn orders() -> impl IntoResponse {
    let _ = Order;
    NoContent
}

fn main() {}
