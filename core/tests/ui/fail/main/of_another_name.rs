use lambda_api::Api;

#[lambda_api::main]
fn start() -> Api {
    Api::new()
}

fn main() {
    let _ = start();
}
