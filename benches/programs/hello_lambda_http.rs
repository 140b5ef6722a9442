//! Hello world with lambda_http alone.

use lambda_http::{Error, Request, run, service_fn, tracing};

async fn hello(request: Request) -> Result<String, Error> {
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    Ok(format!("Hello, {name}!"))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing::init_default_subscriber();
    run(service_fn(hello)).await
}
