//! The smallest API: one annotated function is the whole program.

use lambda_api::api_handler;

#[api_handler(GET "/hello/{name}")]
async fn main(name: String) -> String {
    format!("Hello, {name}!")
}
