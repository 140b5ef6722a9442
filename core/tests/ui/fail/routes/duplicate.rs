use lambda_api::{api_handler, routes};

mod orders {
    use lambda_api::api_handler;

    #[api_handler(GET "/orders/{id}")]
    pub(crate) async fn get(id: u64) -> String {
        id.to_string()
    }
}

#[api_handler(GET "/orders")]
async fn list_orders() -> String {
    String::new()
}

#[api_handler(GET "/orders/{order}")]
async fn get_order(order: u64) -> String {
    order.to_string()
}

fn main() {
    let _ = routes![orders::get, list_orders, get_order];
}
