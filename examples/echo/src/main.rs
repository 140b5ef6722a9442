//! Shows from outside how events are read and replies are written.
//!
//! `ANY /` and `ANY /{path+}` reply with what was understood of the event; see [`seen::Seen`].
//! `POST /reply` sends the reply that its body describes; see [`reply::Wanted`].
//!
//! ```console
//! $ cargo run -q -p echo -- invoke event.json
//! ```

mod reply;
mod seen;

use lambda_api::{Api, Invocation, Json, Request, api_handler, routes};
use seen::Seen;
use serde::de::IgnoredAny;

/// Describe the request to the root.
#[api_handler(ANY "/")]
fn root(request: &Request, invocation: &Invocation) -> Json<Seen> {
    Json(Seen::new(request, invocation))
}

/// Describe the request to any other path.
#[api_handler(ANY "/{path+}")]
fn anywhere(_path: IgnoredAny, request: &Request, invocation: &Invocation) -> Json<Seen> {
    Json(Seen::new(request, invocation))
}

pub(crate) fn api() -> Api {
    Api::new().routes(routes![root, anywhere, reply::reply])
}

#[lambda_api::main]
fn main() -> Api {
    // Nothing here looks for the trace id in the environment.
    api().trace_environment(false)
}
