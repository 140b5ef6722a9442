use lambda_api::api_handler;

#[api_handler(GET "/health", scopes())]
async fn health() -> String {
    String::new()
}

fn main() {}
