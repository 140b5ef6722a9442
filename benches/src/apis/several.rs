//! Two routes for concurrent invocations: one waits, like a database query, and one computes.

use crate::orders::Order;
use std::time::{Duration, Instant};

async fn wait(ms: u64) -> Order {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    Order::found(ms, 1)
}

/// Keeps its thread busy for this long.
fn compute(ms: u64) -> Order {
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(ms) {
        std::hint::spin_loop();
    }
    Order::found(ms, 1)
}

#[cfg(feature = "ours")]
mod ours {
    use crate::orders::Order;
    use lambda_api::{Api, Json, api_handler, routes};

    #[api_handler(GET "/wait/{ms}")]
    async fn wait(ms: u64) -> Json<Order> {
        Json(super::wait(ms).await)
    }

    #[api_handler(GET "/compute/{ms}")]
    async fn compute(ms: u64) -> Json<Order> {
        Json(super::compute(ms))
    }

    /// Returns the API with its two routes.
    pub fn api() -> Api {
        Api::new().routes(routes![wait, compute])
    }
}

#[cfg(feature = "runtime")]
mod bare {
    use crate::apis::{WireResponse, minimal::Event};
    use lambda_runtime::{Error, LambdaEvent};

    /// Handles an event.
    ///
    /// # Errors
    /// Fails if the event is invalid.
    pub async fn handle(event: LambdaEvent<Event>) -> Result<WireResponse, Error> {
        let path = event.payload.path();
        let order = match path.strip_prefix("/compute/") {
            Some(ms) => super::compute(ms.parse()?),
            None => super::wait(path.strip_prefix("/wait/").ok_or("no route")?.parse()?).await,
        };
        Ok(WireResponse::json(&order))
    }
}

#[cfg(feature = "runtime")]
pub use bare::handle;
#[cfg(feature = "ours")]
pub use ours::api;
