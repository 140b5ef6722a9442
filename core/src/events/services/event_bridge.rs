//! Events of EventBridge.

use super::super::{
    event::Event,
    from_event::FromEvent,
    from_record::FromRecord,
    kinds::Kinds,
    meta::EventKind,
    parts::{Detail, or_default, parse_content},
    record::Record,
    sealed::Sealed,
};
use super::time::rfc3339;
use crate::Error;
use serde::{Deserialize, de::DeserializeOwned};
use std::time::SystemTime;

/// What EventBridge says about an event.
#[derive(Clone, Debug, Deserialize)]
pub struct EventBridge {
    id: String,
    source: String,
    #[serde(rename = "detail-type")]
    detail_type: String,
    #[serde(default, deserialize_with = "or_default")]
    account: String,
    #[serde(default, deserialize_with = "or_default")]
    time: String,
    #[serde(default, deserialize_with = "or_default")]
    region: String,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<String>,
    #[serde(rename = "replay-name")]
    replay_name: Option<String>,
}

impl Sealed for EventBridge {}

impl EventKind for EventBridge {
    const KINDS: Kinds = Kinds::EVENT_BRIDGE.or(Kinds::SCHEDULE);
    const IN_RECORDS: bool = false;
    const NAME: &'static str = "the event of EventBridge";
}

impl EventBridge {
    /// The id of the event. EventBridge may deliver an event twice.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The service or application that sent the event.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The type of the detail.
    #[must_use]
    pub fn detail_type(&self) -> &str {
        &self.detail_type
    }

    /// The AWS account that sent the event.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.account
    }

    /// When it happened. `None` if the event does not have a time in RFC 3339.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        rfc3339(&self.time)
    }

    /// The region that the event was sent from.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The ARNs of what the event is about.
    pub fn resources(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(String::as_str)
    }

    /// The name of the replay, if the event comes from an archive.
    #[must_use]
    pub fn replay_name(&self) -> Option<&str> {
        self.replay_name.as_deref()
    }
}

/// Argument of an event handler: an event of a bus of EventBridge with its detail, also in a message of SQS or SNS or a
/// record of Kinesis.
///
/// A handler of `event_bridge` may also take [`Json`](crate::Json) for the detail and
/// [`Meta<EventBridge>`](super::super::Meta) for the rest. A rule with a queue, a topic or a stream as its target sends
/// the whole event there:
///
/// ```
/// use lambda_api::{event_handler, events::BusEvent};
///
/// #[event_handler(sqs)]
/// async fn placed(event: BusEvent<u64>) {
///     println!("{} of {}", event.detail, event.meta.source());
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BusEvent<T> {
    /// The detail.
    pub detail: T,
    /// What EventBridge says about it.
    pub meta: EventBridge,
}

impl<T: DeserializeOwned> BusEvent<T> {
    fn read(json: &str, depth: usize) -> Result<Self, Error> {
        let unfit = |error| Error::new(error).context("expected an event of EventBridge");
        let detail: Detail<'_> = serde_json::from_str(json).map_err(unfit)?;
        Ok(Self {
            meta: serde_json::from_str(json).map_err(unfit)?,
            detail: parse_content(detail.json(), depth, ("the detail", "BusEvent"))?,
        })
    }
}

impl<'e, T: DeserializeOwned> FromRecord<'e> for BusEvent<T> {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::SQS.or(Kinds::SNS).or(Kinds::KINESIS);

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        let text = record.content().map_err(Error::msg)?;
        Self::read(text, record.data().states.limits.json_depth)
    }
}

impl<'e, T: DeserializeOwned> FromEvent<'e> for BusEvent<T> {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::EVENT_BRIDGE;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        Self::read(event.json(), event.data().states.limits.json_depth)
    }
}
