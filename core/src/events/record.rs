//! One record of an event.

use super::{data::Data, trigger::RecordKind};
use bytes::Bytes;
use serde::Deserialize;
use std::{borrow::Cow, fmt, sync::Arc};

/// One record of an event: a message of a queue or a topic, a change of a table, an object of a bucket.
pub struct Record {
    data: Arc<Data>,
    kind: RecordKind,
    /// The record as JSON.
    json: Bytes,
    /// The content that [`Json`](crate::Json) reads.
    content: Content,
}

/// The content of a record.
enum Content {
    Text(Bytes),
    /// The record has none, or not of the type that it should have.
    Missing(&'static str),
}

impl Record {
    pub(super) fn new(data: Arc<Data>, kind: RecordKind, json: Bytes) -> Self {
        let content = content(kind, &json);
        Self {
            data,
            kind,
            json,
            content,
        }
    }

    /// The record as JSON, as the service sent it.
    #[must_use]
    pub fn json(&self) -> &str {
        std::str::from_utf8(&self.json).unwrap_or_default()
    }

    /// The content of the record as text: the body of a message. `None` if it has none.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => std::str::from_utf8(text).ok(),
            Content::Missing(_) => None,
        }
    }

    pub(super) fn content(&self) -> Result<&str, &'static str> {
        match &self.content {
            Content::Text(text) => {
                std::str::from_utf8(text).map_err(|_| "the content is not UTF-8")
            }
            Content::Missing(why) => Err(why),
        }
    }

    /// The id by which Lambda knows the record; `None` if a batch of its kind has no partial response.
    pub(super) fn id(&self) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Message {
            message_id: String,
        }
        match self.kind {
            RecordKind::Sqs => self
                .read::<Message>()
                .ok()
                .map(|message| message.message_id),
            _ => None,
        }
    }

    pub(super) fn read<'e, T: Deserialize<'e>>(&'e self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.json)
    }

    #[expect(dead_code, reason = "for templates")]
    pub(crate) fn kind(&self) -> RecordKind {
        self.kind
    }

    pub(crate) fn data(&self) -> &Data {
        &self.data
    }
}

fn content(kind: RecordKind, json: &Bytes) -> Content {
    #[derive(Deserialize)]
    struct Body<'e> {
        #[serde(borrow)]
        body: Cow<'e, str>,
    }
    match kind {
        RecordKind::Sqs => match serde_json::from_slice::<Body<'_>>(json) {
            Ok(Body {
                body: Cow::Borrowed(text),
            }) => Content::Text(json.slice_ref(text.as_bytes())),
            Ok(Body {
                body: Cow::Owned(text),
            }) => Content::Text(text.into()),
            Err(_) => Content::Missing("the message has no `body`"),
        },
        _ => Content::Text(json.clone()),
    }
}

// A record contains the data of users.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("kind", &self.kind)
            .field("size", &self.json.len())
            .finish_non_exhaustive()
    }
}
