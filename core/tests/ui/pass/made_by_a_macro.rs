//! Handlers that a `macro_rules!` writes.
//!
//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::{Api, api_handler, routes};

    macro_rules! read {
        ($name:ident, $path:literal, $id:ident: $type:ty) => {
            #[api_handler(GET $path)]
            async fn $name($id: $type) -> String {
                $id.to_string()
            }
        };
    }

    read!(order, "/orders/{id}", id: u64);
    read!(customer, "/customers/{name}", name: String);

    #[lambda_api::main]
    fn main() -> Api {
        Api::new().routes(routes![order, customer])
    }
}

fn main() {}
