use lambda_api::api_handler;

#[api_handler(get "/health")]
async fn health() -> String {
    String::new()
}

fn main() {}
