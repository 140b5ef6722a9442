use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[cookie("a=b")] sid: &str) -> String {
    format!("{sid:?}")
}

fn main() {}
