use lambda_api::api_handler;

mod axum {
    pub struct Json<T>(pub T);
}

use axum::Json;

#[api_handler(GET "/orders")]
async fn orders() -> Json<Vec<u32>> {
    Json(Vec::new())
}

fn main() {}
