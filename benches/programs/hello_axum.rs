//! Hello world with axum on lambda_http.

use axum::{Router, extract::Path, routing::get};
use lambda_http::{Error, run, tracing};

async fn hello(Path(name): Path<String>) -> String {
    format!("Hello, {name}!")
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(Router::new().route("/hello/{name}", get(hello))).await
}
