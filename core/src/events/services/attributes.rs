//! Attributes of messages of SQS and SNS.

use serde::Deserialize;
use std::{collections::HashMap, fmt};

/// An attribute that the sender of a message has set.
#[derive(Clone, Deserialize, PartialEq, Eq)]
pub struct MessageAttribute {
    #[serde(rename = "dataType", alias = "Type")]
    data_type: String,
    #[serde(rename = "stringValue", alias = "Value")]
    text: Option<String>,
    #[serde(rename = "binaryValue")]
    binary: Option<String>,
}

pub(super) type Attributes = HashMap<String, MessageAttribute>;

impl MessageAttribute {
    /// The type: `String`, `Number`, `Binary`, with a label of the sender after a dot; `String.Array` in SNS.
    #[must_use]
    pub fn data_type(&self) -> &str {
        &self.data_type
    }

    /// The value as text; `None` if it is binary.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref().filter(|_| !self.is_binary())
    }

    /// The value as bytes, decoded from base64; `None` if it is text, or not base64.
    #[must_use]
    pub fn bytes(&self) -> Option<Vec<u8>> {
        let base64 = self.binary.as_ref().or(self.text.as_ref());
        let base64 = base64.filter(|_| self.is_binary())?;
        base64_simd::STANDARD.decode_to_vec(base64).ok()
    }

    fn is_binary(&self) -> bool {
        self.data_type.split('.').next() == Some("Binary")
    }
}

// An attribute may be a secret.
impl fmt::Debug for MessageAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageAttribute")
            .field("data_type", &self.data_type)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn attributes_of_both_services_are_read() {
        for (json, text, bytes) in [
            (
                json!({"dataType": "String", "stringValue": "a"}),
                Some("a"),
                None,
            ),
            (
                json!({"dataType": "Number.int", "stringValue": "1"}),
                Some("1"),
                None,
            ),
            (
                json!({"dataType": "Binary", "binaryValue": "AQI=", "stringListValues": []}),
                None,
                Some(vec![1, 2]),
            ),
            (
                json!({"dataType": "Binary", "binaryValue": "?"}),
                None,
                None,
            ),
            (json!({"Type": "String", "Value": "a"}), Some("a"), None),
            (
                json!({"Type": "Binary", "Value": "AQI="}),
                None,
                Some(vec![1, 2]),
            ),
        ] {
            let attribute: MessageAttribute = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(
                (attribute.text(), attribute.bytes()),
                (text, bytes),
                "{json}"
            );
        }
    }
}
