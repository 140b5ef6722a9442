//! A link to a handler that is the whole program.
//!
//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::{api_handler, response::Redirect};

    #[api_handler(GET "/{name}")]
    async fn main(name: String) -> Redirect {
        Redirect::to(main::path(name))
    }
}

fn main() {}
