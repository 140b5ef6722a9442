use lambda_api::api_handler;

#[api_handler(GET "/things/{type}")]
async fn thing() -> String {
    String::new()
}

fn main() {}
