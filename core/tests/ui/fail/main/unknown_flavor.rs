use lambda_api::Api;

#[lambda_api::main(flavor = "multi")]
fn main() -> Api {
    Api::new()
}
