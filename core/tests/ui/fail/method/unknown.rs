use lambda_api::api_handler;

#[api_handler(FETCH "/health")]
async fn health() -> String {
    String::new()
}

fn main() {}
