//! Hello world with a bare handler of lambda_runtime that deserializes a struct of the fields it
//! reads.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    raw_path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    status_code: u16,
    body: String,
}

async fn hello(event: LambdaEvent<Event>) -> Result<Response, Error> {
    let path = event.payload.raw_path;
    let name = path.rsplit('/').next().unwrap_or_default();
    Ok(Response {
        status_code: 200,
        body: format!("Hello, {name}!"),
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(hello)).await
}
