use lambda_api::{Json, api_handler, http::StatusCode};

#[api_handler(GET "/status")]
async fn status() -> Result<Json<u32>, StatusCode> {
    Some(Json(7)).ok_or(StatusCode::NOT_FOUND)
}

#[api_handler(GET "/text")]
async fn text() -> Result<Json<u32>, (StatusCode, String)> {
    Err((StatusCode::CONFLICT, "taken".to_owned()))
}

#[api_handler(GET "/str")]
fn literal() -> Result<String, (StatusCode, &'static str)> {
    Err((StatusCode::GONE, "sold out"))
}

fn main() {
    let _ = lambda_api::routes![status, text, literal];
}
