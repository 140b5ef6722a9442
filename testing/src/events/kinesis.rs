//! Records of a Kinesis data stream.

use super::facts::{REGION, TIME_MS, arn, builder, value};
use crate::event::Patch;
use base64_simd::STANDARD;
use serde::Serialize;
use serde_json::{Value, json};

/// Builder of the event with which Lambda hands over records of a Kinesis data stream.
///
/// ```
/// use lambda_api_testing::KinesisEvent;
/// use serde_json::json;
///
/// let event = KinesisEvent::new().stream("clicks").record("alice", &json!({"x": 1})).to_value();
/// assert_eq!(event["Records"][0]["kinesis"]["partitionKey"], "alice");
/// assert_eq!(event["Records"][0]["kinesis"]["data"], "eyJ4IjoxfQ==");
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct KinesisEvent {
    stream: String,
    /// Partition keys and data.
    records: Vec<(String, Vec<u8>)>,
    patches: Vec<Patch>,
}

impl KinesisEvent {
    /// No records, of the stream `stream`.
    pub fn new() -> Self {
        Self {
            stream: "stream".to_owned(),
            records: Vec::new(),
            patches: Vec::new(),
        }
    }

    /// The name of the stream, or its ARN.
    pub fn stream(mut self, name_or_arn: &str) -> Self {
        name_or_arn.clone_into(&mut self.stream);
        self
    }

    /// Adds a record whose data are JSON.
    #[track_caller]
    pub fn record(self, partition_key: &str, data: &(impl Serialize + ?Sized)) -> Self {
        self.bytes(partition_key, value(data).to_string())
    }

    /// Adds a record with any data.
    pub fn bytes(mut self, partition_key: &str, data: impl Into<Vec<u8>>) -> Self {
        self.records.push((partition_key.to_owned(), data.into()));
        self
    }

    fn event(&self) -> Value {
        let stream = match self.stream.starts_with("arn:") {
            true => self.stream.clone(),
            false => arn("kinesis", &format!("stream/{}", self.stream)),
        };
        let record = |(at, (key, data)): (usize, &(String, Vec<u8>))| {
            let sequence = format!("4959033827149025660855969253836157109592157598913{at:07}");
            json!({
                "kinesis": {
                    "kinesisSchemaVersion": "1.0",
                    "partitionKey": key,
                    "sequenceNumber": sequence,
                    "data": STANDARD.encode_to_string(data),
                    "approximateArrivalTimestamp": TIME_MS / 1000,
                },
                "eventSource": "aws:kinesis",
                "eventVersion": "1.0",
                "eventID": format!("shardId-000000000006:{sequence}"),
                "eventName": "aws:kinesis:record",
                "invokeIdentityArn": "arn:aws:iam::123456789012:role/function",
                "awsRegion": REGION,
                "eventSourceARN": stream,
            })
        };
        let records: Vec<_> = self.records.iter().enumerate().map(record).collect();
        json!({"Records": records})
    }
}

builder!(KinesisEvent, default);
