use lambda_api::{Json, api_handler, http::StatusCode};

#[api_handler(GET "/orders")]
async fn orders() -> Result<String, (StatusCode, Json<u32>)> {
    Err((StatusCode::CONFLICT, Json(7)))
}

fn main() {}
