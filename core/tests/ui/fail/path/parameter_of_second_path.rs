use lambda_api::api_handler;

#[api_handler(GET "/orders" | "/orders/{id}")]
async fn order() -> String {
    String::new()
}

fn main() {}
