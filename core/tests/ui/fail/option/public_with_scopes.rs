use lambda_api::api_handler;

#[api_handler(GET "/health", public, scopes("orders/read"))]
async fn health() -> String {
    String::new()
}

fn main() {}
