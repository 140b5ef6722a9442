use lambda_api::api_handler;

#[api_handler(GET "/orders?page={page}")]
async fn orders(page: u32) -> String {
    format!("{page:?}")
}

fn main() {}
