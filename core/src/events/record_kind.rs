//! Services that send records.

use super::kinds::Kinds;

/// A service that sends records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
#[non_exhaustive]
pub enum RecordKind {
    Sqs,
    S3,
    Sns,
    DynamoDb,
    Kinesis,
}

impl RecordKind {
    /// The kind by the `eventSource` of a record.
    pub(super) fn of(event_source: &str) -> Option<Self> {
        Some(match event_source {
            "aws:sqs" => Self::Sqs,
            "aws:s3" => Self::S3,
            "aws:sns" => Self::Sns,
            "aws:dynamodb" => Self::DynamoDb,
            "aws:kinesis" => Self::Kinesis,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::S3 => "s3",
            Self::Sns => "sns",
            Self::DynamoDb => "dynamodb",
            Self::Kinesis => "kinesis",
        }
    }

    /// What `Json` reads, for errors.
    pub(super) fn content(self) -> &'static str {
        match self {
            Self::Sqs => "the body of the message",
            Self::S3 | Self::DynamoDb => "the record",
            Self::Sns => "the message",
            Self::Kinesis => "the data of the record",
        }
    }

    /// Whether Lambda can read which records of a batch failed.
    pub(super) fn is_reported(self) -> bool {
        self == Self::Sqs || self.is_stream()
    }

    /// Whether records are in the order of a shard.
    pub(super) fn is_stream(self) -> bool {
        matches!(self, Self::DynamoDb | Self::Kinesis)
    }

    /// The set of this kind, for checks at compile time.
    #[must_use]
    pub const fn kinds(self) -> Kinds {
        match self {
            Self::Sqs => Kinds::SQS,
            Self::S3 => Kinds::S3,
            Self::Sns => Kinds::SNS,
            Self::DynamoDb => Kinds::DYNAMODB,
            Self::Kinesis => Kinds::KINESIS,
        }
    }
}
