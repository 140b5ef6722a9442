//! Guesses which service sent an event that is not from an HTTP source, for the error message.
//!
//! A function may get such events from a trigger that was attached by mistake, or from a test
//! event of the console. Members that are `null` count as missing, and the order of members does
//! not matter.

use super::json::{JsonError, Members, Reader, read};
use std::collections::HashSet;

/// Kinds of events by members that they all have. The first entry that matches counts.
const KINDS: &[(&[&str], &str)] = &[
    (&["triggerSource"], "a trigger of a Cognito user pool"),
    (&["identityPoolId", "datasetName"], "a Cognito Sync event"),
    (&["detail-type"], "an EventBridge event"),
    (&["authorizationToken"], "an AppSync authorizer event"),
    (&["info", "arguments"], "an AppSync resolver request"),
    (&["info", "stash"], "an AppSync resolver request"),
    (&["info", "events"], "messages of an AppSync Events API"),
    (&["apiPath"], "a Bedrock agent action"),
    (&["actionGroup"], "a Bedrock agent action"),
    (&["agent", "messageVersion"], "a Bedrock agent action"),
    (&["bot", "messageVersion"], "a Lex bot event"),
    (&["bot", "sessionState"], "a Lex bot event"),
    (
        &["deliveryStreamArn", "records"],
        "records of a Firehose stream",
    ),
    (
        &["applicationArn", "records"],
        "records of a Kinesis Data Analytics application",
    ),
    (&["bootstrapServers", "records"], "records of a Kafka topic"),
    (&["records"], RECORDS),
    (&["rmqMessagesByQueue"], "messages of an Amazon MQ broker"),
    (
        &["messages", "eventSourceArn"],
        "messages of an Amazon MQ broker",
    ),
    (
        &["events", "eventSourceArn"],
        "changes of a DocumentDB cluster",
    ),
    (&["awslogs"], "records of CloudWatch Logs"),
    (&["alarmArn"], "a CloudWatch alarm"),
    (&["getObjectContext"], "a request of S3 Object Lambda"),
    (&["tasks", "job"], "a task of S3 Batch Operations"),
    (
        &["ResponseURL", "RequestType"],
        "a CloudFormation custom resource",
    ),
    (&["CodePipeline.job"], "a CodePipeline job"),
    (&["invokingEvent"], "an AWS Config rule event"),
    (&["SecretId", "Step"], "a Secrets Manager rotation"),
    (&["Details", "Name"], "an Amazon Connect flow event"),
    (
        &["requestPayload", "requestContext"],
        "the record of an asynchronous invocation",
    ),
];

const RECORDS: &str = "records of a queue, a topic, a stream or a bucket";

/// Describes an event; `None` if it is unknown.
#[cold]
pub(super) fn hint(event: &[u8]) -> Option<&'static str> {
    let mut top = Top::default();
    // An unpaired surrogate is not a reason to give no hint: what was read before it counts. Batch
    // AppSync resolvers get an array.
    let _ = read(event, |value| first(value, &mut top));
    if top.is_cloud_front {
        return Some("a CloudFront event (Lambda@Edge)");
    }
    if top.has_records {
        return Some(RECORDS);
    }
    let fits = |(names, _): &&(&[&str], _)| names.iter().all(|name| top.names.contains(name));
    KINDS.iter().find(fits).map(|(_, kind)| *kind)
}

/// Reads an object, or the first object of an array.
fn first<'e>(value: &mut Reader<'e>, members: &mut impl Members<'e>) -> Result<(), JsonError> {
    let mut members = Some(members);
    value.items(|value| match members.take() {
        Some(members) => value.object(members).map(|_| ()),
        None => value.skip(),
    })
}

#[derive(Default)]
struct Top {
    /// The names that some kind has.
    names: HashSet<&'static str>,
    has_records: bool,
    is_cloud_front: bool,
}

impl<'e> Members<'e> for Top {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        if name == b"Records" {
            let mut record = Record::default();
            let (json, _) = value.both(|value| first(value, &mut record))?;
            self.has_records |= json.is_some();
            self.is_cloud_front |= record.is_cloud_front;
            return Ok(());
        }
        if value.is_present()? {
            let mut known = KINDS.iter().flat_map(|(names, _)| *names);
            self.names
                .extend(known.find(|known| known.as_bytes() == name));
        }
        Ok(())
    }

    fn nameless(&mut self, _: JsonError, value: &mut Reader<'e>) -> Result<(), JsonError> {
        value.skip()
    }
}

/// The first element of `Records`.
#[derive(Default)]
struct Record {
    is_cloud_front: bool,
}

impl<'e> Members<'e> for Record {
    fn member(&mut self, name: &[u8], value: &mut Reader<'e>) -> Result<(), JsonError> {
        self.is_cloud_front |= value.is_present()? && name == b"cf";
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_named_by_what_only_its_service_writes() {
        for (event, expected) in [
            (r#"{"Records": [{"cf": {"config": {}}}]}"#, "CloudFront"),
            (r#"{"Records": [{"eventSource": "aws:sqs"}]}"#, "a queue"),
            (r#"{"Records": []}"#, "records of a queue"),
            (r#"{"records": [{"data": ""}]}"#, "records of a queue"),
            (
                r#"{"invocationId": "1", "deliveryStreamArn": "arn", "records": []}"#,
                "Firehose",
            ),
            (
                r#"{"records": {"t-0": []}, "eventSource": "aws:kafka", "bootstrapServers": "b"}"#,
                "Kafka",
            ),
            (
                r#"{"applicationArn": "arn", "streamArn": "arn", "records": []}"#,
                "Kinesis",
            ),
            (
                r#"{"version": "1", "triggerSource": "PreSignUp_SignUp", "userPoolId": "p",
                    "request": {}, "response": {}}"#,
                "Cognito user pool",
            ),
            (
                r#"{"arguments": {}, "identity": null, "info": {"fieldName": "f"}}"#,
                "AppSync",
            ),
            (
                r#"[{"arguments": {}, "info": {}}, {"arguments": 1}]"#,
                "AppSync",
            ),
            (
                r#"{"info": {"channel": {}}, "events": []}"#,
                "AppSync Events",
            ),
            (
                r#"{"authorizationToken": "t", "requestContext": {"apiId": "a"}}"#,
                "AppSync authorizer",
            ),
            (
                r#"{"messageVersion": "1.0", "agent": {}, "apiPath": "/x", "httpMethod": "GET"}"#,
                "Bedrock",
            ),
            (
                r#"{"messageVersion": "1.0", "agent": {}, "function": "f"}"#,
                "Bedrock",
            ),
            (r#"{"detail-type": "x", "version": "0"}"#, "EventBridge"),
            (
                r#"{"\ud800": 1, "awslogs": {"data": ""}}"#,
                "CloudWatch Logs",
            ),
        ] {
            let found = hint(event.as_bytes()).unwrap_or_default();
            assert!(found.contains(expected), "{event}: {found}");
        }
    }

    #[test]
    fn unknown_events_give_no_hint() {
        for event in [
            r#"{"Records": null, "records": null, "detail-type": null, "apiPath": null}"#,
            r#"{"info": {}}"#,
            r#"{"detail": {"detail-type": "x", "Records": [{"cf": 1}]}}"#,
            r#"{"key1": "value1"}"#,
            "{}",
            "[]",
            "null",
            "\"Records\"",
        ] {
            assert_eq!(hint(event.as_bytes()), None, "{event}");
        }
    }
}
