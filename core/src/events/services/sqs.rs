//! Messages of SQS.

use super::super::{kinds::Kinds, meta::EventKind, parts::or_default, sealed::Sealed};
use super::attributes::{Attributes, MessageAttribute};
use serde::Deserialize;
use std::{
    collections::HashMap,
    fmt,
    time::{Duration, SystemTime},
};

/// What SQS says about a message.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sqs {
    message_id: String,
    #[serde(default, deserialize_with = "or_default")]
    receipt_handle: String,
    #[serde(rename = "eventSourceARN")]
    queue_arn: String,
    #[serde(default, deserialize_with = "or_default")]
    aws_region: String,
    #[serde(default, deserialize_with = "or_default")]
    attributes: HashMap<String, String>,
    #[serde(default, deserialize_with = "or_default")]
    message_attributes: Attributes,
}

impl Sealed for Sqs {}

impl EventKind for Sqs {
    const KINDS: Kinds = Kinds::SQS;
    const IN_RECORDS: bool = true;
    const NAME: &'static str = "the message of SQS";
}

impl Sqs {
    /// The id of the message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// The handle to delete the message or to change its visibility timeout. Lambda deletes a message that was
    /// handled.
    #[must_use]
    pub fn receipt_handle(&self) -> &str {
        &self.receipt_handle
    }

    /// The ARN of the queue.
    #[must_use]
    pub fn queue_arn(&self) -> &str {
        &self.queue_arn
    }

    /// The region of the queue.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.aws_region
    }

    /// How often the message has been received; 1 the first time.
    #[must_use]
    pub fn receive_count(&self) -> u32 {
        let count = self.system_attribute("ApproximateReceiveCount");
        count.and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// When the message was sent.
    #[must_use]
    pub fn sent_at(&self) -> Option<SystemTime> {
        self.time("SentTimestamp")
    }

    /// When the message was first received.
    #[must_use]
    pub fn first_received_at(&self) -> Option<SystemTime> {
        self.time("ApproximateFirstReceiveTimestamp")
    }

    /// The id of the principal that sent the message.
    #[must_use]
    pub fn sender_id(&self) -> Option<&str> {
        self.system_attribute("SenderId")
    }

    /// The group of the message, in a FIFO queue or a fair queue.
    #[must_use]
    pub fn group_id(&self) -> Option<&str> {
        self.system_attribute("MessageGroupId")
    }

    /// The id by which a FIFO queue drops duplicates.
    #[must_use]
    pub fn deduplication_id(&self) -> Option<&str> {
        self.system_attribute("MessageDeduplicationId")
    }

    /// The number of the message in its group of a FIFO queue.
    #[must_use]
    pub fn sequence_number(&self) -> Option<&str> {
        self.system_attribute("SequenceNumber")
    }

    /// The ARN of the queue that moved the message here, into its dead-letter queue.
    #[must_use]
    pub fn dead_letter_source(&self) -> Option<&str> {
        self.system_attribute("DeadLetterQueueSourceArn")
    }

    /// An attribute that SQS has set, such as `AWSTraceHeader`.
    #[must_use]
    pub fn system_attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// An attribute that the sender has set.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&MessageAttribute> {
        self.message_attributes.get(name)
    }

    /// The attributes that the sender has set, in no order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &MessageAttribute)> {
        self.message_attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value))
    }

    fn time(&self, name: &str) -> Option<SystemTime> {
        let millis = self.system_attribute(name)?.parse().ok()?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
    }
}

// The handle is a credential.
impl fmt::Debug for Sqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqs")
            .field("message_id", &self.message_id)
            .field("queue_arn", &self.queue_arn)
            .finish_non_exhaustive()
    }
}
