//! Responses that the client gets while they are made: the progress of an import as server-sent events
//! ([`progress`]), an export of many rows in little memory ([`export`]), and a file with ranges ([`tone`]).
//!
//! No handler knows where it runs. Behind a function URL or a REST API in streaming mode, and as an HTTP
//! server, each part is sent as it comes; every other source gets the same response in one piece.

mod export;
mod progress;
#[cfg(test)]
mod tests;
mod tone;

use export::Orders;
use lambda_api::{Api, routes, template::Function};
use progress::Import;
use std::time::Duration;
use tone::Tone;

/// Lambda does not tell the function that a client is gone, and a stream that takes longer is an error.
const LONGEST: Duration = Duration::from_secs(60);

/// `pace` is the time that a batch of the import takes.
fn api(pace: Duration) -> Api {
    Api::new()
        .stream_timeout(LONGEST)
        // Longer than a stream, and little memory: no response is in memory as a whole.
        .function(Function::new().timeout(2 * LONGEST).memory(128))
        .state(Import::new(pace))
        .state(Orders::new(100_000))
        .state(Tone::new())
        .routes(routes![progress::events, export::orders_as_csv, tone::tone,])
}

#[lambda_api::main]
fn main() -> Api {
    api(Duration::from_millis(500))
}
