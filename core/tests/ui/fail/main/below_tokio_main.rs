use lambda_api::Api;

#[tokio::main]
#[lambda_api::main]
async fn main() -> Api {
    Api::new()
}
