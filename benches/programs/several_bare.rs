//! Handlers that wait and one that computes, bare on a struct, as many at once as Lambda sends.

use lambda_runtime::{Error, run_concurrent, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run_concurrent(service_fn(benches::apis::several::handle)).await
}
