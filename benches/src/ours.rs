//! The API on lambda-api.

use crate::{NewOrder, Order, Peer, read};
use bytes::Bytes;
use lambda_api::{Api, App, Json, LambdaContext, api_handler, routes};
use serde_json::value::RawValue;

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
        let event: Box<RawValue> = read(event);
        let event = Bytes::from(String::from(Box::<str>::from(event)));
        let reply = self.0.handle_event(event, LambdaContext::default());
        let reply = String::from_utf8(reply.await.expect("an HTTP event"));
        let reply = RawValue::from_string(reply.expect("text")).expect("JSON");
        serde_json::to_vec(&reply).expect("a reply in JSON")
    }
}
