use lambda_api::api_handler;

#[api_handler(GET "/orders")]
#[api_handler(GET "/all-orders")]
async fn orders() -> String {
    String::new()
}

fn main() {}
