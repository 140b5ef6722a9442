//! Concurrent invocations with a bare handler on a struct: a route that waits and one that
//! computes.

use lambda_runtime::{Error, run_concurrent, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_concurrent(service_fn(benches::apis::several::handle)).await
}
