use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[query = "page-size"] size: Option<u32>) -> String {
    format!("{size:?}")
}

fn main() {}
