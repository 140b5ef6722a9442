//! Hello world with lambda-api.

use lambda_api::api_handler;

#[api_handler(GET "/hello/{name}")]
async fn main(name: String) -> String {
    format!("Hello, {name}!")
}
