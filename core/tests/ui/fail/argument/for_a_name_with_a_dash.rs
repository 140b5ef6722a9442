use lambda_api::api_handler;

#[api_handler(GET "/orders/{order-id}")]
async fn get_order(order_id: u64) -> String {
    format!("{order_id:?}")
}

fn main() {}
