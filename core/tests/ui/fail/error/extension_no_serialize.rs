use lambda_api::ApiError;

#[derive(Debug)]
struct OrderId;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no such order")]
    #[api(status = 404, code = "order_not_found")]
    NotFound {
        #[api(extension)]
        id: OrderId,
    },
}

fn main() {}
