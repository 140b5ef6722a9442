use lambda_api::api_handler;

#[api_handler(GET "/orders/count")]
async fn count() -> u32 {
    7
}

fn main() {}
