//! The dependency under another name: `crate = path` where there is an attribute; `routes!` finds
//! its crate by itself.
//!
//! (In a module, so that the test compiles the program and does not serve it.)

#[allow(dead_code)]
mod program {
    extern crate lambda_api as gateway;

    mod lambda_api {
        // What the macros would find without `crate = ..`.
    }

    use gateway::{Api, ApiError, api_handler, routes};

    #[derive(Debug, thiserror::Error, ApiError)]
    #[api(crate = gateway)]
    enum OrderError {
        #[error("order {id} does not exist")]
        #[api(status = 404, code = "order_not_found", title = "No such order")]
        NotFound {
            #[api(extension)]
            id: u64,
            #[api(header = "x-order")]
            header: u64,
        },
    }

    #[derive(gateway::Validate)]
    #[garde(crate = gateway)]
    struct Line<T> {
        #[garde(dive, length(max = 9))]
        items: Vec<T>,
        #[garde(pattern("^[a-z]+$"))]
        sku: Option<&'static str>,
    }

    #[api_handler(GET "/orders/{id}", crate = gateway)]
    async fn order(
        id: u64,
        #[query]
        #[validate(range(max = 9))]
        page: Option<u32>,
    ) -> Result<String, OrderError> {
        match page {
            Some(_) => Ok(String::new()),
            None => Err(OrderError::NotFound { id, header: id }),
        }
    }

    #[gateway::main(crate = gateway)]
    fn main() -> Api {
        Api::new().routes(routes![order])
    }
}

fn main() {}
