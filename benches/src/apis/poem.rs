//! The API on poem and poem-lambda.

use crate::orders::{NewOrder, Order, Page, Stored, picture};
use poem::{
    Response, Route, get, handler, post,
    web::{Json, Path, Query},
};

#[handler]
fn get_order(Path(id): Path<u64>, Query(Page { page }): Query<Page>) -> Json<Order> {
    Json(Order::found(id, page))
}

#[handler]
fn place_order(Json(order): Json<NewOrder>) -> Json<Order> {
    Json(order.into())
}

#[handler]
fn download(Path(_name): Path<String>) -> Response {
    let response = Response::builder().content_type("application/octet-stream");
    response.body(picture())
}

#[handler]
#[expect(
    clippy::needless_pass_by_value,
    reason = "extractors of poem own their values"
)]
fn upload(body: Vec<u8>) -> Json<Stored> {
    Json(Stored { bytes: body.len() })
}

/// A route that exists but is never called.
#[handler]
fn one(Path(id): Path<u64>) -> Json<u64> {
    Json(id)
}

/// Another one.
#[handler]
fn all() -> &'static str {
    "[]"
}

/// Returns the API with its thirty routes.
#[must_use]
pub fn route() -> Route {
    Route::new()
        .at("/orders", get(all).post(place_order))
        .at("/orders/:id", get(get_order).put(one).delete(one))
        .at("/orders/:id/lines", get(one))
        .at("/customers", get(all).post(all))
        .at("/customers/:id", get(one).put(one).delete(one))
        .at("/products", get(all).post(all))
        .at("/products/:id", get(one).put(one).delete(one))
        .at("/invoices", get(all).post(all))
        .at("/invoices/:id", get(one).put(one).delete(one))
        .at("/carts", post(all))
        .at("/carts/:id", get(one).delete(one))
        .at("/files", post(upload))
        .at("/files/:name", get(download))
        .at("/health", get(all))
        .at("/version", get(all))
        .at("/status", get(all))
        .at("/me", get(all))
}
