//! Notifications in messages of other services.

use crate::common::{Calls, send, sqs};
use lambda_api::{
    Api, State, event_handler, events,
    events::{BusEvent, Events, Notification, S3, S3Objects},
};
use serde_json::{Value, json};

fn s3_records(keys: &[&str]) -> Value {
    let record = |key: &&str| {
        json!({
            "eventSource": "aws:s3", "awsRegion": "eu-west-1", "eventName": "ObjectCreated:Put",
            "eventTime": "2026-01-02T03:04:05.678Z",
            "s3": {"bucket": {"name": "uploads"}, "object": {"key": key, "size": 7}},
        })
    };
    json!({"Records": keys.iter().map(record).collect::<Vec<_>>()})
}

fn created_through_event_bridge() -> Value {
    json!({
        "version": "0", "id": "e1", "detail-type": "Object Created", "source": "aws.s3",
        "account": "123456789012", "time": "2026-01-02T03:04:05Z", "region": "eu-west-1",
        "resources": ["arn:aws:s3:::uploads"],
        "detail": {
            "bucket": {"name": "uploads"}, "reason": "PutObject",
            "object": {"key": "a+b.jpg", "size": 7, "etag": "e", "version-id": "v"},
        },
    })
}

fn test_event() -> Value {
    json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "uploads"})
}

fn in_sns(message: &str) -> Value {
    json!({"Records": [{"EventSource": "aws:sns", "Sns": {
        "MessageId": "m1", "Message": message, "Timestamp": "t",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:topic",
    }}]})
}

/// The body of a message of SQS, from a topic.
fn from_topic(message: &str) -> String {
    json!({
        "Type": "Notification", "MessageId": "n1", "Message": message, "Timestamp": "t",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:topic", "Subject": "s",
        "MessageAttributes": {"tenant": {"Type": "String", "Value": "blue"}},
    })
    .to_string()
}

async fn call(events: Events, event: &Value) -> Result<Vec<String>, String> {
    let calls = Calls::default();
    let api = Api::new().state(calls.clone()).events(events);
    let sent = send(api, event).await;
    sent.map(|_| calls.take())
        .map_err(|error| error.to_string())
}

fn note(calls: &Calls, objects: S3Objects) {
    let keys: Vec<_> = objects.iter().map(S3::key).collect();
    assert_eq!(
        (keys.len(), keys.is_empty()),
        (objects.len(), objects.is_empty())
    );
    calls.add(keys.join(" "));
    assert!(objects.into_iter().all(|object| object.is_created()));
}

#[event_handler(s3)]
async fn of_s3(State(calls): State<Calls>, objects: S3Objects) {
    note(&calls, objects);
}

#[event_handler(sqs)]
async fn of_sqs(State(calls): State<Calls>, objects: S3Objects) {
    note(&calls, objects);
}

#[event_handler(sns)]
async fn of_sns(State(calls): State<Calls>, objects: S3Objects) {
    note(&calls, objects);
}

#[event_handler(event_bridge(source = "aws.s3", detail("bucket.name" = "uploads")))]
async fn of_event_bridge(State(calls): State<Calls>, objects: S3Objects) {
    note(&calls, objects);
}

#[tokio::test]
async fn objects_of_s3_come_through_every_service() {
    let text = |event: &Value| event.to_string();
    let two = s3_records(&["a+b.jpg", "c"]);
    let bridged = created_through_event_bridge();
    let test = test_event();
    for (event, expected) in [
        (two.clone(), &["a b.jpg", "c"][..]),
        (test.clone(), &[]),
        (sqs("q", &[&text(&two)]), &["a b.jpg c"]),
        (sqs("q", &[&text(&bridged)]), &["a+b.jpg"]),
        (sqs("q", &[&text(&test), &text(&two)]), &["", "a b.jpg c"]),
        (sqs("q", &[&from_topic(&text(&two))]), &["a b.jpg c"]),
        (sqs("q", &[&from_topic(&text(&test))]), &[""]),
        (in_sns(&text(&two)), &["a b.jpg c"]),
        (in_sns(&text(&bridged)), &["a+b.jpg"]),
        (in_sns(&text(&test)), &[""]),
        (bridged.clone(), &["a+b.jpg"]),
    ] {
        let events = events![of_s3, of_sqs, of_sns, of_event_bridge];
        assert_eq!(call(events, &event).await.unwrap(), expected, "{event}");
    }
}

#[tokio::test]
async fn other_content_is_no_notification() {
    let nested = from_topic(&from_topic(&s3_records(&["a"]).to_string()));
    for body in [
        "tea",
        "{}",
        "[]",
        r#"{"Records": 7}"#,
        r#"{"Records": [{"eventSource": "aws:sqs"}]}"#,
        r#"{"Event": "s3:OtherEvent"}"#,
        r#"{"source": "aws.ec2", "detail": {}}"#,
        &s3_records(&["%FF"]).to_string(),
        &nested,
    ] {
        let failed = call(events![of_sqs], &sqs("q", &[body])).await;
        assert_eq!(failed, Err("1 of 1 records failed".to_owned()), "{body}");
    }
}

#[tokio::test]
async fn messages_of_sns_come_through_a_queue() {
    #[event_handler(sqs)]
    async fn queued(State(calls): State<Calls>, order: Notification<u64>) {
        calls.add(format!("{} {:?}", order.message, order.meta));
        assert_eq!(order.meta.subject(), Some("s"));
        assert_eq!(order.meta.attribute("tenant").unwrap().text(), Some("blue"));
    }
    #[event_handler(sns)]
    async fn direct(State(calls): State<Calls>, order: Notification<u64>) {
        calls.add(format!("{} {:?}", order.message, order.meta));
    }
    let topic = "arn:aws:sns:eu-west-1:123456789012:topic";
    let shown = |id: &str| format!("7 Sns {{ message_id: \"{id}\", topic_arn: \"{topic}\", .. }}");
    let events = events![queued, direct];
    let through = call(events, &sqs("q", &[&from_topic("7")])).await;
    assert_eq!(through, Ok(vec![shown("n1")]));
    assert_eq!(call(events, &in_sns("7")).await, Ok(vec![shown("m1")]));
    // Raw message delivery, and another message.
    for body in ["7", &from_topic("tea")] {
        assert!(call(events, &sqs("q", &[body])).await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn events_of_event_bridge_come_through_other_services() {
    fn note(calls: &Calls, event: &BusEvent<Value>) {
        calls.add(format!("{} {}", event.meta.id(), event.detail["reason"]));
    }
    #[event_handler(sqs)]
    async fn queued(State(calls): State<Calls>, event: BusEvent<Value>) {
        note(&calls, &event);
    }
    #[event_handler(sns)]
    async fn notified(State(calls): State<Calls>, event: BusEvent<Value>) {
        note(&calls, &event);
    }
    #[event_handler(kinesis)]
    async fn streamed(State(calls): State<Calls>, event: BusEvent<Value>) {
        note(&calls, &event);
    }
    let in_stream = |data: &str| {
        let data = base64_simd::STANDARD.encode_to_string(data);
        json!({"Records": [{"eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": "1", "data": data}}]})
    };
    let event = created_through_event_bridge().to_string();
    for (event, other) in [
        (sqs("q", &[&event]), sqs("q", &["{}"])),
        (in_sns(&event), in_sns("{}")),
        (in_stream(&event), in_stream("{}")),
    ] {
        let handlers = || events![queued, notified, streamed];
        let through = call(handlers(), &event).await;
        assert_eq!(through, Ok(vec!["e1 \"PutObject\"".to_owned()]), "{event}");
        assert!(call(handlers(), &other).await.is_err(), "{other}");
    }
}
