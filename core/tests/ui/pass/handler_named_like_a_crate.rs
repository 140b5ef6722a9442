//! A handler named like a crate: the crate is written from the root.
//!
//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::{Api, api_handler, routes};

    #[api_handler(GET "/tokio")]
    async fn tokio() -> String {
        ::tokio::task::yield_now().await;
        String::new()
    }

    #[api_handler(GET "/std")]
    fn std() -> String {
        String::new()
    }

    #[api_handler(GET "/core/{option}")]
    fn core(option: String) -> String {
        option
    }

    #[lambda_api::main]
    fn main() -> Api {
        Api::new().routes(routes![tokio, std, core])
    }
}

fn main() {}
