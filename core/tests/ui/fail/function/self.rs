use lambda_api::api_handler;

struct Orders;

impl Orders {
    #[api_handler(GET "/orders")]
    async fn list(&self) -> String {
        String::new()
    }
}

fn main() {
    let _ = Orders;
}
