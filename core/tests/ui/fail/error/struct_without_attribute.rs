use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
#[error("no order {id}")]
struct NoSuchOrder {
    id: u32,
}

fn main() {}
