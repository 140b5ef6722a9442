//! The API on lambda-api.

use crate::{NewOrder, Order, Peer};
use bytes::Bytes;
use lambda_api::{Api, App, Json, LambdaContext, api_handler, routes};

/// lambda-api.
#[derive(Debug)]
pub struct Ours(App);

#[api_handler(GET "/orders/{id}")]
async fn get(id: u64, #[query] page: u32) -> Json<Order> {
    Json(Order::found(id, page))
}

#[api_handler(POST "/orders")]
async fn post(Json(order): Json<NewOrder<'_>>) -> Json<Order> {
    Json(order.into())
}

impl Ours {
    /// Builds the API.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn new() -> Self {
        let api = Api::new().routes(routes![get, post]);
        Self(api.build().await.expect("a sound API"))
    }
}

impl Peer for Ours {
    const NAME: &'static str = "lambda-api";

    async fn answer(&self, event: &'static [u8]) -> Vec<u8> {
        // The runtime hands over a copy of its buffer, so that the copy is part of the work.
        let event = Bytes::copy_from_slice(event);
        let reply = self.0.handle_event(event, LambdaContext::default());
        reply.await.expect("an HTTP event")
    }
}
