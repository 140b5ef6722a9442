//! The API on axum and lambda_http, on several threads as in the examples of lambda_http.

use lambda_http::{Error, run, tracing};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(benches::apis::axum::router()).await
}
