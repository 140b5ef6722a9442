//! The API on lambda_http alone.

use super::by_hand::{Found, find};
use crate::orders::{NewOrder, Order, Stored, picture};
use lambda_http::{
    Body, Error, Request, RequestExt, Response,
    http::{StatusCode, header::CONTENT_TYPE},
};
use serde::Serialize;

fn reply(body: &impl Serialize) -> Result<Response<Body>, Error> {
    let reply = Response::builder().header(CONTENT_TYPE, "application/json");
    Ok(reply.body(serde_json::to_string(body)?.into())?)
}

/// Answers one request.
///
/// # Errors
/// What is wrong with it.
pub async fn handle(request: Request) -> Result<Response<Body>, Error> {
    match find(request.method().as_str(), request.uri().path()) {
        Some(Found::Order(id)) => {
            let query = request.query_string_parameters();
            let page = query.first("page").ok_or("no page")?.parse()?;
            reply(&Order::found(id.parse()?, page))
        }
        Some(Found::NewOrder) => {
            let order: NewOrder = serde_json::from_slice(request.body())?;
            reply(&Order::from(order))
        }
        Some(Found::Picture) => {
            let reply = Response::builder().header(CONTENT_TYPE, "application/octet-stream");
            Ok(reply.body(picture().into())?)
        }
        Some(Found::NewPicture) => reply(&Stored {
            bytes: request.body().len(),
        }),
        Some(Found::One(id)) => reply(&id),
        Some(Found::All) => reply(&[(); 0]),
        None => {
            let reply = Response::builder().status(StatusCode::NOT_FOUND);
            Ok(reply.body(Body::Empty)?)
        }
    }
}
