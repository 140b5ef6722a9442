//! Hello world with poem on poem-lambda.

use poem::{Route, get, handler, web::Path};
use poem_lambda::{Error, run};

#[handler]
fn hello(Path(name): Path<String>) -> String {
    format!("Hello, {name}!")
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(Route::new().at("/hello/:name", get(hello))).await
}
