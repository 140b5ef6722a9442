use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error(transparent)]
    #[api(transparent)]
    Io(#[from] std::io::Error),
}

fn main() {}
