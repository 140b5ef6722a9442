//! What is logged of a batch.

use super::super::{
    handler::{Call, INVALID},
    list::Events,
    trigger::Trigger,
};
use super::*;
use crate::{Api, LambdaContext};
use std::time::{Duration, SystemTime};

const SQS: fn() -> Trigger = || Trigger::Records {
    kind: RecordKind::Sqs,
    from: None,
};

const KINESIS: fn() -> Trigger = || Trigger::Records {
    kind: RecordKind::Kinesis,
    from: None,
};

static HANDLERS: &[Handler] = &[
    Handler {
        name: "import",
        trigger: KINESIS,
        call: Call::Batch(|event| {
            let failed = |record: &&Record| record.text() == Some("fails");
            let failures = event.records().iter().filter(failed).collect();
            Box::pin(async move { Ok(failures) })
        }),
        ..INVALID
    },
    Handler {
        name: "ship",
        trigger: SQS,
        call: Call::Record(|record| {
            Box::pin(async move {
                tracing::info!(target: "orders", "shipping");
                match record.text() {
                    Some("fails") => Err(Error::msg("no stock").context("shipping an order")),
                    Some("panics") => panic!("no printer"),
                    _ => Ok(()),
                }
            })
        }),
        ..INVALID
    },
];

fn event(queue: &str, bodies: &[&str]) -> String {
    let records = bodies.iter().enumerate().map(|(at, body)| {
        json!({
            "messageId": format!("m{at}"), "eventSource": "aws:sqs", "body": body,
            "eventSourceARN": format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
            "attributes": {"MessageGroupId": "g"},
        })
    });
    json!({"Records": records.collect::<Vec<_>>()}).to_string()
}

/// Handles events one after the other. Returns the log and the errors.
fn handle(partial: Option<bool>, events: &[String]) -> (Vec<serde_json::Value>, Vec<String>) {
    handle_within(partial, events, &LambdaContext::for_test())
}

/// As [`handle`], in the time of this invocation.
fn handle_within(
    partial: Option<bool>,
    events: &[String],
    lambda: &LambdaContext,
) -> (Vec<serde_json::Value>, Vec<String>) {
    let mut errors = Vec::new();
    let records = log::capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        runtime.expect("a runtime").block_on(async {
            let mut api = Api::new()
                .events(Events(HANDLERS))
                .environment(Vec::<(&str, &str)>::new());
            if let Some(is_on) = partial {
                api = api.report_batch_item_failures(is_on);
            }
            let app = api.build().await.expect("no errors");
            for event in events {
                let handled = app.handle_event(event.clone().into(), lambda.clone());
                errors.extend(handled.await.err().map(|error| error.to_string()));
            }
        });
    });
    (records, errors)
}

#[test]
fn a_failure_is_one_record_with_the_message_and_the_handler() {
    let events = [event("q", &["", "fails", "panics"])];
    let (records, errors) = handle(Some(true), &events);
    assert!(errors.is_empty());
    let of = |level: &str| {
        let records = records.iter().filter(|record| record["level"] == level);
        let shown = records.map(|record| {
            assert_eq!(record["handler"], "ship");
            format!(
                "{} {} {}",
                record["record_id"], record["message"], record["cause"]
            )
        });
        shown.collect::<Vec<_>>()
    };
    assert_eq!(
        of("ERROR"),
        [
            r#""m1" "an event handler failed" "shipping an order: no stock""#,
            r#""m2" "an event handler panicked" "no printer""#,
        ]
    );
    assert_eq!(of("INFO").len(), 3);
    assert_eq!(records.len(), 5, "{records:?}");
}

#[test]
fn each_failure_of_a_batch_handler_is_a_record() {
    // "fine", "fails", "fails".
    let data = ["ZmluZQ==", "ZmFpbHM=", "ZmFpbHM="];
    let records = data.iter().enumerate().map(|(at, data)| {
        json!({
            "kinesis": {"sequenceNumber": at.to_string(), "data": data, "partitionKey": "p"},
            "eventSource": "aws:kinesis",
            "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
        })
    });
    let event = json!({"Records": records.collect::<Vec<_>>()}).to_string();
    let (records, errors) = handle(Some(true), &[event]);
    assert!(errors.is_empty(), "{errors:?}");
    let shown = records.iter().map(|record| {
        format!(
            "{} {} {}",
            record["level"], record["handler"], record["record_id"]
        )
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [r#""ERROR" "import" "1""#, r#""ERROR" "import" "2""#]
    );
}

#[test]
fn messages_behind_a_failure_are_counted() {
    let (records, _) = handle(Some(true), &[event("q.fifo", &["fails", "", ""])]);
    let last = records.last().expect("a record");
    assert_eq!(last["level"], "WARN");
    assert_eq!(
        last["message"],
        "records were not handled, because this one failed"
    );
    assert_eq!(
        (&last["count"], &last["record_id"]),
        (&json!(2), &json!("m0"))
    );
}

#[test]
fn that_partial_responses_are_off_is_said_once() {
    let events = [event("q", &["fails"]), event("q", &["fails"])];
    for (partial, warnings) in [(None, 1), (Some(false), 0)] {
        let (records, errors) = handle(partial, &events);
        let count = records
            .iter()
            .filter(|record| record["level"] == "WARN")
            .count();
        assert_eq!(count, warnings, "{partial:?}");
        // What the handler said is in the log alone.
        assert_eq!(errors, ["1 of 1 records failed", "1 of 1 records failed"]);
    }
}

#[test]
fn messages_that_had_not_begun_are_counted_once() {
    let mut late = LambdaContext::for_test();
    late.received = late
        .received
        .and_then(|at| at.checked_sub(Duration::from_secs(60)));
    let deadline = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    late.deadline_ms = deadline.map(|ms| ms.as_millis() as u64 - 1).ok();
    for (queue, bodies) in [("q", vec![""; 50]), ("q.fifo", vec![""; 50])] {
        let (records, errors) = handle_within(Some(true), &[event(queue, &bodies)], &late);
        assert!(errors.is_empty(), "{errors:?}");
        let [one] = &*records else {
            panic!("{records:?}");
        };
        let expected = "records were not handled, because the deadline was near";
        assert_eq!(
            (&one["level"], &one["message"]),
            (&json!("WARN"), &json!(expected))
        );
        assert_eq!(
            (&one["count"], &one["record_id"]),
            (&json!(50), &json!("m0"))
        );
    }
}
