//! The API on lambda_http alone.

use super::by_hand::{Found, find};
use crate::orders::{NewOrder, Order, Stored, picture};
use lambda_http::{
    Body, Error, Request, RequestExt, Response,
    http::{StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;

fn response(body: &impl Serialize) -> Result<Response<Body>, Error> {
    let response = Response::builder().header(CONTENT_TYPE, "application/json");
    Ok(response.body(serde_json::to_string(body)?.into())?)
}

/// Handles a request.
///
/// # Errors
/// Fails if the request is invalid.
pub async fn handle(request: Request) -> Result<Response<Body>, Error> {
    match find(request.method().as_str(), request.uri().path()) {
        Some(Found::Order(id)) => {
            let query = request.query_string_parameters();
            let page = query.first("page").ok_or("no page")?.parse()?;
            response(&Order::found(id.parse()?, page))
        }
        Some(Found::NewOrder) => {
            let order: NewOrder = serde_json::from_slice(request.body())?;
            response(&Order::from(order))
        }
        Some(Found::Picture) => {
            let response = Response::builder().header(CONTENT_TYPE, "application/octet-stream");
            Ok(response.body(picture().into())?)
        }
        Some(Found::NewPicture) => response(&Stored {
            bytes: request.body().len(),
        }),
        Some(Found::One(id)) => response(&id),
        Some(Found::All) => response(&[(); 0]),
        None => {
            let response = Response::builder().status(StatusCode::NOT_FOUND);
            Ok(response.body(Body::Empty)?)
        }
    }
}
