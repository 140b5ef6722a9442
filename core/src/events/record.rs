//! One record of an event.

use super::{
    data::Data,
    envelope::{Content, Envelope},
    error::ReadError,
    record_kind::RecordKind,
};
use bytes::Bytes;
use serde::Deserialize;
use std::{fmt, sync::Arc};

/// One record of an event: a message of a queue or a topic, a change of a table, an object of a bucket.
///
/// A clone is cheap, and shares the event.
#[derive(Clone)]
pub struct Record {
    data: Arc<Data>,
    kind: RecordKind,
    /// The place in the batch.
    index: usize,
    /// The record as JSON.
    json: Bytes,
    id: Option<Box<str>>,
    group: Option<Box<str>>,
    /// The content that [`Json`](crate::Json) reads.
    content: Content,
}

impl Record {
    pub(super) fn new(
        data: Arc<Data>,
        kind: RecordKind,
        index: usize,
        (json, envelope): (Bytes, &Envelope<'_>),
    ) -> Self {
        Self {
            data,
            kind,
            index,
            id: envelope.id().map(Box::from),
            group: envelope.group().map(Box::from),
            content: envelope.content(&json),
            json,
        }
    }

    /// The record as JSON, as the service sent it.
    #[must_use]
    pub fn json(&self) -> &str {
        std::str::from_utf8(&self.json).unwrap_or_default()
    }

    /// The id of the message in SQS and SNS, the sequence number of the record in a stream. `None` for
    /// notifications of S3.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The content of the record as text: the body of a message. `None` if it has none, or if it is not
    /// UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.content().ok()
    }

    /// The content of the record: the body of a message, the decoded data of a record of Kinesis. For
    /// S3 and DynamoDB, this is the record. `None` if it has none.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        self.content_bytes().ok().map(|bytes| &**bytes)
    }

    pub(super) fn content(&self) -> Result<&str, &'static str> {
        std::str::from_utf8(self.content_bytes()?).map_err(|_| "the content is not UTF-8")
    }

    pub(super) fn content_bytes(&self) -> Result<&Bytes, &'static str> {
        match &self.content {
            Content::Is(bytes) => Ok(bytes),
            Content::Missing(why) => Err(why),
        }
    }

    /// The group in a FIFO queue.
    pub(super) fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// The place in the batch.
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// Deserialises the record, as the service sent it, into a type, which may borrow from it.
    ///
    /// # Errors
    /// Returns an error if the record does not fit the type.
    pub fn read<'e, T: Deserialize<'e>>(&'e self) -> Result<T, ReadError> {
        self.parse()
            .map_err(|error| ReadError::new("record", error))
    }

    pub(super) fn parse<'e, T: Deserialize<'e>>(&'e self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.json)
    }

    pub(crate) fn kind(&self) -> RecordKind {
        self.kind
    }

    pub(super) fn shared(&self) -> &Arc<Data> {
        &self.data
    }

    pub(crate) fn data(&self) -> &Data {
        &self.data
    }
}

// A record contains the data of users.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("kind", &self.kind)
            .field("id", &self.id)
            .field("size", &self.json.len())
            .finish_non_exhaustive()
    }
}
