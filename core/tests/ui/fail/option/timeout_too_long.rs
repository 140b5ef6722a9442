use lambda_api::api_handler;

#[api_handler(GET "/report", public, timeout = "16m")]
async fn report() -> String {
    String::new()
}

fn main() {}
