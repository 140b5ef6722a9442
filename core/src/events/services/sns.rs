//! Messages of SNS.

use super::super::{kinds::Kinds, meta::EventKind, parts::or_default, sealed::Sealed};
use super::{
    attributes::{Attributes, MessageAttribute},
    time::rfc3339,
};
use serde::Deserialize;
use std::{fmt, time::SystemTime};

/// What SNS says about a message.
#[derive(Clone)]
pub struct Sns(Message);

/// The members of a message, in a record and as a message of SQS.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    message_id: String,
    topic_arn: String,
    #[serde(default, deserialize_with = "or_default")]
    timestamp: String,
    subject: Option<String>,
    sequence_number: Option<String>,
    #[serde(default)]
    message_attributes: Option<Attributes>,
}

impl<'de> Deserialize<'de> for Sns {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Record {
            sns: Message,
        }
        Record::deserialize(deserializer).map(|record| record.sns.into())
    }
}

impl From<Message> for Sns {
    fn from(message: Message) -> Self {
        Self(message)
    }
}

impl Sealed for Sns {}

impl EventKind for Sns {
    const KINDS: Kinds = Kinds::SNS;
    const IN_RECORDS: bool = true;
    const NAME: &'static str = "the message of SNS";
}

impl Sns {
    /// The id of the message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.0.message_id
    }

    /// The ARN of the topic.
    #[must_use]
    pub fn topic_arn(&self) -> &str {
        &self.0.topic_arn
    }

    /// The subject, if the sender has set one.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.0.subject.as_deref()
    }

    /// When the message was sent. `None` if the event does not have a time in RFC 3339.
    #[must_use]
    pub fn sent_at(&self) -> Option<SystemTime> {
        rfc3339(&self.0.timestamp)
    }

    /// The number of the message in a FIFO topic.
    #[must_use]
    pub fn sequence_number(&self) -> Option<&str> {
        self.0.sequence_number.as_deref()
    }

    /// An attribute that the sender has set.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&MessageAttribute> {
        self.0.message_attributes.as_ref()?.get(name)
    }

    /// The attributes that the sender has set, in no order.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &MessageAttribute)> {
        let attributes = self.0.message_attributes.iter().flatten();
        attributes.map(|(name, value)| (name.as_str(), value))
    }
}

// A message contains the data of users.
impl fmt::Debug for Sns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sns")
            .field("message_id", &self.0.message_id)
            .field("topic_arn", &self.0.topic_arn)
            .finish_non_exhaustive()
    }
}
