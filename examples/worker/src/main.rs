//! A worker: orders from a queue, a schedule, and a health route in one program.
//!
//! Each message is handled apart. Lambda is told which ones failed, and sends these again; those that keep failing
//! end in the dead-letter queue of the template.

#[cfg(test)]
mod tests;
mod warehouse;

use lambda_api::{Api, Json, State, api_handler, env, event_handler, events, routes};
use serde::Deserialize;
use warehouse::{Order, ShipError, Warehouse};

/// Ship an order.
///
/// A queue may deliver a message twice, so an order that was shipped is not shipped again.
#[event_handler(sqs(from = env("ORDERS_QUEUE").locally("orders")))]
async fn ship(
    Json(order): Json<Order>,
    State(warehouse): State<Warehouse>,
) -> Result<(), ShipError> {
    warehouse.ship(&order)
}

/// Fill the shelves every hour.
#[event_handler(schedule("rate(1 hour)", rule = "restock"))]
async fn restock(State(warehouse): State<Warehouse>) {
    warehouse.restock();
}

/// What a service returns that is well.
#[derive(Debug, serde::Serialize, Deserialize, PartialEq)]
struct Health {
    shipped: usize,
}

/// Tell that the worker is well.
#[api_handler(GET "/health")]
async fn health(State(warehouse): State<Warehouse>) -> Json<Health> {
    Json(Health {
        shipped: warehouse.shipped(),
    })
}

fn api() -> Api {
    Api::new()
        .state(Warehouse::default())
        .routes(routes![health])
        .events(events![ship, restock])
}

#[lambda_api::main]
fn main() -> Api {
    api()
}
