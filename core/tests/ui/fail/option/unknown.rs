use lambda_api::api_handler;

#[api_handler(GET "/health", retries = 3)]
async fn health() -> String {
    String::new()
}

fn main() {}
