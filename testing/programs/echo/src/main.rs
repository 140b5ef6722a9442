//! Shows from outside how events are read and responses are written.
//!
//! `ANY /` and `ANY /{path+}` respond with the request as it was decoded; see [`received::Received`].
//! An event of EventBridge has what a handler sees of it as its response; see [`bus::Seen`].
//! `POST /reply` sends the response that its body describes; see [`response::Wanted`].
//!
//! ```console
//! $ cargo run -q -p echo -- invoke event.json
//! ```

mod bus;
mod received;
mod response;

use lambda_api::{Api, Invocation, Json, Request, api_handler, events, routes};
use received::Received;
use serde::de::IgnoredAny;

/// Describe the request to the root.
#[api_handler(ANY "/")]
fn root(request: &Request, invocation: &Invocation) -> Json<Received> {
    Json(Received::new(request, invocation))
}

/// Describe the request to any other path.
#[api_handler(ANY "/{path+}")]
fn anywhere(_path: IgnoredAny, request: &Request, invocation: &Invocation) -> Json<Received> {
    Json(Received::new(request, invocation))
}

pub(crate) fn api() -> Api {
    Api::new()
        .routes(routes![root, anywhere, response::response])
        .events(events![bus::event])
}

#[lambda_api::main]
fn main() -> Api {
    // Nothing here looks for the trace id in the environment.
    api().trace_environment(false)
}
