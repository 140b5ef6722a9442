use lambda_api::api_handler;

#[api_handler(GET "/files/*")]
async fn file() -> String {
    String::new()
}

fn main() {}
