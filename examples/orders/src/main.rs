//! An API to place, read, list, change and delete orders.
//!
//! It shows what an application needs beyond a hello: callers with API keys ([`keys`]), state that
//! is set up once at start ([`store`]), rules for what callers send ([`order`]), errors with a status
//! and a code of their own ([`error`]), headers, cookies and paging ([`handlers`]).
//!
//! The environment has hashes of the keys, so that reading it does not give access. Keys are random and
//! long, so that they cannot be guessed from their hashes.
//!
//! ```console
//! $ KEY=$(openssl rand -hex 32)
//! $ export ORDERS_API_KEYS=alice=$(printf %s "$KEY" | sha256sum | cut -c -64)
//! $ cargo run -p orders &
//! $ curl -i localhost:9000/orders -H "authorization: Bearer $KEY" --json '{"sku": "tea", "quantity": 2}'
//! $ curl -i localhost:9000/orders -H "authorization: Bearer $KEY"
//! ```
//!
//! `http://localhost:9000/docs` shows the operations in a browser, and sends requests with a key.

mod error;
mod handlers;
mod keys;
mod order;
mod store;
#[cfg(test)]
mod tests;

use lambda_api::{
    Api,
    auth::{Access, ApiKeys, Credential},
    routes,
};
use store::Store;

/// What this API is: no environment is read here, and nothing is set up.
fn api(keys: ApiKeys) -> Api {
    Api::new()
        .authenticate(keys.credential(Credential::bearer()))
        .state_with(Store::connect)
        .routes(routes![
            handlers::place_order,
            handlers::list_orders,
            handlers::last_order,
            handlers::get_order,
            handlers::change_order,
            handlers::delete_order,
        ])
        // A browser sends no key when it opens a page, and the document has no secrets.
        .docs_with("/docs", Access::public())
}

#[lambda_api::main]
fn main() -> Api {
    api(keys::from_environment())
}
