use lambda_api::api_handler;

#[api_handler]
async fn health() -> String {
    String::new()
}

fn main() {}
