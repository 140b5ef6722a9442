#[lambda_api::main]
async fn main() {}
