//! A module and a handler of one name: the handler is named by its path.
//!
//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::{Api, routes};

    mod health {
        #[lambda_api::api_handler(GET "/health")]
        pub(crate) async fn health() -> String {
            String::new()
        }
    }

    #[lambda_api::main]
    fn main() -> Api {
        Api::new().routes(routes![health::health])
    }
}

fn main() {}
