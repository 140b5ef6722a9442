//! Generated code has nothing for strict lints.
//!
//! (In a module, so that the test compiles the program and does not serve it.)
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    non_camel_case_types,
    single_use_lifetimes,
    unreachable_pub,
    unused_lifetimes,
    unused_qualifications,
    unsafe_code,
    rust_2018_idioms
)]

/// Is there.
#[lambda_api::api_handler(GET "/health", public)]
pub async fn health() -> &'static str {
    "ok"
}

#[allow(dead_code)]
mod program {
    use lambda_api::{Api, ApiError, api_handler, routes};

    #[api_handler(GET "/orders/{id}/{type}", scopes("orders/read"), groups(any("staff", "admins")))]
    async fn order(
        id: u64,
        r#type: &str,
        #[query("page-size")] size: Option<u32>,
        #[header] x_tenant: &str,
        #[cookie] _sid: Option<String>,
    ) -> Result<String, OrderError> {
        match size {
            Some(left) => Err(OrderError::OutOfStock { left, after: 5 }),
            None if id == 0 => Err(OrderError::Missing(NoSuchOrder { id })),
            None => Ok(format!("{type}{x_tenant}")),
        }
    }

    #[deprecated = "use /health"]
    #[must_use]
    #[api_handler(GET "/old")]
    fn old() {}

    #[derive(Debug, thiserror::Error, ApiError)]
    enum OrderError {
        #[error("{left} left")]
        #[api(status = 409, code = "out_of_stock", title = "Out of stock", type = "https://example.com/problems/stock")]
        OutOfStock {
            #[api(extension)]
            left: u32,
            #[api(header = "Retry-After")]
            after: u64,
        },
        #[error(transparent)]
        #[api(transparent)]
        Missing(#[from] NoSuchOrder),
    }

    #[derive(Debug, thiserror::Error, ApiError)]
    #[error("order {id} does not exist")]
    #[api(status = 404, code = "order_not_found", absent)]
    struct NoSuchOrder {
        #[api(extension = "order")]
        id: u64,
    }

    #[lambda_api::main]
    async fn main() -> Result<Api, std::io::Error> {
        Ok(Api::new().routes(routes![super::health, order, old]))
    }
}

fn main() {}
