use lambda_api::api_handler;

#[api_handler(GET "/report", public, timeout = "0s")]
async fn report() -> String {
    String::new()
}

fn main() {}
