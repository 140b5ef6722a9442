//! An event that is not an HTTP request.

use super::{data::Data, error::ReadError, parts::Detail, record::Record};
use crate::{
    Invocation, LambdaContext, Problem,
    event::{OtherEvent, OtherKind},
    state::States,
};
use http::{Extensions, StatusCode};
use serde::{Deserialize, de::IgnoredAny};
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
    /// Read when they are first used.
    keys: OnceLock<Vec<String>>,
    message: OnceLock<Message>,
    extensions: Extensions,
    /// Whether the program has handlers of `schedule`.
    has_schedules: bool,
    part: Part,
}

/// What [`Json`](crate::Json) reads of an event: that depends on the kind of the handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The event.
    Whole,
    /// The detail of an event of EventBridge.
    Detail,
    /// The message of a WebSocket API.
    Message,
}

/// What a WebSocket API sends beside its request context.
#[derive(Debug, PartialEq, Eq)]
enum Message {
    /// A connection begins or ends.
    None,
    Text(String),
    /// A message that is not UTF-8.
    Invalid,
}

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
            keys: OnceLock::new(),
            message: OnceLock::new(),
            extensions: Extensions::new(),
            has_schedules: false,
            part: Part::Whole,
        }
    }

    /// The event as JSON, as Lambda sent it.
    #[must_use]
    pub fn json(&self) -> &str {
        std::str::from_utf8(&self.data.event.json).unwrap_or_default()
    }

    /// The names of the members of the event that are not `null`; none if it is not an object.
    #[must_use]
    pub fn keys(&self) -> &[String] {
        self.keys.get_or_init(|| {
            let members: Option<BTreeMap<String, Option<IgnoredAny>>> =
                serde_json::from_slice(&self.data.event.json).ok();
            let members = members.unwrap_or_default().into_iter();
            members
                .filter_map(|(name, value)| value.map(|_| name))
                .collect()
        })
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
        serde_json::from_slice(&self.data.event.json)
            .map_err(|error| ReadError::new("event", error))
    }

    /// What a WebSocket API sends beside its request context; `None` if the event is another one.
    fn message(&self) -> Option<&Message> {
        let is_socket = self.data.event.kind == OtherKind::WebSocket;
        is_socket.then(|| self.message.get_or_init(|| Message::of(self)))
    }

    pub(super) fn set_part(&mut self, part: Part) {
        self.part = part;
    }

    /// What [`Json`](crate::Json) reads, and which part of the event that is.
    ///
    /// # Errors
    /// A message that is not text is never replaced by the event, which contains what authorizers say.
    pub(super) fn content(&self) -> Result<(Part, &str), Problem> {
        let text = match (self.part, self.message()) {
            (Part::Message, Some(Message::Text(text))) => text,
            (Part::Message, Some(Message::Invalid)) => return Err(no_text()),
            (Part::Detail, _) => self
                .read::<Detail<'_>>()
                .map_or("null", |detail| detail.json()),
            (Part::Message | Part::Whole, _) => self.json(),
        };
        Ok((self.part, text))
    }

    /// The message of a WebSocket API as text.
    pub(super) fn text(&self) -> Result<&str, Problem> {
        match self.message() {
            Some(Message::Text(text)) => Ok(text),
            _ => Err(no_text()),
        }
    }

    /// The data of Lambda about the invocation.
    #[must_use]
    pub fn lambda(&self) -> &LambdaContext {
        self.data.invocation.lambda()
    }

    /// The records of the event: those of SQS, S3, SNS, DynamoDB and Kinesis. Empty if it has none, or those of
    /// another service.
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

    pub(super) fn has_schedules(&self) -> bool {
        self.has_schedules
    }

    pub(super) fn set_has_schedules(&mut self, has_schedules: bool) {
        self.has_schedules = has_schedules;
    }

    pub(crate) fn data(&self) -> &Data {
        &self.data
    }
}

impl Message {
    fn of(event: &Event) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Read {
            request_context: Context,
            body: Option<String>,
            is_base64_encoded: Option<bool>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Context {
            event_type: String,
        }
        let Ok(read) = event.read::<Read>() else {
            return Self::Invalid;
        };
        let text = |body: String| match read.is_base64_encoded {
            None | Some(false) => Some(body),
            Some(true) => String::from_utf8(base64_simd::STANDARD.decode_to_vec(body).ok()?).ok(),
        };
        match (&*read.request_context.event_type, read.body) {
            ("CONNECT" | "DISCONNECT", None) => Self::None,
            (_, body) => body.and_then(text).map_or(Self::Invalid, Self::Text),
        }
    }
}

#[cold]
fn no_text() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "invalid_text").with_detail("expected a message in UTF-8")
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
