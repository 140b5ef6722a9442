//! Concurrent invocations with lambda-api: a route that waits and one that computes.

use lambda_api::Api;

#[lambda_api::main]
fn main() -> Api {
    benches::apis::several::api()
}
