use lambda_api::{Json, api_handler};

#[api_handler(GET "/orders")]
async fn orders() -> Option<Json<Vec<u32>>> {
    None
}

fn main() {}
