use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[query] page: impl Send) -> String {
    drop(page);
    String::new()
}

fn main() {}
