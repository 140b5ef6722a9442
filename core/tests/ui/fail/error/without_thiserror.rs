use lambda_api::ApiError;

#[derive(Debug, ApiError)]
enum OrderError {
    #[api(status = 404, code = "order_not_found")]
    NotFound,
}

fn main() {}
