//! A handler is a function, and a test can call it as one.

use crate::{
    error::OrderError,
    handlers::{change_order, delete_order, get_order, last_order, list_orders, place_order},
    order::{NewOrder, Order, OrderId, PageSize, Version},
    store::Store,
};
use lambda_api::{
    Identity, IntoResponse, Json, State, Valid,
    response::{Location, Redirect},
};
use std::num::NonZeroU32;

fn alice() -> Identity {
    Identity::new("alice")
}

fn tea(quantity: u32) -> Valid<Json<NewOrder<'static>>> {
    Valid(Json(NewOrder {
        sku: "tea".into(),
        quantity: NonZeroU32::new(quantity).unwrap(),
    }))
}

async fn placed(store: &Store) -> Order {
    let placed = place_order(alice(), State(store.clone()), tea(1)).await;
    let (_cookie, created) = placed.unwrap();
    let link = Location(get_order::path(created.body.0.id));
    assert_eq!(created.location(), Some(&link));
    created.body.0
}

#[tokio::test]
async fn an_order_is_placed_read_changed_and_deleted() {
    let store = Store::default();
    let order = placed(&store).await;
    assert_eq!(order.version, Version(1));

    let read = get_order(order.id, alice(), State(store.clone())).await;
    let (headers, Json(read)) = read.unwrap();
    assert_eq!(headers, [("etag", "\"1\"".to_owned())]);
    assert_eq!(read, order);

    let tag = order.version.entity_tag();
    let seen = Some(tag.as_str());
    let changed = change_order(order.id, seen, alice(), State(store.clone()), tea(2)).await;
    let (_, Json(changed)) = changed.unwrap();
    assert_eq!((changed.quantity.get(), changed.version), (2, Version(2)));

    delete_order(order.id, alice(), State(store.clone()))
        .await
        .unwrap();
    let gone = get_order(order.id, alice(), State(store)).await;
    assert!(matches!(gone, Err(OrderError::NotFound(id)) if id == order.id));
}

#[tokio::test]
async fn an_error_is_a_value_that_can_be_matched() {
    let store = Store::default();
    let order = placed(&store).await;
    let seen = Some("\"7\"");
    let late = change_order(order.id, seen, alice(), State(store), tea(2)).await;
    let Err(OrderError::Changed { version, .. }) = late else {
        panic!("the change of another version was made");
    };
    assert_eq!(version, Version(1));
}

#[tokio::test]
async fn a_list_takes_its_query_as_arguments() {
    let store = Store::default();
    for _ in 0..3 {
        placed(&store).await;
    }
    let size = Some(PageSize(2));
    let Json(page) = list_orders(alice(), State(store.clone()), None, size).await;
    assert_eq!((page.orders.len(), page.next), (2, Some(OrderId(2))));
    let Json(page) = list_orders(alice(), State(store), page.next, size).await;
    assert_eq!((page.orders.len(), page.next), (1, None));
}

#[tokio::test]
async fn a_response_can_be_looked_at_without_an_event() {
    let redirect = last_order(Some(OrderId(7))).await.unwrap();
    assert_eq!(redirect, Redirect::to(get_order::path(OrderId(7))));
    assert_eq!(redirect.into_response().status(), 303);
    let none = last_order(None).await;
    assert!(matches!(none, Err(OrderError::NoLastOrder)));
}
