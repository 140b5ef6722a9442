//! What is not compiled need not exist.
//!
//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    use lambda_api::{Api, api_handler, routes};

    #[cfg(any())]
    #[api_handler(GET "/before")]
    async fn before() -> Nothing {}

    #[api_handler(GET "/after")]
    #[cfg(any())]
    async fn after() -> Nothing {}

    #[cfg_attr(all(), api_handler(GET "/attr"))]
    async fn attr(#[query] page: Option<u32>) -> String {
        format!("{page:?}")
    }

    #[api_handler(GET "/one")]
    #[cfg(all())]
    async fn one() -> String {
        String::new()
    }

    #[api_handler(GET "/other")]
    #[cfg(any())]
    async fn one() -> Nothing {}

    #[lambda_api::main]
    fn main() -> Api {
        Api::new().routes(routes![
            attr,
            #[cfg(any())]
            before,
            #[cfg(all())]
            one,
        ])
    }
}

fn main() {}
