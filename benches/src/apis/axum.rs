//! The API on axum and lambda_http.

use crate::orders::{NewOrder, Order, Page, Stored, picture};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Query},
    http::header::CONTENT_TYPE,
    response::IntoResponse,
    routing::{get, post},
};

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

/// A route that exists but is never called.
async fn one(Path(id): Path<u64>) -> Json<u64> {
    Json(id)
}

/// Another one.
async fn all() -> &'static str {
    "[]"
}

/// Returns the API with its thirty routes.
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
        // axum limits bodies to 2 MB by default; Lambda has its own limit.
        .layer(DefaultBodyLimit::disable())
}
