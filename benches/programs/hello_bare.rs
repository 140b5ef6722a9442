//! Hello world with a bare handler of lambda_runtime.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

async fn hello(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let path = event.payload["rawPath"].as_str().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    Ok(json!({"statusCode": 200, "body": format!("Hello, {name}!")}))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
