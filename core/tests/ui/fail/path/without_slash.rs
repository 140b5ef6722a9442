use lambda_api::api_handler;

#[api_handler(GET "orders")]
async fn orders() -> String {
    String::new()
}

fn main() {}
