use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders<const N: usize>() -> String {
    String::new()
}

fn main() {}
