use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no such order")]
    #[api(code = "order_not_found")]
    NotFound,
}

fn main() {}
