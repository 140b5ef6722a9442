use lambda_api::api_handler;

#[tokio::main]
#[api_handler(GET "/hello")]
async fn main() -> &'static str {
    "hello"
}
