//! The API on axum, behind lambda_http.

use super::{Peer, read};
use crate::orders::{NewOrder, Order, Page, Stored, picture};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
    routing::{get, post},
};
use lambda_http::{
    Adapter, Context, LambdaEvent,
    request::LambdaRequest,
    tower::{Service, ServiceExt},
};

/// axum on lambda_http.
#[derive(Debug)]
pub struct AxumOnLambdaHttp(Router);

async fn get_order(Path(id): Path<u64>, Query(Page { page }): Query<Page>) -> Json<Order> {
    Json(Order::found(id, page))
}

async fn place_order(Json(order): Json<NewOrder>) -> Json<Order> {
    Json(order.into())
}

async fn download(Path(_name): Path<String>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/octet-stream")], picture())
}

async fn upload(body: Bytes) -> Json<Stored> {
    Json(Stored { bytes: body.len() })
}

/// A route that is there, and not called.
async fn one(Path(id): Path<u64>) -> Json<u64> {
    Json(id)
}

/// Likewise.
async fn all() -> &'static str {
    "[]"
}

/// The API, with its thirty routes.
pub fn router() -> Router {
    Router::new()
        .route("/orders", get(all).post(place_order))
        .route("/orders/{id}", get(get_order).put(one).delete(one))
        .route("/orders/{id}/lines", get(one))
        .route("/customers", get(all).post(all))
        .route("/customers/{id}", get(one).put(one).delete(one))
        .route("/products", get(all).post(all))
        .route("/products/{id}", get(one).put(one).delete(one))
        .route("/invoices", get(all).post(all))
        .route("/invoices/{id}", get(one).put(one).delete(one))
        .route("/carts", post(all))
        .route("/carts/{id}", get(one).delete(one))
        .route("/files", post(upload))
        .route("/files/{name}", get(download))
        .route("/health", get(all))
        .route("/version", get(all))
        .route("/status", get(all))
        .route("/me", get(all))
        .layer(DefaultBodyLimit::disable())
}

impl AxumOnLambdaHttp {
    /// Builds the API.
    #[must_use]
    pub fn new() -> Self {
        Self(router())
    }
}

impl Default for AxumOnLambdaHttp {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer for AxumOnLambdaHttp {
    const NAME: &'static str = "axum + lambda_http";

    async fn answer(&self, event: Bytes, context: &Context) -> Vec<u8> {
        let payload: LambdaRequest = read(&event);
        let event = LambdaEvent::new(payload, context.clone());
        let mut adapter = Adapter::from(self.0.clone());
        let ready = ServiceExt::<LambdaEvent<LambdaRequest>>::ready(&mut adapter).await;
        let reply = ready.expect("a ready router").call(event).await;
        serde_json::to_vec(&reply.expect("a reply")).expect("a reply in JSON")
    }
}
