use lambda_api::api_handler;

struct OrderId(u64);

#[api_handler(GET "/orders/{id}")]
async fn order(id: OrderId) -> String {
    id.0.to_string()
}

fn main() {}
