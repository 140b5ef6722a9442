use lambda_api::api_handler;

#[api_handler(GET "/hello")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> &'static str {
    "hello"
}
