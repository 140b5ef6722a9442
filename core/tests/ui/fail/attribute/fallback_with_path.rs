use lambda_api::api_handler;

#[api_handler(fallback "/orders")]
async fn elsewhere() -> String {
    String::new()
}

fn main() {}
