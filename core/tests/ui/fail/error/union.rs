use lambda_api::ApiError;

#[derive(ApiError)]
#[api(status = 404, code = "order_not_found")]
union OrderError {
    id: u32,
}

fn main() {}
