//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::Api;

    #[lambda_api::main(flavor = "multi_thread")]
    async fn main() -> Api {
        Api::new()
    }
}

fn main() {}
