use lambda_api::Api;

#[lambda_api::main(flavour = "multi_thread")]
fn main() -> Api {
    Api::new()
}
