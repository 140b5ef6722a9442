//! Places, reads, changes and deletes an order with the generated client.
//!
//! usage: orders-round-trip URL, with the API key in the variable `KEY`.

use orders_client::{
    apis::{Error, configuration::Configuration, handlers_api as orders},
    models::NewOrder,
};

/// Status and problem code of a failed call. The client cannot tell the statuses of one body apart,
/// so the code is read from the text.
fn failure<T, E>(result: Result<T, Error<E>>) -> (u16, bool, String) {
    match result {
        Err(Error::ResponseError(response)) => (
            response.status.as_u16(),
            response.entity.is_some(),
            response.content,
        ),
        Err(_) => panic!("expected a response that is an error"),
        Ok(_) => panic!("expected an error, found a success"),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::args()
        .nth(1)
        .expect("usage: orders-round-trip URL");
    let anonymous = Configuration {
        base_path: url,
        ..Configuration::default()
    };
    let client = Configuration {
        bearer_access_token: std::env::var("KEY").ok(),
        ..anonymous.clone()
    };

    let (status, typed, text) = failure(orders::list_orders(&anonymous, None, None).await);
    assert!(
        status == 401 && typed && text.contains("\"unauthorized\""),
        "{text}"
    );

    let tea = NewOrder {
        sku: "tea".to_owned(),
        quantity: 2,
    };
    let placed = orders::place_order(&client, tea.clone()).await.unwrap();
    assert_eq!((placed.sku.as_str(), placed.quantity), ("tea", 2));
    let read = orders::get_order(&client, placed.id).await.unwrap();
    assert_eq!(read, placed);

    let more = NewOrder { quantity: 3, ..tea };
    let seen = Some(format!("\"{}\"", placed.version));
    let changed = orders::change_order(&client, placed.id, more.clone(), seen.as_deref());
    assert_eq!(changed.await.unwrap().quantity, 3);
    let late = orders::change_order(&client, placed.id, more, seen.as_deref()).await;
    let (status, typed, text) = failure(late);
    assert!(
        status == 412 && typed && text.contains("\"order_changed\""),
        "{text}"
    );

    let page = orders::list_orders(&client, None, Some(100)).await.unwrap();
    assert!(page.orders.iter().any(|order| order.id == placed.id));
    orders::delete_order(&client, placed.id).await.unwrap();
    let (status, typed, text) = failure(orders::get_order(&client, placed.id).await);
    assert!(
        status == 404 && typed && text.contains("\"order_not_found\""),
        "{text}"
    );
    println!("ok: the generated client makes a round trip");
}
