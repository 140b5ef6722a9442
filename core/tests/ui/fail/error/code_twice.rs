use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no such order")]
    #[api(status = 404, code = "order_not_found")]
    NotFound,
    #[error("no such order any more")]
    #[api(status = 410, code = "order_not_found")]
    Gone,
}

fn main() {}
