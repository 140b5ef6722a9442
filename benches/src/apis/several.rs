//! Two routes for several invocations at once: one waits, as a query of a database does, and one
//! computes.

use crate::orders::Order;
use std::time::{Duration, Instant};

async fn wait(ms: u64) -> Order {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    Order::found(ms, 1)
}

/// Keeps its thread for so long.
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

    /// The API, with its two routes.
    pub fn api() -> Api {
        Api::new().routes(routes![wait, compute])
    }
}

#[cfg(feature = "runtime")]
mod bare {
    use crate::apis::{Reply, minimal::Event};
    use lambda_runtime::{Error, LambdaEvent};

    /// Answers one event.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn handle(event: LambdaEvent<Event>) -> Result<Reply, Error> {
        let path = event.payload.path();
        let order = match path.strip_prefix("/compute/") {
            Some(ms) => super::compute(ms.parse()?),
            None => super::wait(path.strip_prefix("/wait/").ok_or("no route")?.parse()?).await,
        };
        Ok(Reply::json(&order))
    }
}

#[cfg(feature = "runtime")]
pub use bare::handle;
#[cfg(feature = "ours")]
pub use ours::api;
