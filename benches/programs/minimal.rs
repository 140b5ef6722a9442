//! The API as a bare handler of lambda_runtime on a struct, on one thread.

use lambda_runtime::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(benches::apis::minimal::handle)).await
}
