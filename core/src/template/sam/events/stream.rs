//! Streams of DynamoDB and Kinesis.

use super::wiring::{Wiring, arn_of, attribute, failed_events};
use crate::{
    events::{Listed, RecordKind, Trigger},
    setting::Setting,
    template::{
        described::Described,
        resource::Table,
        tree::{Map, Node},
    },
};

/// Without a number, a record that always fails blocks its shard until it expires: for a day at least.
const RETRIES: u32 = 10;
/// <https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html>
const POSITIONS: &str =
    "The queue gets positions in the stream, not the records: read them before they expire.";

/// Adds the mapping of a stream of Kinesis.
pub(super) fn add(wiring: &mut Wiring<'_>, listed: &Listed, from: Option<&Setting>) {
    let id = wiring.id(listed, from, "Stream");
    let stream = match from.and_then(|from| wiring.values.known(from)) {
        Some(known) => arn_of(known, "kinesis:${AWS::Region}:${AWS::AccountId}:stream/"),
        None => parameter(wiring, listed, &id, from),
    };
    let actions = [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ];
    match of_consumer(&stream) {
        // A consumer with a throughput of its own reads by subscriptions.
        Some(read) => {
            wiring.allow(&actions, read);
            let actions = ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"];
            wiring.allow(&actions, stream.clone());
        }
        None => wiring.allow(&actions, stream.clone()),
    }
    map(wiring, &id, stream);
}

/// The stream of a consumer: `stream/clicks` of `stream/clicks/consumer/counter:1700000000`.
fn of_consumer(stream: &Node) -> Option<Node> {
    match stream {
        Node::Text(arn) => Some(arn.split_once("/consumer/")?.0.into()),
        // A parameter is a stream.
        _ => None,
    }
}

/// Adds the mapping of the stream of a table of DynamoDB.
pub(super) fn add_of_table(wiring: &mut Wiring<'_>, listed: &Listed, from: Option<&Setting>) {
    let id = wiring.id(listed, from, "Stream");
    let known = from.and_then(|from| wiring.values.known(from));
    let stream = match (known, wiring.table(from)) {
        (_, Some(table)) => attribute(&table, "StreamArn"),
        // The ARN of the stream of a table has the time when it was turned on.
        (Some(Node::Text(name)), _) if !name.contains("/stream/") => {
            let description = format!("ARN of the stream of the table {name}");
            wiring
                .values
                .parameter(&format!("{id}Arn"), &description, false, None)
        }
        (Some(known), _) => known,
        (None, _) => parameter(wiring, listed, &id, from),
    };
    let actions = [
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ];
    wiring.allow(&actions, stream.clone());
    map(wiring, &id, stream);
}

/// Whether a handler reads the stream of a table that the template creates.
pub(in crate::template) fn is_read(api: &Described<'_>, table: &Table) -> bool {
    let reads = |listed: &Listed| match &listed.trigger {
        Trigger::Records {
            kind: RecordKind::DynamoDb,
            from: Some(from),
        } => from.variable().is_some() && from.variable() == table.variable,
        _ => false,
    };
    api.handlers.iter().any(reads)
}

/// A parameter for the ARN of a stream.
fn parameter(wiring: &mut Wiring<'_>, listed: &Listed, id: &str, from: Option<&Setting>) -> Node {
    let handler = &listed.handler;
    let description = match from.and_then(Setting::variable) {
        Some(variable) => format!("ARN of a stream: value of {variable}"),
        None => format!("ARN of the stream for {}::{}", handler.module, handler.name),
    };
    let stream = wiring.values.parameter(id, &description, false, None);
    wiring.set(from, stream.clone());
    stream
}

fn map(wiring: &mut Wiring<'_>, id: &str, stream: Node) {
    wiring.failures.has_streams = true;
    let destination = Map::new().with("Destination", failed_events());
    let mut more = Map::new()
        .with("StartingPosition", "TRIM_HORIZON")
        .with("BisectBatchOnFunctionError", true)
        .with("MaximumRetryAttempts", RETRIES);
    more.push_with(
        vec![POSITIONS.to_owned()],
        "DestinationConfig",
        Map::new().with("OnFailure", destination),
    );
    wiring.map(id, stream, more);
}
