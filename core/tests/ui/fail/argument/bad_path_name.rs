use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[path("{id}")] id: u64) -> String {
    format!("{id}")
}

fn main() {}
