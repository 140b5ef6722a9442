use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[querry] page: Option<u32>) -> String {
    format!("{page:?}")
}

fn main() {}
