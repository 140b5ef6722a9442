//! Events with members of other types, or without them.

use crate::common::{Calls, Random, failures, in_group, send, send_to};
use lambda_api::{
    Api, Error, Json, LambdaContext, State, event_handler, events,
    events::{BusEvent, Change, DynamoDb, EventBridge, Kinesis, Meta, S3, S3Objects, Sns, Sqs},
};
use serde::Deserialize;
use serde_json::{Value, json};

#[event_handler(sqs)]
async fn of_sqs(State(calls): State<Calls>, Meta(message): Meta<Sqs>, Json(_): Json<u64>) {
    calls.add(message.message_id());
}

#[event_handler(s3)]
async fn of_s3(State(calls): State<Calls>, _: Meta<S3>, _: S3Objects) {
    calls.add("s3");
}

#[event_handler(sns)]
async fn of_sns(State(calls): State<Calls>, _: Meta<Sns>, _: Json<u64>) {
    calls.add("sns");
}

#[event_handler(dynamodb)]
async fn of_dynamodb(
    State(calls): State<Calls>,
    Meta(meta): Meta<DynamoDb>,
    _: Change<Value, Value>,
) {
    calls.add(meta.sequence_number());
}

#[event_handler(kinesis)]
async fn of_kinesis(State(calls): State<Calls>, Meta(meta): Meta<Kinesis>, _: Json<u64>) {
    calls.add(meta.sequence_number());
}

#[event_handler(event_bridge(detail("a.b" = "c")))]
async fn of_event_bridge(State(calls): State<Calls>, _: Meta<EventBridge>, _: BusEvent<Value>) {
    calls.add("event_bridge");
}

#[event_handler(event_bridge(detail("a.b" = "d")))]
async fn of_schedule(State(calls): State<Calls>) {
    calls.add("d");
}

#[derive(Deserialize)]
struct Job {
    id: String,
}

#[event_handler(any(key = "job"))]
async fn of_job(State(calls): State<Calls>, job: Result<Json<Job>, Error>) {
    calls.add(format!("job {}", job.is_ok_and(|Json(job)| job.id == "e")));
}

fn events_of_all_kinds() -> Vec<Value> {
    let queue = |name: &str| {
        (0..3)
            .map(|n| in_group(name, &n.to_string(), &n.to_string(), "7"))
            .collect::<Vec<_>>()
    };
    let s3 = json!({
        "eventSource": "aws:s3", "awsRegion": "r", "eventName": "ObjectCreated:Put", "eventTime": "t",
        "s3": {"bucket": {"name": "b"}, "object": {"key": "k", "size": 1}},
    });
    let sns = json!({"EventSource": "aws:sns", "Sns": {
        "TopicArn": "arn:aws:sns:r:1:t", "MessageId": "m", "Message": "7", "Timestamp": "t",
    }});
    let dynamodb = |n: u8| {
        json!({
            "eventSource": "aws:dynamodb", "eventID": "e", "eventName": "INSERT",
            "eventSourceARN": "arn:aws:dynamodb:r:1:table/t/stream/s",
            "dynamodb": {"SequenceNumber": n.to_string(), "Keys": {"id": {"N": "1"}},
                "NewImage": {"id": {"N": "1"}, "list": {"L": [{"M": {"a": {"SS": ["x"]}}}]}}},
        })
    };
    let kinesis = |n: u8| {
        json!({
            "eventSource": "aws:kinesis", "eventID": "s:1",
            "eventSourceARN": "arn:aws:kinesis:r:1:stream/s",
            "kinesis": {"partitionKey": "p", "sequenceNumber": n.to_string(), "data": "Nw=="},
        })
    };
    vec![
        json!({"Records": queue("q")}),
        json!({"Records": queue("q.fifo")}),
        json!({"Records": [s3, s3]}),
        json!({"Records": [sns, sns]}),
        json!({"Records": [dynamodb(0), dynamodb(1), dynamodb(2)]}),
        json!({"Records": [kinesis(0), kinesis(1), kinesis(2)]}),
        json!({"id": "e", "source": "s", "detail-type": "t", "detail": {"a": {"b": "c"}}, "resources": ["a"]}),
        json!({"Event": "s3:TestEvent", "Bucket": "b"}),
        json!({"job": 1, "id": "e", "time": "t"}),
    ]
}

fn api(calls: &Calls) -> Api {
    let handlers = events![
        of_sqs,
        of_s3,
        of_sns,
        of_dynamodb,
        of_kinesis,
        of_event_bridge,
        of_schedule,
        of_job
    ];
    let api = Api::new().state(calls.clone()).events(handlers);
    api.report_batch_item_failures(true)
}

#[tokio::test]
async fn facts_that_are_missing_or_null_fail_no_record() {
    const SQS: &[&str] = &[
        "/receiptHandle",
        "/awsRegion",
        "/attributes",
        "/messageAttributes",
    ];
    const S3: &[&str] = &[
        "/awsRegion",
        "/eventTime",
        "/s3/object/size",
        "/s3/object/versionId",
    ];
    const SNS: &[&str] = &["/Sns/Timestamp", "/Sns/Subject", "/Sns/MessageAttributes"];
    const DYNAMODB: &[&str] = &["/awsRegion", "/userIdentity", "/dynamodb/SizeBytes"];
    const KINESIS: &[&str] = &["/awsRegion", "/eventID", "/kinesis/encryptionType"];
    const EVENT_BRIDGE: &[&str] = &["/account", "/time", "/region", "/resources"];
    for (at, pointers) in [
        (0, SQS),
        (2, S3),
        (3, SNS),
        (4, DYNAMODB),
        (5, KINESIS),
        (6, EVENT_BRIDGE),
    ] {
        for pointer in pointers {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            for value in [None, Some(Value::Null)] {
                let mut event = events_of_all_kinds().swap_remove(at);
                let mut change = |part: &mut Value| {
                    let members = part.pointer_mut(parent).unwrap().as_object_mut().unwrap();
                    members.remove(name);
                    members.extend(value.iter().map(|value| (name.to_owned(), value.clone())));
                };
                match event["Records"].as_array_mut() {
                    Some(records) => records.iter_mut().for_each(&mut change),
                    None => change(&mut event),
                }
                let (calls, records) = (Calls::default(), event["Records"].as_array());
                let expected = records.map_or(1, Vec::len);
                send(api(&calls), &event).await.unwrap();
                assert_eq!(calls.take().len(), expected, "{event}");
            }
        }
    }
}

/// Replaces or removes a random member or element.
fn spoil(value: &mut Value, random: &mut Random) {
    let others = [
        json!(null),
        json!(7),
        json!("\u{0}"),
        json!([]),
        json!({}),
        json!(true),
        json!("aws:s3"),
    ];
    let spoiled = match value {
        Value::Array(items) if !items.is_empty() => {
            let at = random.below(items.len());
            items.get_mut(at)
        }
        Value::Object(members) if !members.is_empty() => {
            let name = members.keys().nth(random.below(members.len())).cloned();
            match name {
                Some(name) if random.below(8) == 0 => {
                    members.remove(&name);
                    return;
                }
                Some(name) => members.get_mut(&name),
                None => None,
            }
        }
        _ => None,
    };
    match spoiled {
        Some(inner) if random.below(4) > 0 && (inner.is_object() || inner.is_array()) => {
            spoil(inner, random);
        }
        Some(inner) => *inner = others[random.below(others.len())].clone(),
        None => *value = others[random.below(others.len())].clone(),
    }
}

/// The number in its shard of the record at this place.
fn sequence_number(event: &Value, at: usize) -> &str {
    let record = &event["Records"][at];
    let number = record.pointer("/kinesis/sequenceNumber");
    let number = number.or_else(|| record.pointer("/dynamodb/SequenceNumber"));
    number.and_then(Value::as_str).unwrap()
}

#[tokio::test]
async fn no_event_loses_a_record_or_panics() {
    let calls = Calls::default();
    let app = api(&calls).build().await.unwrap();
    let mut random = Random(17);
    let (mut handled, mut failed) = (0, 0);
    for round in 0..800 {
        for mut event in events_of_all_kinds() {
            for _ in 0..round % 4 {
                spoil(&mut event, &mut random);
            }
            match send_to(&app, &event, LambdaContext::for_test()).await {
                Err(error) => {
                    failed += 1;
                    assert_ne!(error.error_type(), "HandlerPanicked", "{event}");
                    calls.take();
                }
                Ok(response) => {
                    handled += 1;
                    let done = calls.take();
                    let records = event["Records"].as_array().map_or(0, Vec::len);
                    if response.is_null() {
                        assert!(
                            done.len() == records.max(1) || event["Event"] == "s3:TestEvent",
                            "{event}"
                        );
                        continue;
                    }
                    let reported = failures(&response);
                    // A stream goes on from its checkpoint; the others name each record.
                    let is_stream = event.to_string().contains("\"eventID\"");
                    match is_stream {
                        true => assert!(
                            done.len() == records
                                || reported == [sequence_number(&event, done.len())],
                            "{event}"
                        ),
                        false => assert_eq!(done.len() + reported.len(), records, "{event}"),
                    }
                }
            }
        }
    }
    assert!(handled > 2_000 && failed > 1_000, "{handled} {failed}");
}
