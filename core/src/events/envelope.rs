//! The members of a record that every part of the library needs, read once.

use super::{parts::Text, record_kind::RecordKind};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// A record as its service sent it.
#[derive(Deserialize)]
pub(super) struct Envelope<'e> {
    #[serde(borrow, alias = "EventSource", rename = "eventSource")]
    event_source: Cow<'e, str>,
    #[serde(borrow, default, rename = "eventSourceARN")]
    arn: Option<Cow<'e, str>>,
    #[serde(borrow, default, rename = "messageId")]
    message_id: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    body: Option<&'e RawValue>,
    #[serde(borrow, default)]
    attributes: Option<Attributes<'e>>,
    #[serde(borrow, default)]
    s3: Option<S3<'e>>,
    #[serde(borrow, default, rename = "Sns")]
    sns: Option<Sns<'e>>,
    #[serde(borrow, default)]
    kinesis: Option<Kinesis<'e>>,
    #[serde(borrow, default)]
    dynamodb: Option<DynamoDb<'e>>,
}

#[derive(Deserialize)]
struct Attributes<'e> {
    #[serde(borrow, default, rename = "MessageGroupId")]
    group: Option<Cow<'e, str>>,
}

#[derive(Deserialize)]
struct S3<'e> {
    #[serde(borrow)]
    bucket: Bucket<'e>,
}

#[derive(Deserialize)]
struct Bucket<'e> {
    #[serde(borrow)]
    name: Cow<'e, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sns<'e> {
    #[serde(borrow)]
    topic_arn: Cow<'e, str>,
    #[serde(borrow, default)]
    message_id: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    message: Option<&'e RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kinesis<'e> {
    #[serde(borrow, default)]
    sequence_number: Option<Cow<'e, str>>,
    #[serde(borrow, default)]
    data: Option<&'e RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DynamoDb<'e> {
    #[serde(borrow, default)]
    sequence_number: Option<Cow<'e, str>>,
}

/// The content of a record.
#[derive(Clone)]
pub(super) enum Content {
    Is(Bytes),
    /// The record has none, or not of the type that it should have.
    Missing(&'static str),
}

impl<'e> Envelope<'e> {
    pub(super) fn read(json: &'e str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// The service; `None` if it is not one that this library knows.
    pub(super) fn kind(&self) -> Option<RecordKind> {
        RecordKind::of(&self.event_source)
    }

    /// The ARN of the queue, topic, table or stream; the name of the bucket.
    pub(super) fn origin(&self) -> &str {
        let bucket = self.s3.as_ref().map(|s3| &*s3.bucket.name);
        let topic = self.sns.as_ref().map(|sns| &*sns.topic_arn);
        self.arn.as_deref().or(bucket).or(topic).unwrap_or_default()
    }

    /// The id of the message, or the sequence number in a stream.
    pub(super) fn id(&self) -> Option<&str> {
        match self.kind()? {
            RecordKind::Sqs => self.message_id.as_deref(),
            RecordKind::Sns => self.sns.as_ref()?.message_id.as_deref(),
            RecordKind::Kinesis => self.kinesis.as_ref()?.sequence_number.as_deref(),
            RecordKind::DynamoDb => self.dynamodb.as_ref()?.sequence_number.as_deref(),
            RecordKind::S3 => None,
        }
    }

    /// The group in a FIFO queue.
    pub(super) fn group(&self) -> Option<&str> {
        self.attributes.as_ref()?.group.as_deref()
    }

    /// The content, as a part of `json` where it has no escapes.
    pub(super) fn content(&self, json: &Bytes) -> Content {
        match self.kind() {
            Some(RecordKind::Sqs) => text(self.body, json, BODY),
            Some(RecordKind::Sns) => {
                let message = self.sns.as_ref().and_then(|sns| sns.message);
                text(message, json, MESSAGE)
            }
            Some(RecordKind::Kinesis) => {
                let data = self.kinesis.as_ref().and_then(|kinesis| kinesis.data);
                match text(data, json, DATA) {
                    Content::Is(data) => match base64_simd::STANDARD.decode_to_vec(&data) {
                        Ok(data) => Content::Is(data.into()),
                        Err(_) => Content::Missing("the `data` of the record is not base64"),
                    },
                    missing => missing,
                }
            }
            _ => Content::Is(json.clone()),
        }
    }
}

/// Why a record has no content: it is missing, or it is not text.
type Why = [&'static str; 2];

const BODY: Why = [
    "the message has no `body`",
    "the `body` of the message is not text",
];
const MESSAGE: Why = [
    "the message has no `Message`",
    "the `Message` of the message is not text",
];
const DATA: Why = [
    "the record has no `data`",
    "the `data` of the record is not text",
];

fn text(raw: Option<&RawValue>, json: &Bytes, [missing, unfit]: Why) -> Content {
    match raw.map(|raw| serde_json::from_str(raw.get())) {
        Some(Ok(Text(Cow::Borrowed(text)))) => Content::Is(json.slice_ref(text.as_bytes())),
        Some(Ok(Text(Cow::Owned(text)))) => Content::Is(text.into()),
        Some(Err(_)) => Content::Missing(unfit),
        None => Content::Missing(missing),
    }
}
