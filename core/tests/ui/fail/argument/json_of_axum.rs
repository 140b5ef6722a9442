use lambda_api::api_handler;

mod axum {
    pub struct Json<T>(pub T);
}

use axum::Json;

#[api_handler(POST "/orders")]
async fn place_order(Json(order): Json<Vec<u32>>) -> String {
    format!("{order:?}")
}

fn main() {}
