//! An API with everything that a document can show.
use lambda_api::{Api, api_handler, routes};

/// Says that the service runs.
///
/// It does not look at the database.
#[api_handler(GET "/health")]
async fn health() -> &'static str {
    "ok"
}

pub fn api() -> Api {
    Api::new().routes(routes![health])
}
