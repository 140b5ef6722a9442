use lambda_api::api_handler;

#[api_handler(GET "/orders/{id}" | "/orders/latest")]
async fn order(id: u64) -> String {
    id.to_string()
}

fn main() {}
