//! Events through a client.

use futures_util::FutureExt as _;
use lambda_api::event::Source;
use lambda_api::{
    Api, Error, Json, State, api_handler, event_handler, events,
    events::{BatchFailures, Event, Record},
    routes,
};
use lambda_api_testing::{EventBridgeEvent, EventBuilder, ScheduleEvent, SqsEvent, TestClient};
use serde_json::{Value, json};
use std::{
    future::pending,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Clone, Default)]
struct Shipped(Arc<Mutex<Vec<u64>>>);

#[event_handler(sqs(from = "orders"))]
async fn ship(Json(order): Json<u64>, State(shipped): State<Shipped>) -> Result<(), Error> {
    if order == 7 {
        return Err(Error::msg("sold out"));
    }
    shipped.0.lock().unwrap().push(order);
    Ok(())
}

#[event_handler(sqs(from = "imports"), batch)]
async fn import(records: &[Record]) -> BatchFailures {
    let mut failures = BatchFailures::default();
    let bad = records.iter().filter(|record| record.text() == Some("bad"));
    bad.for_each(|record| failures.add(record));
    failures
}

#[event_handler(event_bridge(source = "shop.orders"))]
async fn placed(Json(detail): Json<Value>) -> Json<Value> {
    Json(json!({"seen": detail}))
}

#[event_handler(schedule(rule = "stuck"))]
async fn stuck() {
    pending::<()>().await;
}

#[event_handler(any(key = "broken"))]
async fn broken(event: &Event) {
    panic!("{} is broken", event.keys().join(""));
}

#[api_handler(GET "/health")]
async fn health() -> &'static str {
    "ok"
}

fn api(shipped: &Shipped) -> Api {
    Api::new()
        .state(shipped.clone())
        .routes(routes![health])
        .events(events![ship, import, placed, stuck, broken])
        .on_other_event(events::warm_up)
}

async fn client() -> TestClient {
    TestClient::new(api(&Shipped::default())).await
}

#[tokio::test]
async fn an_event_reaches_the_handler_that_takes_it() {
    let shipped = Shipped::default();
    let client = TestClient::new(api(&shipped)).await;
    let event = SqsEvent::new().queue("orders").message(&1).message(&2);
    client
        .event(&event)
        .await
        .assert_ok()
        .assert_taken_by("ship");
    assert_eq!(*shipped.0.lock().unwrap(), [1, 2]);
    client.get("/health").await.assert_text("ok");
}

#[tokio::test]
async fn the_response_of_a_handler_is_json() {
    let event = EventBridgeEvent::new("shop.orders", "OrderPlaced").detail(&json!({"id": 7}));
    let outcome = client().await.event(event).await;
    let response: Value = outcome.assert_taken_by("placed").response();
    assert_eq!(response, json!({"seen": {"id": 7}}));
}

#[tokio::test]
async fn failed_records_are_known_by_their_place() {
    let client = client().await;
    let event = SqsEvent::new()
        .queue("orders")
        .message(&6)
        .message(&7)
        .message(&8)
        .message(&7);
    let outcome = client.event(event).await;
    outcome
        .assert_failed_records(&[1, 3])
        .assert_taken_by("ship");
    let event = SqsEvent::new()
        .queue("imports")
        .text("good")
        .text("bad")
        .message_id("m-1");
    let outcome = client.event(event).await;
    outcome
        .assert_failed_records(&[1])
        .assert_taken_by("import");
    assert_eq!(outcome.failed_ids(), ["m-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_failed_invocation_has_type_and_message() {
    let client = client().await;
    for (event, error_type, taken_by) in [
        (json!({"broken": true}), "HandlerPanicked", Some("broken")),
        (
            ScheduleEvent::new().rule("stuck").to_value(),
            "TimedOut",
            Some("stuck"),
        ),
        (
            SqsEvent::new().queue("others").text("a").to_value(),
            "UnsupportedEvent",
            None,
        ),
    ] {
        let outcome = client.event(event).await;
        outcome.assert_failed(error_type);
        if let Some(handler) = taken_by {
            outcome.assert_taken_by(handler);
        }
        assert_eq!(outcome.error_type(), Some(error_type));
    }
}

#[tokio::test(start_paused = true)]
async fn lambda_ends_a_function_that_is_late() {
    // The function believes that it has more time.
    let client = client().await.deadline(Duration::from_secs(3));
    let client = client.lambda(|lambda| lambda.deadline_ms = Some(u64::MAX));
    let outcome = client.event(ScheduleEvent::new().rule("stuck")).await;
    outcome.assert_failed("Sandbox.Timedout");
    let message = "Task timed out after 3.00 seconds";
    assert_eq!(outcome.error_message(), Some(message));
}

#[tokio::test]
async fn the_program_says_what_lambda_reads() {
    let shipped = Shipped::default();
    let api = api(&shipped).report_batch_item_failures(false);
    let event = SqsEvent::new().queue("orders").message(&6).message(&7);
    let outcome = TestClient::new(api).await.event(event).await;
    outcome.assert_failed("BatchFailed");
    assert_eq!(outcome.error_message(), Some("1 of 2 records failed"));
}

#[tokio::test]
async fn what_no_handler_takes_is_the_apis_own() {
    let client = client().await;
    let outcome = client.event(json!({"warmer": true})).await;
    outcome.assert_ok().assert_taken_by("on_other_event");
    let request = EventBuilder::new(Source::HttpApi).path("/health");
    let response: Value = client.event(request).await.response();
    assert_eq!(response["statusCode"], 200);
}

/// The message of an assertion that fails.
async fn message(check: impl Future<Output = ()>) -> String {
    let failed = AssertUnwindSafe(check).catch_unwind().await.unwrap_err();
    *failed.downcast::<String>().unwrap()
}

#[tokio::test]
async fn a_failed_assertion_shows_why_the_handler_failed() {
    let client = client().await;
    let event = SqsEvent::new().queue("orders").message(&7);
    let text = message(async {
        client.event(event).await.assert_ok();
    })
    .await;
    for part in [
        "expected no failed records, found [\"00000001-0000-4000-8000-000000000000\"]\n\nevent    {",
        "\ntaken by ship (",
        "\nlog      sold out",
    ] {
        assert!(text.contains(part), "{text}");
    }
    let text = message(async {
        let event = json!({"broken": 1});
        client.event(event).await.assert_failed("HandlerError");
    })
    .await;
    assert!(
        text.starts_with("expected the error HandlerError, found HandlerPanicked"),
        "{text}"
    );
    assert!(
        text.contains("\nlog      panicked: broken is broken"),
        "{text}"
    );
}
