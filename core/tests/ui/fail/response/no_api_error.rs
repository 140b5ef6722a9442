use lambda_api::api_handler;

#[api_handler(GET "/orders")]
async fn orders() -> Result<String, std::io::Error> {
    Ok(String::new())
}

fn main() {}
