//! What each kind of event gives to its handlers.

use crate::common::{Calls, send, sqs};
use lambda_api::{
    Api, Error, Json, LambdaContext, State,
    bytes::Bytes,
    event_handler, events,
    events::{
        BusEvent, Change, ChangeKind, DynamoDb, Event, EventBridge, Kinesis, Meta, Notification,
        Record, S3, S3Objects, Schedule, Sns, Sqs,
    },
    extract::Deadline,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

/// The call that an event causes.
async fn call(events: events::Events, event: &Value) -> String {
    let calls = Calls::default();
    let api = Api::new().state(calls.clone()).events(events);
    send(api, event).await.unwrap();
    calls.take().join("; ")
}

fn millis(time: Option<SystemTime>) -> u128 {
    let since = time.unwrap().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_millis()
}

#[tokio::test]
async fn a_message_of_sqs_has_its_content_and_meta() {
    #[event_handler(sqs)]
    async fn handle(
        State(calls): State<Calls>,
        Meta(message): Meta<Sqs>,
        text: &str,
        bytes: &[u8],
        record: &Record,
        number: Result<Json<u64>, Error>,
    ) {
        assert_eq!(text.as_bytes(), bytes);
        assert_eq!(record.id(), Some(message.message_id()));
        calls.add(format!(
            "{text} {} {} {} {} {} {} {} {:?} {}",
            message.message_id(),
            message.queue_arn(),
            message.region(),
            message.receive_count(),
            millis(message.sent_at()),
            millis(message.first_received_at()),
            message.sender_id().unwrap(),
            message.attribute("tenant").unwrap().text(),
            number.is_ok(),
        ));
        assert_eq!(message.attributes().count(), 1);
        assert_eq!(message.receipt_handle(), "AQEB");
        let shown = format!("{message:?} {record:?}");
        assert!(!shown.contains("AQEB") && !shown.contains(text), "{shown}");
    }
    let expected = "tea m0 arn:aws:sqs:eu-west-1:123456789012:orders eu-west-1 2 1545082649183 \
                    1545082649185 AIDA Some(\"blue\") false";
    assert_eq!(
        call(events![handle], &sqs("orders", &["tea"])).await,
        expected
    );
}

#[tokio::test]
async fn an_object_of_s3_has_its_key_and_meta() {
    #[event_handler(s3(from = "uploads"))]
    async fn handle(State(calls): State<Calls>, Meta(object): Meta<S3>, lambda: LambdaContext) {
        assert!(!lambda.request_id.is_empty());
        calls.add(format!(
            "{} {} {} {:?} {:?} {:?} {:?} {} {}",
            object.event_name(),
            object.bucket(),
            object.key(),
            object.size(),
            object.etag(),
            object.version_id(),
            object.sequencer(),
            millis(object.time()),
            object.region(),
        ));
    }
    let record = |name: &str, object: Value| {
        json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": "eu-west-1",
            "eventTime": "2026-01-02T03:04:05.678Z", "eventName": name,
            "userIdentity": {"principalId": "A"}, "requestParameters": {"sourceIPAddress": "192.0.2.1"},
            "responseElements": {"x-amz-request-id": "B"},
            "s3": {
                "s3SchemaVersion": "1.0", "configurationId": "c",
                "bucket": {"name": "uploads", "ownerIdentity": {"principalId": "A"}, "arn": "arn:aws:s3:::uploads"},
                "object": object,
            },
            "glacierEventData": {"restoreEventData": {"lifecycleRestoreStorageClass": "STANDARD"}},
            "replicationEventData": {"s3Operation": "OBJECT_PUT"},
        }]})
    };
    let put = record(
        "ObjectCreated:Put",
        json!({"key": "a+b%2F%C3%A9.jpg", "size": 7, "eTag": "e", "versionId": "v", "sequencer": "0A"}),
    );
    assert_eq!(
        call(events![handle], &put).await,
        "ObjectCreated:Put uploads a b/é.jpg Some(7) Some(\"e\") Some(\"v\") Some(\"0A\") \
         1767323045678 eu-west-1"
    );
    let removed = record("ObjectRemoved:Delete", json!({"key": "a"}));
    assert_eq!(
        call(events![handle], &removed).await,
        "ObjectRemoved:Delete uploads a None None None None 1767323045678 eu-west-1"
    );
}

#[tokio::test]
async fn a_message_of_sns_has_its_content_and_meta() {
    #[event_handler(sns(from = "orders"))]
    async fn handle(State(calls): State<Calls>, Meta(message): Meta<Sns>, Json(n): Json<u64>) {
        calls.add(format!(
            "{n} {} {} {:?} {} {:?} {}",
            message.message_id(),
            message.topic_arn(),
            message.subject(),
            millis(message.sent_at()),
            message.attribute("tenant").unwrap().text(),
            message.attributes().count(),
        ));
    }
    let event = json!({"Records": [{
        "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:eu-west-1:123456789012:orders:1",
        "EventSource": "aws:sns",
        "Sns": {
            "Type": "Notification", "MessageId": "m1", "Message": "7", "Subject": null,
            "TopicArn": "arn:aws:sns:eu-west-1:123456789012:orders",
            "Timestamp": "2026-01-02T03:04:05.678Z", "SignatureVersion": "1", "Signature": "s",
            "MessageAttributes": {"tenant": {"Type": "String", "Value": "blue"}},
        },
    }]});
    assert_eq!(
        call(events![handle], &event).await,
        "7 m1 arn:aws:sns:eu-west-1:123456789012:orders None 1767323045678 \
         Some(\"blue\") 1"
    );
}

#[derive(Debug, Deserialize)]
struct Order {
    sku: String,
    amount: u64,
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct Key {
    id: String,
}

fn change(name: &str, images: &Value) -> Value {
    let mut change = json!({
        "ApproximateCreationDateTime": 1_428_537_600.5,
        "Keys": {"id": {"S": "o1"}},
        "SequenceNumber": "100", "SizeBytes": 26, "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    let members = change.as_object_mut().unwrap();
    members.extend(images.as_object().unwrap().clone());
    json!({"Records": [{
        "eventID": "e1", "eventName": name, "eventVersion": "1.1", "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1", "dynamodb": change,
        "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000",
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
    }]})
}

#[event_handler(dynamodb(from = "orders"))]
async fn changed(
    State(calls): State<Calls>,
    Meta(meta): Meta<DynamoDb>,
    change: Change<Order, Key>,
    keys: Change<HashMap<String, Value>>,
) {
    assert_eq!(change.kind, meta.kind());
    assert_eq!(keys.new.is_some(), change.new.is_some());
    let amount = |order: &Option<Order>| {
        order
            .as_ref()
            .map(|order| format!("{} {} {}", order.sku, order.amount, order.tags.len()))
    };
    calls.add(format!(
        "{:?} {} {:?} {:?} {} {} {} {} {:?} {:?} {}",
        change.kind,
        change.keys.id,
        amount(&change.old),
        amount(&change.new),
        meta.event_id(),
        meta.sequence_number(),
        meta.table(),
        meta.is_expired(),
        meta.size(),
        meta.view_type(),
        millis(meta.changed_at()),
    ));
    assert!(meta.stream_arn().contains(meta.table()) && meta.region() == "eu-west-1");
}

#[tokio::test]
async fn a_change_of_dynamodb_has_its_images() {
    let item = |amount: &str| json!({"id": {"S": "o1"}, "sku": {"S": "tea"}, "amount": {"N": amount}, "tags": {"SS": ["a"]}});
    let modified = change(
        "MODIFY",
        &json!({"OldImage": item("1"), "NewImage": item("18446744073709551615")}),
    );
    assert_eq!(
        call(events![changed], &modified).await,
        "Modify o1 Some(\"tea 1 1\") Some(\"tea 18446744073709551615 1\") e1 100 orders false \
         Some(26) Some(\"NEW_AND_OLD_IMAGES\") 1428537600500"
    );
    let removed = change("REMOVE", &json!({"OldImage": item("1")}));
    assert!(
        call(events![changed], &removed)
            .await
            .starts_with("Remove o1 Some(\"tea 1 1\") None e1 100 orders true")
    );
    let keys_only = change("INSERT", &json!({}));
    assert!(
        call(events![changed], &keys_only)
            .await
            .starts_with("Insert o1 None None")
    );
    assert_ne!(ChangeKind::Insert, ChangeKind::Remove);
}

#[tokio::test]
async fn attributes_that_are_not_read_may_be_anything() {
    #[derive(Deserialize)]
    struct Sku {
        sku: String,
    }
    // The keys are not read, either.
    #[event_handler(dynamodb)]
    async fn handle(State(calls): State<Calls>, change: Change<Sku>) {
        calls.add(change.new.map_or_else(String::new, |new| new.sku));
    }
    for value in [
        json!({"N": "12345678901234567890123456789012345678"}),
        json!({"N": "1.5E-9223372036854775808"}),
        json!({"NS": ["0.12345678901234567890123456789"]}),
        json!({"BS": ["AQI=", ""]}),
        json!({"M": {"deep": {"L": [{"NULL": true}, {"N": "9.9999999999999999999999999999999999999E+125"}]}}}),
    ] {
        let item = json!({"id": value, "sku": {"S": "tea"}});
        let event = change("INSERT", &json!({"Keys": {"id": value}, "NewImage": item}));
        assert_eq!(call(events![handle], &event).await, "tea", "{value}");
    }
}

#[tokio::test]
async fn an_image_that_does_not_fit_fails_the_record() {
    let calls = Calls::default();
    let item = json!({"sku": {"S": "tea"}, "amount": {"N": "1.5"}, "tags": {"L": []}});
    let api = Api::new().state(calls.clone()).events(events![changed]);
    let error = send(api, &change("INSERT", &json!({"NewImage": item})))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "1 of 1 records failed");
    assert!(calls.take().is_empty());
}

#[tokio::test]
async fn a_record_of_kinesis_has_its_decoded_data() {
    #[event_handler(kinesis(from = "clicks"))]
    async fn handle(State(calls): State<Calls>, Meta(record): Meta<Kinesis>, data: Bytes) {
        calls.add(format!(
            "{data:?} {} {} {} {} {} {:?} {}",
            record.partition_key(),
            record.sequence_number(),
            record.shard_id(),
            record.stream_arn(),
            millis(record.arrived_at()),
            record.encryption_type(),
            record.region(),
        ));
    }
    let event = json!({"Records": [{
        "kinesis": {
            "kinesisSchemaVersion": "1.0", "partitionKey": "p", "sequenceNumber": "495",
            "data": "/wB0ZWE=", "approximateArrivalTimestamp": 1545084650.987,
        },
        "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": "shardId-006:495",
        "eventName": "aws:kinesis:record", "awsRegion": "eu-west-1",
        "invokeIdentityArn": "arn:aws:iam::123456789012:role/r",
        "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks",
    }]});
    assert_eq!(
        call(events![handle], &event).await,
        "b\"\\xff\\0tea\" p 495 shardId-006 arn:aws:kinesis:eu-west-1:123456789012:stream/clicks \
         1545084650987 None eu-west-1"
    );
}

fn bridged(source: &str, detail_type: &str, detail: &Value, resources: &Value) -> Value {
    json!({
        "version": "0", "id": "e1", "detail-type": detail_type, "source": source,
        "account": "123456789012", "time": "2026-01-02T03:04:05Z", "region": "eu-west-1",
        "resources": resources, "detail": detail,
    })
}

#[event_handler(event_bridge(source = "shop.orders", detail_type = "Placed" | "Changed", detail("to.status" = "open")))]
async fn placed(
    State(calls): State<Calls>,
    Json(detail): Json<Value>,
    Meta(meta): Meta<EventBridge>,
    whole: BusEvent<Value>,
    deadline: Deadline,
) {
    assert!(deadline.remaining() > Duration::from_secs(10) && deadline.at().is_some());
    assert_eq!((whole.detail, whole.meta.id()), (detail.clone(), meta.id()));
    calls.add(format!(
        "{detail} {} {} {} {} {} {} {:?} {:?}",
        meta.id(),
        meta.source(),
        meta.detail_type(),
        meta.account(),
        millis(meta.time()),
        meta.region(),
        meta.resources().collect::<Vec<_>>(),
        meta.replay_name(),
    ));
}

#[event_handler(schedule("rate(1 day)", rule = "nightly"))]
async fn nightly(State(calls): State<Calls>, Meta(schedule): Meta<Schedule>) {
    let rules: Vec<_> = schedule.rules().collect();
    calls.add(format!(
        "{} {} {rules:?}",
        schedule.id(),
        millis(schedule.time())
    ));
    assert_eq!(schedule.arns().count(), rules.len());
}

#[event_handler(any)]
async fn other(State(calls): State<Calls>, event: &Event) {
    calls.add(format!("other: {}", event.keys().join(" ")));
}

#[tokio::test]
async fn events_of_event_bridge_have_their_detail() {
    let open = json!({"to": {"status": "open"}});
    let rule = |arn: &str| json!([format!("arn:aws:events:eu-west-1:123456789012:rule/{arn}")]);
    let none = json!([]);
    let nightly_call = r#"e1 1767323045000 ["nightly"]"#;
    for (event, expected) in [
        (
            bridged("shop.orders", "Changed", &open, &json!(["a"])),
            r#"{"to":{"status":"open"}} e1 shop.orders Changed 123456789012 1767323045000 eu-west-1 ["a"] None"#,
        ),
        (
            bridged(
                "aws.events",
                "Scheduled Event",
                &json!({}),
                &rule("nightly"),
            ),
            nightly_call,
        ),
        (
            bridged(
                "aws.events",
                "Scheduled Event",
                &json!({}),
                &rule("bus/nightly"),
            ),
            nightly_call,
        ),
        (
            bridged(
                "aws.scheduler",
                "Scheduled Event",
                &json!("{}"),
                &json!(["arn:aws:scheduler:eu-west-1:123456789012:schedule/default/nightly"]),
            ),
            nightly_call,
        ),
        (json!({"job": 7}), "other: job"),
        (bridged("shop.carts", "Placed", &open, &none), OTHER),
        (bridged("shop.orders", "Removed", &open, &none), OTHER),
        (
            bridged("shop.orders", "Placed", &json!({"to": "open"}), &none),
            OTHER,
        ),
        (
            bridged("shop.orders", "Placed", &Value::Null, &none),
            NO_DETAIL,
        ),
        (
            bridged("aws.events", "Scheduled Event", &json!({}), &rule("hourly")),
            OTHER,
        ),
        (
            bridged("aws.events", "Scheduled Event", &json!({}), &none),
            OTHER,
        ),
    ] {
        assert_eq!(
            call(events![other, placed, nightly], &event).await,
            expected,
            "{event}"
        );
    }
}

#[tokio::test]
async fn the_handler_decides_what_json_reads() {
    #[event_handler(event_bridge)]
    async fn bus(State(calls): State<Calls>, json: Result<Json<Option<Optional>>, Error>) {
        let source = json.map(|Json(detail)| detail.map(|detail| detail.source));
        calls.add(format!("{source:?}"));
    }
    #[event_handler(any)]
    async fn whole(State(calls): State<Calls>, Json(event): Json<Value>) {
        calls.add(event.to_string());
    }
    #[derive(Deserialize)]
    struct Optional {
        source: Option<String>,
    }
    let event = |detail: &Value| bridged("shop", "Placed", detail, &json!([]));
    let mut without = event(&Value::Null);
    without.as_object_mut().unwrap().remove("detail");
    for (event, expected) in [
        (event(&json!({"source": "a"})), r#"Ok(Some(Some("a")))"#),
        (event(&json!({})), "Ok(Some(None))"),
        (event(&Value::Null), "Ok(None)"),
        // The source of the event is never that of its detail.
        (without, "Ok(None)"),
    ] {
        assert_eq!(call(events![bus], &event).await, expected, "{event}");
        let found = call(events![whole], &event).await;
        assert_eq!(found, event.to_string());
    }
    let api = Api::new().on_other_event(|event| {
        let whole = event.extract::<Json<Value>>();
        whole.ok().map(|Json(event)| event["source"].clone())
    });
    assert_eq!(send(api, &event(&json!({}))).await.unwrap(), "shop");
}

const OTHER: &str = "other: account detail detail-type id region resources source time version";
const NO_DETAIL: &str = "other: account detail-type id region resources source time version";

#[tokio::test]
async fn the_handler_of_the_first_key_takes_an_event() {
    #[event_handler(any(key = "a"))]
    async fn a(State(calls): State<Calls>) {
        calls.add("a");
    }
    #[event_handler(any(key = "b"))]
    async fn b(State(calls): State<Calls>) {
        calls.add("b");
    }
    let both = json!({"a": 1, "b": 1});
    assert_eq!(call(events![other, b, a], &both).await, "b");
    assert_eq!(call(events![a, b, other], &both).await, "a");
    assert_eq!(
        call(events![a, b, other], &json!({"a": null})).await,
        "other: "
    );
}

#[tokio::test]
async fn other_events_reach_any() {
    #[event_handler(any(key = "requestPayload"))]
    async fn failed(State(calls): State<Calls>) {
        calls.add("failed");
    }
    #[event_handler(any)]
    async fn other(State(calls): State<Calls>, Json(event): Json<Value>) {
        calls.add(event.to_string());
    }
    let message = sqs("q", &["7"])["Records"][0].take();
    for event in [
        json!([message]),
        json!("ping"),
        json!(7),
        json!(true),
        Value::Null,
    ] {
        let found = call(events![failed, other], &event).await;
        assert_eq!(found, event.to_string());
    }
    let destination = json!({
        "version": "1.0", "timestamp": "2026-01-02T03:04:05.678Z",
        "requestContext": {"requestId": "r", "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST",
            "condition": "RetriesExhausted", "approximateInvokeCount": 3},
        "requestPayload": {"rawPath": "/", "Records": []},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "1 of 1 records failed", "errorType": "BatchFailed"},
    });
    assert_eq!(call(events![other, failed], &destination).await, "failed");
}

#[tokio::test]
async fn an_error_of_an_argument_says_what_did_not_fit() {
    type Unfit = Result<Json<bool>, Error>;
    fn add(calls: &Calls, error: impl std::fmt::Debug) {
        calls.add(format!("{error:?}"));
    }
    #[event_handler(sqs)]
    async fn queue(State(calls): State<Calls>, json: Unfit) {
        add(&calls, json.unwrap_err());
    }
    #[event_handler(sns)]
    async fn topic(State(calls): State<Calls>, json: Unfit) {
        add(&calls, json.unwrap_err());
    }
    #[event_handler(kinesis)]
    async fn stream(State(calls): State<Calls>, json: Unfit) {
        add(&calls, json.unwrap_err());
    }
    #[event_handler(dynamodb)]
    async fn table(State(calls): State<Calls>, json: Unfit) {
        add(&calls, json.unwrap_err());
    }
    #[event_handler(s3)]
    async fn bucket(State(calls): State<Calls>, objects: Result<S3Objects, Error>) {
        add(&calls, objects.map(|_| ()).unwrap_err());
    }
    #[event_handler(event_bridge)]
    async fn bus(State(calls): State<Calls>, json: Unfit) {
        add(&calls, json.unwrap_err());
    }
    #[event_handler(any)]
    async fn other(State(calls): State<Calls>, json: Unfit) {
        add(&calls, json.unwrap_err());
    }
    let record = |source: &str, content: Value| {
        let mut record = content;
        record["eventSource"] = source.into();
        record["eventSourceARN"] = format!("arn:{source}:eu-west-1:123456789012:x").into();
        json!({"Records": [record]})
    };
    for (event, expected) in [
        (
            sqs("orders", &["7"]),
            "the body of the message does not fit `Json<bool>`: ",
        ),
        (
            json!({"Records": [{"EventSource": "aws:sns", "Sns": {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:news", "Message": "7"}}]}),
            "the message does not fit `Json<bool>`: ",
        ),
        (
            record(
                "aws:kinesis",
                json!({"kinesis": {"sequenceNumber": "1", "data": "Nw=="}}),
            ),
            "the data of the record does not fit `Json<bool>`: ",
        ),
        (
            record("aws:dynamodb", json!({"dynamodb": {"SequenceNumber": "1"}})),
            "the record does not fit `Json<bool>`: ",
        ),
        (
            record(
                "aws:s3",
                json!({"s3": {"bucket": {"name": "uploads"}, "object": {}}}),
            ),
            "expected a notification of S3: missing field",
        ),
        (
            json!({"source": "shop", "detail-type": "Paid", "detail": 7}),
            "the detail does not fit `Json<bool>`: ",
        ),
        (json!({"job": 7}), "the event does not fit `Json<bool>`: "),
    ] {
        let events = events![queue, topic, stream, table, bucket, bus, other];
        let found = call(events, &event).await;
        assert!(found.starts_with(expected), "{event}: {found}");
    }
    let in_topic = json!({"Type": "Notification", "TopicArn": "arn", "Message": "7"});
    for (body, expected) in [
        (
            in_topic.to_string(),
            "the content is in an envelope of SNS, which `Notification<T>` opens: the body of the message does not \
             fit `Json<bool>`: ",
        ),
        (
            bridged("shop", "Placed", &json!(7), &json!([])).to_string(),
            "the content is in an envelope of EventBridge, which `BusEvent<T>` opens: the body of the message",
        ),
    ] {
        let found = call(events![queue], &sqs("orders", &[&body])).await;
        assert!(found.starts_with(expected), "{body}: {found}");
    }
    for (body, expected) in [
        (Some(json!(7)), "the `body` of the message is not text"),
        (Some(Value::Null), "the message has no `body`"),
        (None, "the message has no `body`"),
    ] {
        let mut event = sqs("orders", &["7"]);
        let message = event["Records"][0].as_object_mut().unwrap();
        message.remove("body");
        message.extend(body.map(|body| ("body".to_owned(), body)));
        assert_eq!(call(events![queue], &event).await, expected, "{event}");
    }
}

#[tokio::test]
async fn an_error_of_content_in_an_envelope_says_where() {
    #[event_handler(sqs(from = "topic"))]
    async fn notified(State(calls): State<Calls>, order: Result<Notification<bool>, Error>) {
        calls.add(format!("{:?}", order.unwrap_err()));
    }
    #[event_handler(sqs(from = "bus"))]
    async fn bus(State(calls): State<Calls>, event: Result<BusEvent<bool>, Error>) {
        calls.add(format!("{:?}", event.unwrap_err()));
    }
    #[event_handler(sqs(from = "uploads"))]
    async fn uploads(State(calls): State<Calls>, objects: Result<S3Objects, Error>) {
        calls.add(format!("{:?}", objects.unwrap_err()));
    }
    #[event_handler(dynamodb)]
    async fn table(State(calls): State<Calls>, change: Result<Change<Order>, Error>) {
        calls.add(format!("{:?}", change.unwrap_err()));
    }
    let notification = json!({
        "Type": "Notification", "MessageId": "n", "TopicArn": "t", "Message": "7", "Timestamp": "t",
    });
    let event = bridged("shop", "Placed", &json!({"id": 7}), &json!([]));
    let item = json!({"sku": {"S": "tea"}, "amount": {"N": "1.5"}, "tags": {"L": []}});
    for (event, expected) in [
        (
            sqs("topic", &[&notification.to_string()]),
            "the message does not fit `Notification<bool>`: ",
        ),
        (
            sqs("bus", &[&event.to_string()]),
            "the detail does not fit `BusEvent<bool>`: ",
        ),
        (
            sqs("topic", &["7"]),
            "expected a message of SNS in the message of SQS: with raw message delivery, take `Json<T>`: \
             invalid type: integer `7`, expected a JSON object",
        ),
        (
            sqs("bus", &["7"]),
            "expected an event of EventBridge: invalid type: integer `7`, expected a JSON object",
        ),
        (
            sqs("uploads", &[r#"{"Records": [{"s3": 7}]}"#]),
            "expected a notification of S3: invalid type: integer `7`, expected a JSON object",
        ),
        (
            change("INSERT", &json!({"NewImage": item})),
            "`events::kinds::Order` does not fit the new image of the item: amount: expected a number of \
             type `u64`, found 1.5",
        ),
        (
            change("INSERT", &json!({"NewImage": {"sku": {"S": "tea"}}})),
            "`events::kinds::Order` does not fit the new image of the item: missing field `amount`",
        ),
    ] {
        let found = call(events![notified, bus, uploads, table], &event).await;
        assert!(found.starts_with(expected), "{event}: {found}");
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_not_part_of_json() {
    #[event_handler(sqs)]
    async fn queue(State(calls): State<Calls>, Json(number): Json<u64>) {
        calls.add(number.to_string());
    }
    #[event_handler(kinesis)]
    async fn stream(State(calls): State<Calls>, Json(number): Json<u64>) {
        calls.add(number.to_string());
    }
    let data = json!({"Records": [{
        "eventSource": "aws:kinesis", "kinesis": {"sequenceNumber": "1", "data": "77u/Nw=="},
    }]});
    for event in [sqs("q", &["\u{feff}7"]), data] {
        assert_eq!(call(events![queue, stream], &event).await, "7", "{event}");
    }
    // Of the event itself, with white space around it.
    let calls = Calls::default();
    let api = Api::new().state(calls.clone()).events(events![queue]);
    let event = format!("\u{feff} {}\r\n ", sqs("q", &["7"]));
    let app = api.build().await.unwrap();
    let response = app.handle_event(event.into(), LambdaContext::for_test());
    assert_eq!(response.await.unwrap(), br#"{"batchItemFailures":[]}"#);
    assert_eq!(calls.take(), ["7"]);
}
