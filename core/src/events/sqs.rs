//! Messages of SQS.

use super::{kinds::Kinds, meta::EventKind};
use serde::Deserialize;
use std::collections::HashMap;

/// What SQS says about a message.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sqs {
    message_id: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
}

impl EventKind for Sqs {
    const KINDS: Kinds = Kinds::SQS;
    const NAME: &'static str = "the message";
}

impl Sqs {
    /// The id of the message.
    #[must_use]
    pub fn message_id(&self) -> &str {
        &self.message_id
    }

    /// How often the message has been received; 1 the first time.
    #[must_use]
    pub fn receive_count(&self) -> u32 {
        let count = self.attributes.get("ApproximateReceiveCount");
        count.and_then(|count| count.parse().ok()).unwrap_or(1)
    }

    /// The group of the message, in a FIFO queue or a fair queue.
    #[must_use]
    pub fn group_id(&self) -> Option<&str> {
        self.attributes.get("MessageGroupId").map(String::as_str)
    }
}
