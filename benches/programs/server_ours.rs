//! The API on lambda-api, as an HTTP server at `PORT`.

use lambda_api::Api;

#[lambda_api::main]
fn main() -> Api {
    benches::apis::ours::api()
}
