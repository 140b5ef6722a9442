use lambda_api::{Response, api_handler};

#[api_handler(GET "/orders")]
async fn orders() -> Result<String, Response> {
    Err(Response::default())
}

fn main() {}
