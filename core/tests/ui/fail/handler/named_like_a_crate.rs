// Within this module `tokio` is the handler now: write `::tokio::..`, or name the handler otherwise.
use lambda_api::api_handler;

#[api_handler(GET "/tokio")]
async fn tokio() -> String {
    tokio::task::yield_now().await;
    String::new()
}

fn main() {}
