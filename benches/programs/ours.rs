//! The API on lambda-api.

use lambda_api::Api;

#[lambda_api::main]
fn main() -> Api {
    benches::apis::ours::api()
}
