//! The routes. Each handler is an ordinary function, and is called as one in the tests.

use crate::{
    error::OrderError,
    order::{NewOrder, Order, OrderId, Page, PageSize},
    store::Store,
};
use lambda_api::{
    Created, Identity, Json, NoContent, State, Valid, api_handler,
    response::{Redirect, SetCookie},
};

/// A response that tells the version of the order it carries.
type Tagged = ([(&'static str, String); 1], Json<Order>);

/// Place an order.
///
/// The response sets a cookie, by which `GET /last-order` finds the order again.
#[api_handler(POST "/orders")]
pub(crate) async fn place_order(
    caller: Identity,
    State(store): State<Store>,
    Valid(Json(order)): Valid<Json<NewOrder<'_>>>,
) -> Result<(SetCookie, Created<Json<Order>>), OrderError> {
    let order = store.place(caller.subject(), order)?;
    let cookie = SetCookie::new("last-order", order.id.to_string()).path("/");
    let link = get_order::path(order.id);
    Ok((cookie, Created::at(link, Json(order))))
}

/// List the caller's orders, oldest first.
#[api_handler(GET "/orders")]
pub(crate) async fn list_orders(
    caller: Identity,
    State(store): State<Store>,
    #[query] after: Option<OrderId>,
    #[query("page-size")] size: Option<PageSize>,
) -> Json<Page> {
    Json(store.list(caller.subject(), after, size.unwrap_or_default()))
}

/// Go to the order that was placed last from this browser.
#[api_handler(GET "/last-order")]
pub(crate) async fn last_order(
    #[cookie("last-order")] last: Option<OrderId>,
) -> Result<Redirect, OrderError> {
    let id = last.ok_or(OrderError::NoLastOrder)?;
    Ok(Redirect::to(get_order::path(id)))
}

/// Read an order.
#[api_handler(GET "/orders/{id}")]
pub(crate) async fn get_order(
    id: OrderId,
    caller: Identity,
    State(store): State<Store>,
) -> Result<Tagged, OrderError> {
    store.get(caller.subject(), id).map(tagged)
}

/// Change an order.
///
/// With `if-match`, only if the order still has that version: its entity tag, or one of several.
#[api_handler(PUT "/orders/{id}")]
pub(crate) async fn change_order(
    id: OrderId,
    #[header("if-match")] seen: Option<&str>,
    caller: Identity,
    State(store): State<Store>,
    Valid(Json(order)): Valid<Json<NewOrder<'_>>>,
) -> Result<Tagged, OrderError> {
    store.change(caller.subject(), id, seen, order).map(tagged)
}

/// Delete an order.
#[api_handler(DELETE "/orders/{id}")]
pub(crate) async fn delete_order(
    id: OrderId,
    caller: Identity,
    State(store): State<Store>,
) -> Result<NoContent, OrderError> {
    store.delete(caller.subject(), id)?;
    Ok(NoContent)
}

fn tagged(order: Order) -> Tagged {
    ([("etag", order.version.entity_tag())], Json(order))
}
