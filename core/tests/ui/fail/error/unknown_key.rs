use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no such order")]
    #[api(status = 404, kode = "order_not_found")]
    NotFound,
}

fn main() {}
