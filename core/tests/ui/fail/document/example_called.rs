use lambda_api::{Json, NoContent, api_handler};

fn sample() -> u32 {
    7
}

#[api_handler(POST "/orders", example = sample())]
async fn orders(Json(order): Json<u32>) -> NoContent {
    let _ = (order, sample());
    NoContent
}

fn main() {}
