use lambda_api::Api;

#[lambda_api::main]
#[tokio::main]
async fn main() -> Api {
    Api::new()
}
