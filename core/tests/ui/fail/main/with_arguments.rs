use lambda_api::Api;

#[lambda_api::main]
fn main(name: String) -> Api {
    drop(name);
    Api::new()
}
