//! Which handler takes an event.

use crate::common::{Calls, message, send, sqs};
use lambda_api::{
    Api, Error, Json, LambdaContext, State, api_handler, env, event_handler, events,
    events::{BatchFailures, Event, Kinds, Meta, Record, Sqs},
    routes,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;

#[derive(Deserialize)]
struct Order<'e> {
    #[serde(borrow)]
    sku: Cow<'e, str>,
}

#[event_handler(sqs(from = env("ORDERS_QUEUE")))]
async fn ship(
    Json(order): Json<Order<'_>>,
    State(calls): State<Calls>,
    Meta(message): Meta<Sqs>,
    lambda: &LambdaContext,
) -> Result<(), Error> {
    calls.add(format!(
        "ship {} {} {}",
        order.sku,
        message.message_id(),
        lambda.request_id.len()
    ));
    if order.sku == "bad" {
        return Err(Error::msg("no such thing"));
    }
    Ok(())
}

#[event_handler(sqs(from = "imports"), batch)]
async fn import(State(calls): State<Calls>, messages: &[Record]) -> BatchFailures {
    let texts: Vec<_> = messages.iter().map(|it| it.text().unwrap()).collect();
    for message in messages {
        assert_eq!(
            message.read::<Value>().unwrap()["body"],
            message.text().unwrap()
        );
        let error = message.read::<u8>().unwrap_err().to_string();
        assert!(error.starts_with("the record does not fit: "), "{error}");
    }
    calls.add(format!("import {}", texts.join(" ")));
    BatchFailures::default()
}

#[event_handler(any(key = "job"))]
fn job(State(calls): State<Calls>, event: &Event) -> Json<Value> {
    calls.add("job");
    let Json(value) = event.extract::<Json<Value>>().unwrap();
    assert_eq!(event.read::<Value>().unwrap(), value);
    let error = event.read::<Vec<u8>>().unwrap_err().to_string();
    assert!(error.starts_with("the event does not fit: "), "{error}");
    Json(json!({"keys": event.keys()}))
}

#[event_handler(s3(from = "arn:aws:s3:::uploads"))]
async fn stored(State(calls): State<Calls>) {
    calls.add("stored");
}

#[api_handler(GET "/")]
async fn index() -> &'static str {
    "index"
}

fn api(calls: &Calls) -> Api {
    Api::new()
        .state(calls.clone())
        .environment([("ORDERS_QUEUE", "arn:aws:sqs:eu-west-1:123456789012:orders")])
        .routes(routes![index])
        .events(events![ship, import, stored, job])
}

#[tokio::test]
async fn each_event_reaches_its_handler() {
    let calls = Calls::default();
    for (event, expected_calls, response) in [
        (
            sqs("orders", &[r#"{"sku": "tea"}"#, r#"{"sku": "a\nb"}"#]),
            &["ship tea m0 36", "ship a\nb m1 36"][..],
            json!({"batchItemFailures": []}),
        ),
        (
            sqs("imports", &["a", "b"]),
            &["import a b"],
            json!({"batchItemFailures": []}),
        ),
        (
            json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads"}),
            &[],
            Value::Null,
        ),
        (
            json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "others"}),
            &[],
            Value::Null,
        ),
        (
            json!({"job": 1, "none": null}),
            &["job"],
            json!({"keys": ["job"]}),
        ),
        (
            json!({"rawPath": "/", "job": 1, "requestContext": {"http": {"method": "GET"}}}),
            &[],
            json!({"statusCode": 200, "body": "index", "isBase64Encoded": false, "cookies": [],
                "headers": {"content-type": "text/plain; charset=utf-8"}}),
        ),
    ] {
        let found = send(api(&calls), &event).await.unwrap();
        assert_eq!(found, response, "{event}");
        assert_eq!(calls.take(), expected_calls, "{event}");
    }
}

#[tokio::test]
async fn a_failed_record_fails_the_invocation() {
    let calls = Calls::default();
    let event = sqs("orders", &[r#"{"sku": "bad"}"#, r#"{"sku": "tea"}"#]);
    let error = send(api(&calls), &event).await.unwrap_err();
    assert_eq!(error.error_type(), "BatchFailed");
    assert_eq!(error.to_string(), "1 of 2 records failed");
    assert_eq!(calls.take(), ["ship bad m0 36", "ship tea m1 36"]);
}

#[tokio::test]
async fn an_event_that_nothing_takes_fails() {
    for (event, expected) in [
        (
            sqs("others", &["{}"]),
            "no handler takes records of sqs from `arn:aws:sqs:eu-west-1:123456789012:others`; handlers of this \
             kind: `ship` (sqs(from = arn:aws:sqs:eu-west-1:123456789012:orders)), `import` (sqs(from = imports))",
        ),
        (
            json!({"Records": [{"eventSource": "aws:dynamodb", "eventSourceARN": "a".repeat(300)}]}),
            &format!(
                "no handler takes records of dynamodb from `{}..`; there is no handler of this kind",
                "a".repeat(200)
            ),
        ),
        (
            json!({"source": "shop", "detail-type": "Placed", "detail": {}}),
            "no handler takes the event of EventBridge with the source `shop` and the detail type `Placed`; there \
             is no handler of this kind",
        ),
        (
            json!({"Records": []}),
            "no handler takes an event without records, as that of a tumbling window",
        ),
        (
            json!({"Records": [{"eventSource": "aws:sqs"}]}),
            "no handler takes records of sqs without `eventSourceARN`; handlers of this kind: `ship` (sqs(from = \
             arn:aws:sqs:eu-west-1:123456789012:orders)), `import` (sqs(from = imports))",
        ),
        (
            json!({"Records": [{"eventSource": "aws:ses"}]}),
            "no handler takes records of `aws:ses`, which has no kind of its own: `any(key = \"Records\")` takes its \
             events",
        ),
        (json!({"Records": [7]}), "`Records`"),
        (
            json!({"source": "serverless-plugin-warmup"}),
            "found `source`",
        ),
    ] {
        let error = send(api(&Calls::default()), &event).await.unwrap_err();
        assert_eq!(error.error_type(), "UnsupportedEvent");
        let is_general = error.to_string().contains("looked for `httpMethod`");
        match expected.starts_with("no handler") {
            true => assert_eq!(error.to_string(), expected),
            false => assert!(error.to_string().contains(expected), "{error}"),
        }
        assert_eq!(is_general, !expected.starts_with("no handler"), "{error}");
        assert!(error.unsupported().is_some());
    }
}

#[tokio::test]
async fn warm_ups_are_acknowledged_where_the_api_says_so() {
    let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
    for (event, is_acknowledged) in [
        (scheduled, true),
        (json!({"source": "serverless-plugin-warmup"}), true),
        (
            json!({"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}),
            true,
        ),
        (json!({"warmer": true}), true),
        (
            json!({"source": "shop.orders", "detail-type": "Placed"}),
            false,
        ),
        (json!({"warmer": "yes"}), false),
    ] {
        let api = Api::new().on_other_event(events::warm_up);
        let response = send(api, &event).await;
        match is_acknowledged {
            true => assert_eq!(response.unwrap(), Value::Null, "{event}"),
            false => assert_eq!(response.unwrap_err().error_type(), "UnsupportedEvent"),
        }
    }
}

#[tokio::test]
async fn other_events_have_their_records() {
    let respond = |event: &Event| {
        let texts: Vec<_> = event.records().iter().map(|record| record.text()).collect();
        (!texts.is_empty()).then(|| json!(texts))
    };
    let api = || api(&Calls::default()).on_other_event(respond);
    let response = send(api(), &sqs("others", &["a", "b"])).await;
    assert_eq!(response.unwrap(), json!(["a", "b"]));
    for (event, expected) in [
        (
            json!({"Records": [message("others", "m0", "a"), message("more", "m1", "b")]}),
            "InvalidBatch",
        ),
        (
            json!({"Records": [{"eventSource": "aws:ses"}]}),
            "UnsupportedEvent",
        ),
    ] {
        let error = send(api(), &event).await.unwrap_err();
        assert_eq!(error.error_type(), expected, "{event}");
    }
}

#[tokio::test]
async fn a_schedule_of_another_rule_is_not_a_warm_up() {
    #[event_handler(schedule(rule = "nightly"))]
    async fn nightly() {}

    let scheduled = |rule: &str| {
        json!({
            "source": "aws.events", "detail-type": "Scheduled Event", "detail": {},
            "resources": [format!("arn:aws:events:eu-west-1:123456789012:rule/{rule}")],
        })
    };
    let api = || {
        Api::new()
            .events(events![nightly])
            .on_other_event(events::warm_up)
    };
    let plugin = json!({"source": "serverless-plugin-warmup"});
    for event in [scheduled("nightly"), plugin] {
        assert_eq!(send(api(), &event).await.unwrap(), Value::Null, "{event}");
    }
    let error = send(api(), &scheduled("renamed")).await.unwrap_err();
    assert_eq!(error.error_type(), "UnsupportedEvent");
}

#[tokio::test]
async fn an_event_that_two_handlers_take_fails() {
    #[event_handler(event_bridge(detail("state" = "paid")))]
    async fn paid(State(calls): State<Calls>) {
        calls.add("paid");
    }
    #[event_handler(event_bridge(source = "shop", detail("state" = "sent")))]
    async fn sent(State(calls): State<Calls>) {
        calls.add("sent");
    }
    #[event_handler(any)]
    async fn other() {}

    let calls = Calls::default();
    let api = || {
        Api::new()
            .state(calls.clone())
            .events(events![other, paid, sent])
    };
    let event = |source: &str, states: &[&str]| json!({"source": source, "detail-type": "t", "detail": {"state": states}});
    for (event, expected) in [
        (event("shop", &["paid"]), "paid"),
        (event("shop", &["sent", "sent"]), "sent"),
        (event("other", &["paid", "sent"]), "paid"),
    ] {
        send(api(), &event).await.unwrap();
        assert_eq!(calls.take(), [expected], "{event}");
    }
    let error = send(api(), &event("shop", &["paid", "sent"]))
        .await
        .unwrap_err();
    assert_eq!(error.error_type(), "UnsupportedEvent");
    assert_eq!(
        error.to_string(),
        "an array in the detail of the event fits two handlers: `paid` (event_bridge(detail(state = paid))) and \
         `sent` (event_bridge(source = shop, detail(state = sent)))"
    );
    assert!(calls.take().is_empty());
}

#[tokio::test]
async fn errors_of_the_build_are_reported_together() {
    #[event_handler(sqs)]
    async fn any_queue(State(_): State<u64>) {}

    #[event_handler(s3(from = "s3://uploads"))]
    async fn no_bucket() {}

    #[event_handler(schedule("rate(1 hour)"))]
    async fn hourly() {}

    #[event_handler(schedule("rate(1 day)", rule = "daily"))]
    async fn daily() {}

    let api = Api::new().events(events![ship, import, any_queue, no_bucket, hourly, daily]);
    let errors = api
        .environment([("LAMBDA_API_PARTIAL", "on")])
        .build()
        .await
        .unwrap_err()
        .to_string();
    for expected in [
        "the environment variable `ORDERS_QUEUE` for `from` is missing or empty",
        "`LAMBDA_API_PARTIAL`: expected `true` or `false`, found `on`",
        "needs `State<u64>`, but there is no `.state(..)`",
        "`schedule(rate(1 day), rule = daily)`: give each schedule a `rule`",
        "`from`: expected a name or an ARN, found `s3://uploads`",
        "take the same events: `sqs(from = imports)` and `sqs`",
    ] {
        assert!(errors.contains(expected), "{errors}");
    }
}

#[tokio::test]
async fn handlers_of_nested_apis_are_added() {
    let calls = Calls::default();
    let nested = Api::new().events(events![job]);
    let api = Api::new().state(calls.clone()).nest("/v1", nested);
    send(api, &json!({"job": 1})).await.unwrap();
    assert_eq!(calls.take(), ["job"]);
}

#[test]
fn kinds_are_sets() {
    let both = Kinds::SQS.or(Kinds::S3);
    assert!(both.contains(Kinds::S3) && !both.contains(Kinds::SNS));
    assert!(Kinds::ALL.contains(both) && !Kinds::SQS.contains(both));
}

#[tokio::test]
async fn settings_of_the_whole_api_are_not_nested() {
    let nested = Api::new().report_batch_item_failures(true);
    let nested = nested.on_other_event(events::warm_up);
    let error = Api::new().nest("/v1", nested).build().await.unwrap_err();
    for name in ["report_batch_item_failures", "on_other_event"] {
        let expected = format!("`{name}` is set on the API nested at `/v1`");
        assert!(error.to_string().contains(&expected), "{error}");
    }
}

#[tokio::test]
async fn a_batch_of_two_sources_reaches_no_handler() {
    let calls = Calls::default();
    let order = r#"{"sku": "tea"}"#;
    let first = message("orders", "m0", order);
    let other = |change: &dyn Fn(&mut Value)| {
        let mut record = message("orders", "m1", order);
        change(&mut record);
        record
    };
    for second in [
        message("imports", "m1", order),
        other(&|record| record["eventSource"] = "aws:kinesis".into()),
        other(&|record| record["eventSource"] = 7.into()),
        other(&|record| record["messageId"] = 7.into()),
        json!("tea"),
        Value::Null,
    ] {
        let event = json!({"Records": [first, second]});
        let api = api(&calls).report_batch_item_failures(true);
        let error = send(api, &event).await.unwrap_err();
        assert_eq!(error.error_type(), "InvalidBatch", "{event}");
        assert_eq!(error.to_string(), "the records of the batch are invalid");
        assert!(calls.take().is_empty(), "{event}");
    }
}

#[tokio::test]
async fn a_panic_beside_the_handlers_fails_the_event() {
    /// An error that cannot be logged.
    #[derive(Debug)]
    struct Unprintable;

    impl std::error::Error for Unprintable {}

    impl std::fmt::Display for Unprintable {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            // Without the panic hook.
            std::panic::resume_unwind(Box::new(()))
        }
    }

    #[event_handler(any(key = "job"))]
    async fn unprintable() -> Result<(), Unprintable> {
        Err(Unprintable)
    }

    let subscriber = tracing_subscriber::fmt().with_writer(std::io::sink);
    let _subscriber = tracing::subscriber::set_default(subscriber.finish());
    for event in [sqs("others", &["{}"]), json!({"job": 1})] {
        let api = Api::new().events(events![unprintable]);
        let api = api.on_other_event(|_| std::panic::resume_unwind(Box::new(())));
        let error = send(api, &event).await.unwrap_err();
        assert_eq!(error.error_type(), "HandlerPanicked", "{event}");
        assert_eq!(error.to_string(), "the handling of the event panicked");
    }
}
