//! A message of SNS with its content, also in a message of SQS.

use super::super::{
    from_record::FromRecord, kinds::Kinds, parts::parse_content, record::Record,
    record_kind::RecordKind,
};
use super::sns::{Message, Sns};
use crate::Error;
use serde::{Deserialize, de::DeserializeOwned};

/// Argument of a handler of records: a message of SNS and what SNS says about it, also if a queue of SQS
/// subscribes to the topic.
///
/// A subscription with raw message delivery has no envelope: take [`Json`](crate::Json) instead. The message has to
/// be JSON; for other text, take `Json` of a type with a member `Message`, which is the envelope.
///
/// ```
/// use lambda_api::{event_handler, events::Notification};
///
/// #[event_handler(sqs)]
/// async fn ship(order: Notification<u64>) {
///     println!("{} through {}", order.message, order.meta.topic_arn());
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Notification<T> {
    /// The message, read as JSON.
    pub message: T,
    /// What SNS says about it.
    pub meta: Sns,
}

/// What errors name.
const THE_MESSAGE: (&str, &str) = ("the message", "Notification");

/// A message of SNS as the body of a message of SQS.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Body {
    #[serde(rename = "Message")]
    message: String,
    #[serde(flatten)]
    meta: Message,
}

impl<'e, T: DeserializeOwned> FromRecord<'e> for Notification<T> {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::SNS.or(Kinds::SQS);

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        let text = record.content().map_err(Error::msg)?;
        let depth = record.data().states.limits.json_depth;
        if record.kind() == RecordKind::Sns {
            return Ok(Self {
                message: parse_content(text, depth, THE_MESSAGE)?,
                meta: record.parse()?,
            });
        }
        let body: Body = serde_json::from_str(text).map_err(|error| {
            Error::new(error).context(
                "expected a message of SNS in the message of SQS: with raw message delivery, take \
                 `Json<T>`",
            )
        })?;
        Ok(Self {
            message: parse_content(&body.message, depth, THE_MESSAGE)?,
            meta: body.meta.into(),
        })
    }
}
