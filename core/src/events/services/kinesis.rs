//! Records of Kinesis.

use super::super::{kinds::Kinds, meta::EventKind, parts::or_default, sealed::Sealed};
use super::time::since_epoch;
use serde::Deserialize;
use std::time::SystemTime;

/// What Kinesis says about a record.
///
/// Records that the Kinesis Producer Library has aggregated are not taken apart: the content is then
/// the aggregate.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kinesis {
    kinesis: Inner,
    #[serde(rename = "eventID", default, deserialize_with = "or_default")]
    event_id: String,
    #[serde(rename = "eventSourceARN")]
    stream_arn: String,
    #[serde(default, deserialize_with = "or_default")]
    aws_region: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inner {
    partition_key: String,
    sequence_number: String,
    approximate_arrival_timestamp: Option<f64>,
    encryption_type: Option<String>,
}

impl Sealed for Kinesis {}

impl EventKind for Kinesis {
    const KINDS: Kinds = Kinds::KINESIS;
    const IN_RECORDS: bool = true;
    const NAME: &'static str = "the record of Kinesis";
}

impl Kinesis {
    /// The key by which the record was assigned to a shard.
    #[must_use]
    pub fn partition_key(&self) -> &str {
        &self.kinesis.partition_key
    }

    /// The number of the record in its shard.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.kinesis.sequence_number
    }

    /// When the record arrived in the stream.
    #[must_use]
    pub fn arrived_at(&self) -> Option<SystemTime> {
        since_epoch(self.kinesis.approximate_arrival_timestamp?)
    }

    /// How the record is encrypted in the stream, such as `KMS`.
    #[must_use]
    pub fn encryption_type(&self) -> Option<&str> {
        self.kinesis.encryption_type.as_deref()
    }

    /// The id of the shard.
    #[must_use]
    pub fn shard_id(&self) -> &str {
        let parts = self.event_id.split_once(':');
        parts.map_or("", |(shard, _)| shard)
    }

    /// The ARN of the stream, or of its consumer.
    #[must_use]
    pub fn stream_arn(&self) -> &str {
        &self.stream_arn
    }

    /// The region of the stream.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.aws_region
    }
}
