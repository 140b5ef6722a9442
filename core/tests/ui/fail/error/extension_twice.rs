use lambda_api::ApiError;

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("no such order")]
    #[api(status = 404, code = "order_not_found")]
    NotFound {
        #[api(extension = "order")]
        id: u32,
        #[api(extension)]
        order: u32,
    },
}

fn main() {}
