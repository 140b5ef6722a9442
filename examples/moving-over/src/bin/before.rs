//! Before: axum in the loop of lambda_http. Its paths begin with the stage, so that the routes do.

use axum::Router;
use moving_over::{note::Store, old};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let router = Router::new().nest("/prod", old::router(Store::default()));
    lambda_http::run(router).await
}
