use lambda_api::{api_handler, routes};

#[api_handler(GET "/health")]
async fn health() -> String {
    String::new()
}

fn main() {
    let _ = routes![health, health];
}
