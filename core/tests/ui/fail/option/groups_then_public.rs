use lambda_api::api_handler;

#[api_handler(GET "/health", groups("admins"), public)]
async fn health() -> String {
    String::new()
}

fn main() {}
