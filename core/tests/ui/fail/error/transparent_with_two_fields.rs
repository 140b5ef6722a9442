use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("something failed")]
    #[api(transparent)]
    Any(lambda_api::Error, u8),
}

fn main() {}
