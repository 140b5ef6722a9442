use lambda_api::api_handler;

#[api_handler(GET "/report", public, timeout = "1.5s")]
async fn report() -> String {
    String::new()
}

fn main() {}
