use lambda_api::api_handler;

#[api_handler(GET "/orders/{id")]
async fn order(id: u64) -> String {
    format!("{id:?}")
}

fn main() {}
