//! The queue for events that no invocation has handled.
//!
//! Lambda retries an asynchronous invocation twice, and then drops the event, unless it has a destination
//! for failures. <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html>

use super::wiring::{FAILED_EVENTS, LONGEST_RETENTION, Wiring, failed_events, function};
use crate::template::tree::{Map, Node};
use std::collections::BTreeMap;

/// Adds the queue and who may send to it, if a handler needs it.
pub(super) fn add(wiring: &mut Wiring<'_>) {
    let failures = std::mem::take(&mut wiring.failures);
    if !failures.is_asynchronous && !failures.has_streams {
        return;
    }
    let queue = Map::new().with("MessageRetentionPeriod", LONGEST_RETENTION);
    wiring.resource(FAILED_EVENTS, "AWS::SQS::Queue", Map::new(), queue);
    wiring.output(FAILED_EVENTS);
    wiring.allow(&["sqs:SendMessage"], failed_events());
    if !failures.senders.is_empty() {
        let policy = policy(failures.senders);
        let id = format!("{FAILED_EVENTS}Policy");
        wiring.resource(&id, "AWS::SQS::QueuePolicy", Map::new(), policy);
    }
    if failures.is_asynchronous {
        let destination = Map::new().with("Destination", failed_events());
        let config = Map::new()
            .with("FunctionName", function())
            .with("Qualifier", "$LATEST")
            .with(
                "DestinationConfig",
                Map::new().with("OnFailure", destination),
            );
        let kind = "AWS::Lambda::EventInvokeConfig";
        wiring.resource("FunctionInvokeConfig", kind, Map::new(), config);
    }
}

/// Lets services send what they could not deliver: each for its own rules or topics.
fn policy(senders: Vec<(&'static str, Node)>) -> Map {
    let mut by_service: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (service, source) in senders {
        by_service.entry(service).or_default().push(source);
    }
    let statements = by_service.into_iter().map(|(service, sources)| {
        let condition = Map::new().with("ArnEquals", Map::new().with("aws:SourceArn", sources));
        let statement = Map::new()
            .with("Effect", "Allow")
            .with("Principal", Map::new().with("Service", service))
            .with("Action", "sqs:SendMessage")
            .with("Resource", failed_events())
            .with("Condition", condition);
        Node::Map(statement)
    });
    let document = Map::new()
        .with("Version", "2012-10-17")
        .with("Statement", statements.collect::<Vec<_>>());
    Map::new()
        .with("Queues", vec![Node::reference(FAILED_EVENTS)])
        .with("PolicyDocument", document)
}
