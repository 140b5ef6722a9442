use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no order {0}")]
    #[api(status = 404, code = "order_not_found")]
    NotFound(#[api(extension)] u32),
}

fn main() {}
