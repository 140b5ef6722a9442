//! Handlers that wait and one that computes, with lambda-api.

use lambda_api::Api;

#[lambda_api::main]
fn main() -> Api {
    benches::apis::several::api()
}
