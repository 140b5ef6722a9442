use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("something failed")]
    #[api(transparent, status = 500)]
    Any(lambda_api::Error),
}

fn main() {}
