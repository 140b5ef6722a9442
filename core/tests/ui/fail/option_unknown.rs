use lambda_api::api_handler;

#[api_handler(GET "/health", timeout = 3)]
async fn health() -> String {
    String::new()
}

fn main() {}
