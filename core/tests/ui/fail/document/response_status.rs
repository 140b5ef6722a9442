use lambda_api::{NoContent, api_handler};

#[api_handler(GET "/orders", response(4040, "no such shop"))]
async fn orders() -> NoContent {
    NoContent
}

fn main() {}
