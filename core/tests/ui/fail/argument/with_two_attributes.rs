use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[query] #[header("x-page")] page: Option<u32>) -> String {
    format!("{page:?}")
}

fn main() {}
