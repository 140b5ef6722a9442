//! The API on axum, behind lambda_http.

use crate::{NewOrder, Order, Peer, read};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query},
    routing,
};
use lambda_http::{
    Adapter, Context, LambdaEvent,
    request::LambdaRequest,
    tower::{Service, ServiceExt},
};
use serde::Deserialize;

/// axum on lambda_http.
#[derive(Debug)]
pub struct AxumOnLambdaHttp(Router);

#[derive(Deserialize)]
struct Page {
    page: u32,
}

async fn get(Path(id): Path<u64>, Query(Page { page }): Query<Page>) -> Json<Order> {
    Json(Order::found(id, page))
}

async fn post(body: Bytes) -> Json<Order> {
    let order: NewOrder<'_> = serde_json::from_slice(&body).expect("an order");
    Json(order.into())
}

impl AxumOnLambdaHttp {
    /// Builds the API.
    #[must_use]
    pub fn new() -> Self {
        Self(
            Router::new()
                .route("/orders/{id}", routing::get(get))
                .route("/orders", routing::post(post)),
        )
    }
}

impl Default for AxumOnLambdaHttp {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer for AxumOnLambdaHttp {
    const NAME: &'static str = "axum on lambda_http";

    async fn answer(&self, event: &'static [u8]) -> Vec<u8> {
        let payload: LambdaRequest = read(event);
        let event = LambdaEvent::new(payload, Context::default());
        let mut adapter = Adapter::from(self.0.clone());
        let ready = ServiceExt::<LambdaEvent<LambdaRequest>>::ready(&mut adapter).await;
        let reply = ready.expect("a ready router").call(event).await;
        serde_json::to_vec(&reply.expect("a reply")).expect("a reply in JSON")
    }
}
