use lambda_api::api_handler;

#[api_handler(GET "/orders//all")]
async fn orders() -> String {
    String::new()
}

fn main() {}
