//! axum on lambda_http, as the examples of lambda_http set it up.

use lambda_http::{Error, run, tracing};

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(benches::apis::axum::router()).await
}
