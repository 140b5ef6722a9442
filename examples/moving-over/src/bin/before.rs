//! axum in `lambda_http::run`. Paths of its events begin with the stage, and so do the routes.

use axum::Router;
use moving_over::{note::Store, old};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let router = Router::new().nest("/prod", old::router(Store::default()));
    lambda_http::run(router).await
}
