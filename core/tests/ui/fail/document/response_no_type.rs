use lambda_api::{NoContent, api_handler};

#[api_handler(GET "/orders", response(409, u32, "the order was placed before"))]
async fn orders() -> NoContent {
    NoContent
}

fn main() {}
