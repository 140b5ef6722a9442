use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[query] #[validate(range(max = 100))] tag: String) -> String {
    tag
}

fn main() {}
