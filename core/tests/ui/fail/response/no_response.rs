use lambda_api::api_handler;

struct Order;

#[api_handler(GET "/orders")]
async fn orders() -> Order {
    Order
}

fn main() {}
