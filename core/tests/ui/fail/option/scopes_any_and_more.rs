use lambda_api::api_handler;

#[api_handler(GET "/health", scopes(any("a"), "b"))]
async fn health() -> String {
    String::new()
}

fn main() {}
