use lambda_api::api_handler;

#[api_handler(GET "/orders/{order_id}")]
async fn get_order(oder_id: u64) -> String {
    format!("{oder_id:?}")
}

fn main() {}
