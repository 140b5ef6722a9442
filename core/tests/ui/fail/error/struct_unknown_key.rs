use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
#[error("no order {id}")]
#[api(status = 404, code = "no_such_order", detail = "x")]
struct NoSuchOrder {
    id: u32,
}

fn main() {}
