//! The API on lambda_http alone, on one thread.

use lambda_http::{Error, run, service_fn, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(benches::apis::lambda_http::handle)).await
}
