//! What Lambda gets for a batch in which records fail.

use crate::common::{Calls, failures, in_group, message, send, send_to, sqs};
use lambda_api::{
    Api, Error, Json, LambdaContext, State, event_handler, events,
    events::{BatchFailures, Events, Record},
    extract::Deadline,
};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

/// Handles one message, as its text says.
async fn work(calls: &Calls, text: &str) -> Result<(), Error> {
    calls.add(text);
    match text.split_once(' ').map_or("", |(_, fate)| fate) {
        "fails" => return Err(Error::msg("no such order")),
        // Without the panic hook.
        "panics" => std::panic::resume_unwind(Box::new(())),
        "hangs" => std::future::pending().await,
        _ => tokio::time::sleep(Duration::from_millis(10)).await,
    }
    Ok(())
}

#[event_handler(sqs)]
async fn each(State(calls): State<Calls>, text: &str) -> Result<(), Error> {
    work(&calls, text).await
}

#[event_handler(sqs, concurrency = 2)]
async fn two(State(calls): State<Calls>, text: &str) -> Result<(), Error> {
    work(&calls, text).await
}

#[event_handler(kinesis)]
async fn of_stream(State(calls): State<Calls>, text: &str) -> Result<(), Error> {
    work(&calls, text).await
}

#[event_handler(dynamodb)]
async fn of_table(State(calls): State<Calls>, record: &Record) -> Result<(), Error> {
    let fate = if record.id() == Some("10") {
        "fails"
    } else {
        ""
    };
    work(&calls, &format!("change {fate}")).await
}

#[event_handler(sns)]
async fn of_topic(State(calls): State<Calls>, text: &str) -> Result<(), Error> {
    work(&calls, text).await
}

/// Handles an event where partial responses are on. Returns the failures and the calls.
async fn partial(events: Events, event: &Value) -> (Vec<String>, Vec<String>) {
    let calls = Calls::default();
    let api = Api::new().state(calls.clone()).events(events);
    let response = send(api.report_batch_item_failures(true), event)
        .await
        .unwrap();
    let failed = failures(&response).into_iter().map(str::to_owned).collect();
    (failed, calls.take())
}

fn kinesis(texts: &[(&str, &str)]) -> Value {
    let records = texts.iter().map(|(sequence, text)| {
        json!({
            "eventSource": "aws:kinesis", "eventID": format!("shardId-0:{sequence}"),
            "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
            "kinesis": {"partitionKey": "p", "sequenceNumber": sequence, "data": base64(text)},
        })
    });
    json!({"Records": records.collect::<Vec<_>>()})
}

/// Base64 of texts that need no padding or are padded here.
fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let symbol = char::from(ALPHABET[bits >> (18 - 6 * at) & 63]);
            encoded.push(if at > chunk.len() { '=' } else { symbol });
        }
    }
    encoded
}

#[tokio::test(start_paused = true)]
async fn only_failed_messages_are_reported() {
    for (event, failed, handled) in [
        (sqs("q", &["a", "b fails", "c"]), &["m1"][..], 3),
        (sqs("q", &["a panics", "b fails", "c"]), &["m0", "m1"], 3),
        (sqs("q", &["a", "b hangs", "c"]), &["m1"], 3),
        (sqs("q", &["a", "b"]), &[], 2),
        (
            json!({"Records": [message("q", "m0", "a fails"), message("q", "m0", "b fails")]}),
            &["m0"],
            2,
        ),
        // In a standard queue, also a fair one, groups do not matter.
        (
            json!({"Records": [in_group("q", "m0", "g", "a fails"), in_group("q", "m1", "g", "b")]}),
            &["m0"],
            2,
        ),
    ] {
        let (reported, calls) = partial(events![each], &event).await;
        assert_eq!(reported, failed, "{event}");
        assert_eq!(calls.len(), handled, "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn groups_of_a_fifo_queue_stop_at_a_failure() {
    let fifo = |bodies: &[(&str, &str)]| {
        let records = bodies
            .iter()
            .enumerate()
            .map(|(at, (group, body))| match *group {
                "" => message("q.fifo", &format!("m{at}"), body),
                group => in_group("q.fifo", &format!("m{at}"), group, body),
            });
        json!({"Records": records.collect::<Vec<_>>()})
    };
    for (event, failed, handled) in [
        (
            fifo(&[
                ("g", "a"),
                ("h", "b fails"),
                ("g", "c"),
                ("h", "d"),
                ("g", "e"),
            ]),
            &["m1", "m3"][..],
            &["a", "b fails", "c", "e"][..],
        ),
        (
            fifo(&[("g", "a panics"), ("g", "b"), ("h", "c")]),
            &["m0", "m1"],
            &["a panics", "c"],
        ),
        (
            fifo(&[("g", "a hangs"), ("g", "b"), ("h", "c")]),
            &["m0", "m1"],
            &["a hangs", "c"],
        ),
        // Messages without a group are one.
        (
            fifo(&[("", "a fails"), ("g", "b"), ("", "c")]),
            &["m0", "m2"],
            &["a fails", "b"],
        ),
    ] {
        let (reported, mut calls) = partial(events![each], &event).await;
        assert_eq!(reported, failed, "{event}");
        calls.sort();
        assert_eq!(calls, handled, "{event}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_begins_again_at_the_first_failure() {
    let records = |second: &str| {
        kinesis(&[
            ("98", "a"),
            ("99", second),
            ("100", "c"),
            ("101", "d fails"),
        ])
    };
    for (event, failed, handled) in [
        (records("b"), &["101"][..], 4),
        (records("b fails"), &["99"], 2),
        (records("b panics"), &["99"], 2),
        (records("b hangs"), &["99"], 2),
        (kinesis(&[("98", "a"), ("99", "b")]), &[], 2),
    ] {
        let (reported, calls) = partial(events![of_stream], &event).await;
        assert_eq!(reported, failed, "{event}");
        assert_eq!(calls.len(), handled, "{event}");
    }
    let change = |sequence: &str| {
        json!({
            "eventSource": "aws:dynamodb", "dynamodb": {"SequenceNumber": sequence},
            "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/l",
        })
    };
    let event = json!({"Records": [change("9"), change("10"), change("11")]});
    let (reported, calls) = partial(events![of_table], &event).await;
    assert_eq!((reported, calls.len()), (vec!["10".to_owned()], 2));
}

#[tokio::test(start_paused = true)]
async fn at_most_the_given_number_run_at_once() {
    #[derive(Clone, Default)]
    struct Running(Arc<Mutex<(usize, usize)>>);

    async fn one(Running(running): &Running) {
        {
            let mut running = running.lock().unwrap();
            running.0 += 1;
            running.1 = running.1.max(running.0);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        running.lock().unwrap().0 -= 1;
    }
    #[event_handler(sqs)]
    async fn by_default(State(running): State<Running>) {
        one(&running).await;
    }
    #[event_handler(sqs, concurrency = 3)]
    async fn three(State(running): State<Running>) {
        one(&running).await;
    }
    let bodies = vec!["a"; 24];
    for (events, most) in [(events![by_default], 10), (events![three], 3)] {
        let running = Running::default();
        let api = Api::new().state(running.clone()).events(events);
        send(api, &sqs("q", &bodies)).await.unwrap();
        assert_eq!(*running.0.lock().unwrap(), (0, most));
    }
}

#[tokio::test(start_paused = true)]
async fn what_did_not_begin_before_the_deadline_is_reported() {
    let event = sqs("q", &["a", "b hangs", "c hangs", "d", "e"]);
    let (reported, calls) = partial(events![two], &event).await;
    assert_eq!(reported, ["m1", "m2", "m3", "m4"]);
    assert_eq!(calls, ["a", "b hangs", "c hangs"]);

    // The deadline has passed when the batch arrives.
    let calls = Calls::default();
    let api = Api::new().state(calls.clone()).events(events![each]);
    let app = api.report_batch_item_failures(true).build().await.unwrap();
    let mut late = LambdaContext::for_test();
    late.received = late
        .received
        .and_then(|at| at.checked_sub(Duration::from_secs(60)));
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap();
    late.deadline_ms = Some(since.as_millis() as u64 - 1);
    let response = send_to(&app, &sqs("q", &["a", "b"]), late).await.unwrap();
    assert_eq!(failures(&response), ["m0", "m1"]);
    assert!(calls.take().is_empty());
}

#[tokio::test]
async fn a_failure_fails_the_invocation_without_partial_responses() {
    let event = sqs("q", &["a", "b fails"]);
    for (program, variable, is_partial) in [
        (None, None, false),
        (None, Some("true"), true),
        (None, Some("false"), false),
        (Some(false), Some("true"), false),
        (Some(true), Some("false"), true),
    ] {
        let calls = Calls::default();
        let mut api = Api::new().state(calls.clone()).events(events![each]);
        api = api.environment(variable.map(|value| ("LAMBDA_API_PARTIAL", value)));
        if let Some(is_on) = program {
            api = api.report_batch_item_failures(is_on);
        }
        let response = send(api, &event).await;
        match is_partial {
            true => assert_eq!(failures(&response.unwrap()), ["m1"]),
            false => {
                let error = response.unwrap_err();
                assert_eq!(error.error_type(), "BatchFailed");
                assert_eq!(error.to_string(), "1 of 2 records failed");
            }
        }
        assert_eq!(calls.take().len(), 2, "{program:?} {variable:?}");
    }
}

#[tokio::test]
async fn failures_of_other_services_fail_the_invocation() {
    let message = |text: &str| {
        json!({"EventSource": "aws:sns", "Sns": {
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:t", "MessageId": "m", "Message": text,
        }})
    };
    let calls = Calls::default();
    let api = || {
        let api = Api::new().state(calls.clone()).events(events![of_topic]);
        api.report_batch_item_failures(true)
    };
    let event = json!({"Records": [message("a fails"), message("b")]});
    let error = send(api(), &event).await.unwrap_err();
    assert_eq!(error.error_type(), "BatchFailed");
    assert_eq!(calls.take().len(), 2);
    let event = json!({"Records": [message("a"), message("b")]});
    assert_eq!(send(api(), &event).await.unwrap(), Value::Null);
}

#[tokio::test]
async fn records_that_cannot_be_read_fail_alone() {
    #[event_handler(sqs)]
    async fn numbers(Json(_): Json<u64>) {}
    let mut without_body = message("q", "m1", "");
    without_body.as_object_mut().unwrap().remove("body");
    let mut with_number = message("q", "m2", "");
    with_number["body"] = 7.into();
    let event = json!({"Records": [
        message("q", "m0", "7"), without_body, with_number, message("q", "m3", "tea"),
        message("q", "m4", &format!("{}7{}", "[".repeat(999), "]".repeat(999))),
    ]});
    let api = Api::new()
        .events(events![numbers])
        .report_batch_item_failures(true);
    let response = send(api, &event).await.unwrap();
    assert_eq!(failures(&response), ["m1", "m2", "m3", "m4"]);
}

#[tokio::test]
async fn a_failure_that_cannot_be_named_fails_the_invocation() {
    let mut nameless = message("q", "", "b fails");
    nameless.as_object_mut().unwrap().remove("messageId");
    let event = json!({"Records": [message("q", "m0", "a fails"), nameless]});
    let api = Api::new().state(Calls::default()).events(events![each]);
    let error = send(api.report_batch_item_failures(true), &event)
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "2 of 2 records failed");
}

/// Fails the messages with a text that says so.
fn failing(records: &[Record]) -> BatchFailures {
    let fails = |record: &&Record| record.text().is_some_and(|text| text.ends_with("fails"));
    records.iter().filter(fails).collect()
}

#[event_handler(sqs, batch)]
async fn all(messages: &[Record]) -> Result<BatchFailures, Error> {
    match messages.first().and_then(Record::text) {
        Some("error") => Err(Error::msg("no database")),
        Some("hangs") => std::future::pending().await,
        Some("all") => Ok(BatchFailures::all(messages)),
        _ => Ok(failing(messages)),
    }
}

#[event_handler(kinesis, batch)]
fn all_of_stream(records: &[Record]) -> BatchFailures {
    let mut failures = BatchFailures::default();
    assert!(failures.is_empty());
    // In any order.
    failures.extend(
        records
            .iter()
            .rev()
            .filter(|record| record.text().is_some_and(|text| text.ends_with("fails"))),
    );
    failures
}

#[tokio::test(start_paused = true)]
async fn a_handler_of_batches_reports_its_failures() {
    let fifo = json!({"Records": [
        in_group("q.fifo", "m0", "g", "a"), in_group("q.fifo", "m1", "g", "b fails"),
        in_group("q.fifo", "m2", "h", "c"), in_group("q.fifo", "m3", "g", "d"),
    ]});
    for (event, expected) in [
        (sqs("q", &["a", "b fails", "c"]), Ok(&["m1"][..])),
        (sqs("q", &["all", "b"]), Ok(&["m0", "m1"])),
        (sqs("q", &["a"]), Ok(&[])),
        (fifo, Ok(&["m1", "m3"])),
        (
            kinesis(&[("9", "a"), ("10", "b fails"), ("11", "c fails")]),
            Ok(&["10"]),
        ),
        (
            sqs("q", &["error", "b"]),
            Err("the event handler `all` failed"),
        ),
        (
            sqs("q", &["hangs", "b"]),
            Err("the event handler `all` was stopped after 29500 ms, shortly before the deadline"),
        ),
    ] {
        let api = Api::new().events(events![all, all_of_stream]);
        let response = send(api.report_batch_item_failures(true), &event).await;
        match (response, expected) {
            (Ok(response), Ok(failed)) => assert_eq!(failures(&response), failed, "{event}"),
            (Err(error), Err(message)) => {
                let message = message.replace("29500", "");
                let shown = error.to_string().replace(|c: char| c.is_ascii_digit(), "");
                assert_eq!(shown, message.replace(|c: char| c.is_ascii_digit(), ""));
            }
            (found, expected) => panic!("{event}: {found:?}, not {expected:?}"),
        }
    }
}

#[tokio::test]
async fn a_record_of_another_batch_is_never_reported() {
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<Record>>>);

    #[event_handler(sqs, batch)]
    async fn keeping(messages: &[Record], State(Kept(kept)): State<Kept>) -> BatchFailures {
        let mut kept = kept.lock().unwrap();
        kept.extend(messages.iter().cloned());
        kept.iter().collect()
    }
    let api = Api::new().state(Kept::default()).events(events![keeping]);
    let app = api.report_batch_item_failures(true).build().await.unwrap();
    let event = sqs("q", &["a"]);
    let first = send_to(&app, &event, LambdaContext::for_test())
        .await
        .unwrap();
    assert_eq!(failures(&first), ["m0"]);
    let error = send_to(&app, &event, LambdaContext::for_test())
        .await
        .unwrap_err();
    assert_eq!(error.error_type(), "InvalidBatch");
    let expected = "the batch handler reported a record of another batch";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn no_gateway_waits_for_a_batch() {
    #[event_handler(sqs)]
    async fn slow(deadline: Deadline) {
        assert!(deadline.remaining() > Duration::from_secs(20));
        tokio::time::sleep(Duration::from_secs(3)).await;
    }

    let api = Api::new().events(events![slow]);
    let api = api.gateway_timeout(Duration::from_secs(1));
    let response = send(api, &sqs("q", &["a"])).await.unwrap();
    assert!(failures(&response).is_empty(), "{response}");
}
