use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
#[api(crate)]
enum OrderError {
    #[error("no such order")]
    #[api(status = 404, code = "order_not_found")]
    NotFound,
}

fn main() {}
