//! Events of each service in the form of its documentation, through the command line.
#![cfg(debug_assertions)]

use lambda_api_testing_internal::{Run, run};
use serde_json::{Value, json};
use std::process::Command;

const ORDERS_TABLE: &str =
    "arn:aws:dynamodb:eu-west-1:123456789012:table/Orders/stream/2026-01-01T00:00:00.000";
const CLICKS: &str = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";

fn invoke(event: &Value) -> Run {
    let mut sources = Command::new(env!("CARGO_BIN_EXE_sources"));
    sources
        .args(["invoke", "-"])
        .env_remove("LAMBDA_API_PARTIAL")
        .env("ORDERS_QUEUE", "orders")
        .env("INVOICES_QUEUE", "invoices")
        .env("UPLOADS_BUCKET", "uploads")
        .env("NEWS_TOPIC", "news")
        .env("ORDERS_TABLE", ORDERS_TABLE)
        .env("CLICKS", CLICKS);
    run(&mut sources, event.to_string().as_bytes())
}

fn is_taken_by(handler: &str, event: &Value, expected: &Value) {
    let Run { code, out, log } = invoke(event);
    assert_eq!(code, Some(0), "{event}\n{log}");
    let taken = format!("\ntaken by {handler} (testing/programs/sources/src/main.rs:");
    assert!(log.contains(&taken), "{event}\n{log}");
    assert!(
        log.contains(&format!("handled by {handler}")),
        "{event}\n{log}"
    );
    let response: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(response, *expected, "{event}");
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
fn sns(topic: &str) -> Value {
    json!({"Records": [{
        "EventVersion": "1.0",
        "EventSubscriptionArn": format!("arn:aws:sns:eu-west-1:123456789012:{topic}:21be56ed-a058-49f5-8c98-aedd2564c486"),
        "EventSource": "aws:sns",
        "Sns": {
            "SignatureVersion": "1",
            "Timestamp": "2026-01-02T12:45:07.000Z",
            "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j6BIe",
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-ac565b8b.pem",
            "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            "Message": "news",
            "MessageAttributes": {
                "Test": {"Type": "String", "Value": "TestString"},
                "TestBinary": {"Type": "Binary", "Value": "TestBinary"},
            },
            "Type": "Notification",
            "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
            "TopicArn": format!("arn:aws:sns:eu-west-1:123456789012:{topic}"),
            "Subject": "TestInvoke",
        },
    }]})
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>
fn dynamodb(stream: &str) -> Value {
    let record = |id: &str, name: &str, sequence: &str, images: Value| {
        let mut change = json!({
            "Keys": {"Id": {"N": "101"}},
            "SequenceNumber": sequence,
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            "ApproximateCreationDateTime": 1_428_537_600,
        });
        for (member, image) in images.as_object().unwrap() {
            change[member] = image.clone();
        }
        json!({
            "eventID": id,
            "eventVersion": "1.0",
            "dynamodb": change,
            "awsRegion": "eu-west-1",
            "eventName": name,
            "eventSourceARN": stream,
            "eventSource": "aws:dynamodb",
        })
    };
    let image = json!({"Message": {"S": "New item!"}, "Id": {"N": "101"}});
    json!({"Records": [
        record("1", "INSERT", "111", json!({"NewImage": image})),
        record("2", "MODIFY", "222", json!({"NewImage": image, "OldImage": image})),
        record("3", "REMOVE", "333", json!({"OldImage": image})),
    ]})
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html>
fn kinesis(stream: &str) -> Value {
    json!({"Records": [{
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
            "data": "SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==",
            "approximateArrivalTimestamp": 1_545_084_650.987,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": "shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/lambda-role",
        "awsRegion": "eu-west-1",
        "eventSourceARN": stream,
    }]})
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html>
fn scheduled(source: &str, detail: &Value, resource: &str) -> Value {
    json!({
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": source,
        "account": "123456789012",
        "time": "2026-01-02T16:53:06Z",
        "region": "eu-west-1",
        "resources": [resource],
        "detail": detail,
    })
}

#[test]
fn each_documented_event_reaches_its_handler() {
    let failures = json!({"batchItemFailures": []});
    let null = Value::Null;
    let rule = "arn:aws:events:eu-west-1:123456789012:rule";
    let schedule = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/often";
    for (handler, event, expected) in [
        ("announce", sns("news"), &null),
        ("wake_up", sns("alarms"), &null),
        ("index", dynamodb(ORDERS_TABLE), &failures),
        (
            "reprice",
            dynamodb(&ORDERS_TABLE.replace("Orders", "prices")),
            &failures,
        ),
        ("count", kinesis(CLICKS), &failures),
        (
            "rank",
            kinesis(&CLICKS.replace("clicks", "views")),
            &failures,
        ),
        (
            "clean_up",
            scheduled("aws.events", &json!({}), &format!("{rule}/nightly")),
            &null,
        ),
        // EventBridge Scheduler without an input of its own, and with one.
        (
            "refresh",
            scheduled("aws.scheduler", &json!("{}"), schedule),
            &null,
        ),
        ("other", json!({"job": "report", "day": 7}), &null),
    ] {
        is_taken_by(handler, &event, expected);
    }
}

#[test]
fn events_of_other_sources_are_taken_by_nothing() {
    for event in [
        sns("gossip"),
        kinesis(&CLICKS.replace("clicks", "likes")),
        dynamodb(&ORDERS_TABLE.replace("Orders", "Users")),
    ] {
        let Run { code, out, log } = invoke(&event);
        assert_eq!((code, &*out), (Some(1), ""), "{log}");
        assert!(log.contains("UnsupportedEvent: "), "{log}");
        assert!(!log.contains("taken by"), "{log}");
    }
}

#[test]
fn a_variable_that_is_missing_has_a_hint() {
    let mut sources = Command::new(env!("CARGO_BIN_EXE_sources"));
    sources.args(["invoke", "-"]).env_remove("ORDERS_QUEUE");
    let Run { code, log, .. } = run(&mut sources, b"{}");
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.ends_with("`env(\"ORDERS_QUEUE\").locally(\"..\")`\n"),
        "{log}"
    );
}
