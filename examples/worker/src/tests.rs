use super::*;
use lambda_api_testing::{EventOutcome, ScheduleEvent, SqsEvent, TestClient};
use serde_json::json;

async fn client() -> TestClient {
    TestClient::new(api().environment([("ORDERS_QUEUE", "orders")])).await
}

fn order(id: u64, quantity: u32) -> Order {
    Order {
        id,
        sku: "tea".to_owned(),
        quantity,
    }
}

async fn send(client: &TestClient, orders: &[Order]) -> EventOutcome {
    let event = SqsEvent::new().queue("orders");
    let event = orders
        .iter()
        .fold(event, |event, order| event.message(order));
    client.event(event).await
}

async fn shipped(client: &TestClient) -> usize {
    client.get("/health").await.json::<Health>().shipped
}

#[tokio::test]
async fn only_the_orders_that_failed_come_again() {
    let client = client().await;
    let outcome = send(&client, &[order(1, 6), order(2, 6), order(3, 4)]).await;
    outcome.assert_failed_records(&[1]).assert_taken_by("ship");
    assert_eq!(shipped(&client).await, 2);
}

#[tokio::test]
async fn an_order_that_comes_twice_is_shipped_once() {
    let client = client().await;
    for _ in 0..2 {
        send(&client, &[order(1, 6)]).await.assert_ok();
    }
    assert_eq!(shipped(&client).await, 1);
}

#[tokio::test]
async fn the_schedule_fills_the_shelves() {
    let client = client().await;
    send(&client, &[order(1, 10)]).await.assert_ok();
    send(&client, &[order(2, 1)])
        .await
        .assert_failed_records(&[0]);
    let schedule = ScheduleEvent::new().rule("restock");
    client
        .event(schedule)
        .await
        .assert_ok()
        .assert_taken_by("restock");
    send(&client, &[order(2, 1)]).await.assert_ok();
}

#[tokio::test]
async fn a_message_that_is_no_order_fails_alone() {
    let client = client().await;
    let event = SqsEvent::new()
        .queue("orders")
        .text("no order")
        .message(&order(1, 1))
        .message(&json!({"id": 2}));
    client.event(event).await.assert_failed_records(&[0, 2]);
    assert_eq!(shipped(&client).await, 1);
}

#[tokio::test]
async fn messages_of_another_queue_are_not_taken() {
    let event = SqsEvent::new().queue("invoices").message(&order(1, 1));
    let outcome = client().await.event(event).await;
    outcome.assert_failed("UnsupportedEvent");
}
