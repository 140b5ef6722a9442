//! An event that is not an HTTP request.

use super::{data::Data, record::Record};
use crate::{
    Invocation, LambdaContext,
    event::{OtherEvent, OtherKind},
    state::States,
};
use http::Extensions;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, OnceLock},
};

/// An event that is not an HTTP request.
///
/// It is an argument of handlers of whole events, as a reference, and what
/// [`Api::on_other_event`](crate::Api::on_other_event) gets.
pub struct Event {
    pub(super) data: Arc<Data>,
    records: Vec<Record>,
    /// The body of a WebSocket API's message.
    body: OnceLock<Option<String>>,
    extensions: Extensions,
}

/// The error of an event that does not fit the type it is read as.
#[derive(Debug, thiserror::Error)]
#[error("the event does not fit: {0}")]
pub struct ReadError(serde_json::Error);

impl Event {
    pub(super) fn new(mut event: OtherEvent, states: Arc<States>) -> Self {
        let lambda = std::mem::take(&mut event.lambda);
        Self {
            data: Arc::new(Data {
                event,
                invocation: Invocation::of_event(lambda),
                states,
            }),
            records: Vec::new(),
            body: OnceLock::new(),
            extensions: Extensions::new(),
        }
    }

    /// The event as JSON, as Lambda sent it.
    #[must_use]
    pub fn json(&self) -> &str {
        std::str::from_utf8(&self.data.event.json).unwrap_or_default()
    }

    /// The names of the members of the event that are not `null`; none if it is not an object.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let members: Option<BTreeMap<String, Option<IgnoredAny>>> =
            serde_json::from_slice(&self.data.event.json).ok();
        let members = members.unwrap_or_default().into_iter();
        members
            .filter_map(|(name, value)| value.map(|_| name))
            .collect()
    }

    /// Whether the event has a member of this name that is not `null`.
    #[must_use]
    pub fn has_key(&self, name: &str) -> bool {
        self.keys().iter().any(|known| known == name)
    }

    /// Deserialises the event into a type, which may borrow from it.
    ///
    /// # Errors
    /// Returns an error if the event does not fit the type.
    pub fn read<'e, T: Deserialize<'e>>(&'e self) -> Result<T, ReadError> {
        serde_json::from_slice(&self.data.event.json).map_err(ReadError)
    }

    /// The message of a WebSocket API; `None` if the event is another one, or its body is not text.
    pub(crate) fn message(&self) -> Option<&str> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Message {
            body: Option<String>,
            #[serde(default)]
            is_base64_encoded: bool,
        }
        if self.data.event.kind != OtherKind::WebSocket {
            return None;
        }
        let body = self.body.get_or_init(|| {
            let Message {
                body,
                is_base64_encoded,
            } = self.read().ok()?;
            if !is_base64_encoded {
                return body;
            }
            let decoded = base64_simd::STANDARD.decode_to_vec(body?).ok()?;
            String::from_utf8(decoded).ok()
        });
        body.as_deref()
    }

    /// The content that [`Json`](crate::Json) reads: the detail of an EventBridge event, the message of a
    /// WebSocket API, otherwise the event.
    pub(super) fn content(&self) -> &str {
        if let Some(message) = self.message() {
            return message;
        }
        #[derive(Deserialize)]
        struct Detail<'e> {
            #[serde(borrow)]
            detail: &'e RawValue,
        }
        if self.data.event.kind == OtherKind::EventBridge
            && let Ok(Detail { detail }) = self.read()
        {
            return detail.get();
        }
        self.json()
    }

    /// The data of Lambda about the invocation.
    #[must_use]
    pub fn lambda(&self) -> &LambdaContext {
        self.data.invocation.lambda()
    }

    /// The records of the event; empty if it has none.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    pub(super) fn set_records(&mut self, records: Vec<Record>) {
        self.records = records;
    }

    /// Values that the handling of a kind of event adds before the handler runs.
    pub(crate) fn extensions(&self) -> &Extensions {
        &self.extensions
    }

    pub(crate) fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.extensions
    }

    pub(crate) fn data(&self) -> &Data {
        &self.data
    }
}

// An event contains credentials, addresses and the data of users.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.data.event.kind)
            .field("size", &self.data.event.json.len())
            .finish_non_exhaustive()
    }
}
