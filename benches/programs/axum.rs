//! The API on axum and lambda_http, on one thread.

use lambda_http::{Error, run, tracing};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(benches::apis::axum::router()).await
}
