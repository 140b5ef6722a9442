use lambda_api::api_handler;

#[api_handler(GET "/orders" | POST "/orders/new")]
async fn orders() -> String {
    String::new()
}

fn main() {}
