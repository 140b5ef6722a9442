use lambda_api::api_handler;

#[api_handler(GET)]
async fn health() -> String {
    String::new()
}

fn main() {}
