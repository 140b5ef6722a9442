use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[cfg(test)] #[query] page: Option<u32>) -> String {
    String::new()
}

fn main() {}
