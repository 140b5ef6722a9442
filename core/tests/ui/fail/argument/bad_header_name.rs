use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders(#[header("x tenant")] tenant: &str) -> String {
    format!("{tenant:?}")
}

fn main() {}
