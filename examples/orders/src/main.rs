//! An API to place, read, list, change and delete orders.
//!
//! It shows what an application needs beyond a hello: state that is set up once at start
//! ([`store`], [`caller`]), errors with a status and a code of their own ([`error`]), headers,
//! cookies and paging ([`handlers`]), and an extractor that guards every handler ([`caller`]).
//!
//! ```console
//! $ ORDERS_API_KEYS=alice=open-sesame cargo run -p orders
//! $ curl -i localhost:9000/orders -H 'authorization: Bearer open-sesame' --json '{"sku": "tea", "quantity": 2}'
//! $ curl -i localhost:9000/orders -H 'authorization: Bearer open-sesame'
//! ```

mod caller;
mod error;
mod handlers;
mod order;
mod store;
#[cfg(test)]
mod tests;

use caller::ApiKeys;
use lambda_api::{Api, routes};
use store::Store;

/// What this API is: no environment is read here, and nothing is set up.
fn api() -> Api {
    Api::new()
        .state_with(Store::connect)
        .state_with(ApiKeys::from_environment)
        .routes(routes![
            handlers::place_order,
            handlers::list_orders,
            handlers::last_order,
            handlers::get_order,
            handlers::change_order,
            handlers::delete_order,
        ])
}

#[lambda_api::main]
fn main() -> Api {
    api()
}
