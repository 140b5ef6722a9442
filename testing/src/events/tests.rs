use super::*;
use serde_json::{Value, json};

#[test]
fn a_message_has_body_id_and_attributes() {
    let arn = "arn:aws:sqs:us-east-1:111122223333:orders";
    let event = SqsEvent::new()
        .queue(arn)
        .message(&json!({"id": 7}))
        .message_id("m-1")
        .attribute("tenant", "blue")
        .text("any text");
    let records = event.to_value()["Records"].take();
    assert_eq!(records[0]["messageId"], "m-1");
    assert_eq!(records[0]["body"], r#"{"id":7}"#);
    let tenant = &records[0]["messageAttributes"]["tenant"];
    assert_eq!(tenant["stringValue"], "blue");
    assert_eq!(records[1]["body"], "any text");
    assert_eq!(records[1]["eventSourceARN"], arn);
}

#[test]
fn a_deleted_object_has_no_size() {
    let event = S3Event::new()
        .object("photos", "a b.png")
        .size(7)
        .version_id("v-1")
        .deleted("photos", "c")
        .object("photos", "d")
        .event_name("LifecycleExpiration:Delete");
    let records = event.to_value()["Records"].take();
    assert_eq!(records[0]["eventName"], "ObjectCreated:Put");
    let object = &records[0]["s3"]["object"];
    assert_eq!(
        (&object["key"], &object["size"]),
        (&json!("a+b.png"), &json!(7))
    );
    assert_eq!(object["versionId"], "v-1");
    assert_eq!(records[1]["eventName"], "ObjectRemoved:Delete");
    for removed in [1, 2] {
        assert_eq!(records[removed]["s3"]["object"].get("size"), None);
    }
    assert_eq!(S3Event::test("photos")["Bucket"], "photos");
}

#[test]
fn a_queue_spells_notifications_of_a_topic_differently() {
    let event = SnsEvent::new()
        .text("hello")
        .subject("greeting")
        .attribute("a", "1");
    let direct = event.to_value()["Records"][0]["Sns"].take();
    assert_eq!(direct["Message"], "hello");
    assert_eq!(direct["Subject"], "greeting");
    assert_eq!(
        direct["MessageAttributes"],
        json!({"a": {"Type": "String", "Value": "1"}})
    );
    let queued = SqsEvent::new()
        .sns(&event.clone().text("second"))
        .to_value();
    assert_eq!(queued["Records"].as_array().map(Vec::len), Some(2));
    let body = queued["Records"][0]["body"].as_str().unwrap();
    let mut queued: Value = serde_json::from_str(body).unwrap();
    for (own, other) in [
        ("SigningCertURL", "SigningCertUrl"),
        ("UnsubscribeURL", "UnsubscribeUrl"),
    ] {
        queued[other] = queued.as_object_mut().unwrap().remove(own).unwrap();
    }
    assert_eq!(queued, direct);
    // Also what a test has changed.
    let confirmation = event.set("/Records/0/Sns/Type", "SubscriptionConfirmation");
    let queued = SqsEvent::new().sns(&confirmation).to_value();
    let body = queued["Records"][0]["body"].as_str().unwrap();
    assert!(body.contains("\"SubscriptionConfirmation\""), "{body}");
}

#[test]
fn events_of_event_bridge_name_their_resource() {
    for (event, resource) in [
        (
            ScheduleEvent::new().rule("nightly").to_value(),
            "arn:aws:events:eu-west-1:123456789012:rule/nightly",
        ),
        (
            EventBridgeEvent::object_created("photos", "a b.png").to_value(),
            "arn:aws:s3:::photos",
        ),
    ] {
        assert_eq!(event["resources"], json!([resource]));
    }
    let object = EventBridgeEvent::object_created("photos", "a b.png").to_value();
    assert_eq!(object["detail"]["object"]["key"], "a b.png");
}

#[test]
fn items_are_written_as_dynamodb_does() {
    let event = DynamoDbEvent::new().table("orders").modified(
        &json!({"id": 7}),
        &json!({"id": 7, "tags": ["a", null]}),
        &json!({"id": 7, "at": {"open": true}}),
    );
    let change = &event.to_value()["Records"][0];
    assert_eq!(change["eventName"], "MODIFY");
    let stream =
        "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000";
    assert_eq!(change["eventSourceARN"], stream);
    let images = &change["dynamodb"];
    assert_eq!(images["Keys"], json!({"id": {"N": "7"}}));
    assert_eq!(
        images["OldImage"]["tags"],
        json!({"L": [{"S": "a"}, {"NULL": true}]})
    );
    assert_eq!(
        images["NewImage"]["at"],
        json!({"M": {"open": {"BOOL": true}}})
    );
}

#[test]
fn data_of_streams_are_base64() {
    let event = KinesisEvent::new()
        .record("alice", &json!([1]))
        .bytes("bob", [0xff]);
    let records = event.to_value()["Records"].take();
    assert_eq!(records[0]["kinesis"]["data"], "WzFd");
    assert_eq!(records[1]["kinesis"]["data"], "/w==");
    let stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/stream";
    assert_eq!(records[1]["eventSourceARN"], stream);
}

#[test]
fn every_record_has_an_id_of_its_own() {
    let sqs = SqsEvent::new().text("a").text("b");
    let kinesis = KinesisEvent::new().bytes("a", "a").bytes("b", "b");
    let one = json!({"id": 1});
    let dynamodb = DynamoDbEvent::new()
        .inserted(&one, &one)
        .removed(&one, &one);
    for event in [sqs.to_bytes(), kinesis.to_bytes(), dynamodb.to_bytes()] {
        let ids = record_ids(&event);
        assert_eq!(ids.len(), 2);
        assert!(ids[0] < ids[1] && !ids[0].is_empty(), "{ids:?}");
    }
}

#[test]
fn any_place_of_an_event_can_be_changed() {
    let event = SqsEvent::new()
        .text("a")
        .set("/Records/0/body", 7)
        .unset("/Records/0/messageId")
        .to_value();
    assert_eq!(event["Records"][0]["body"], 7);
    assert_eq!(event["Records"][0].get("messageId"), None);
}

#[test]
#[should_panic(expected = "the event has no message yet: add one first")]
fn a_change_of_the_last_message_needs_one() {
    let _ = SqsEvent::new().message_id("m-1");
}
