//! Objects of S3, whatever service brings the notification.

use super::super::{
    event::Event, from_event::FromEvent, from_record::FromRecord, kinds::Kinds, record::Record,
    record_kind::RecordKind,
};
use super::s3::{S3, ThroughEventBridge};
use crate::Error;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Argument of an event handler: the objects of S3 in a notification, whatever service brings it.
///
/// | handler | the notification is |
/// |---|---|
/// | `s3` | the record: one object |
/// | `sqs` | the body of the message, from S3, SNS or EventBridge |
/// | `sns` | the message |
/// | `event_bridge` | the event, with the source `aws.s3` |
///
/// There are none in the test that S3 sends when a notification is configured (`s3:TestEvent`).
///
/// ```
/// use lambda_api::{Error, event_handler, events::S3Objects};
///
/// #[event_handler(sqs)]
/// async fn thumbnails(objects: S3Objects) -> Result<(), Error> {
///     for object in objects.iter().filter(|object| object.is_created()) {
///         println!("{}/{}", object.bucket(), object.key());
///     }
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug)]
pub struct S3Objects(Vec<S3>);

impl S3Objects {
    /// Iterates over the objects.
    pub fn iter(&self) -> std::slice::Iter<'_, S3> {
        self.0.iter()
    }

    /// Returns the number of objects.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns `true` if there are none: a test of the notification.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for S3Objects {
    type Item = S3;
    type IntoIter = std::vec::IntoIter<S3>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a S3Objects {
    type Item = &'a S3;
    type IntoIter = std::slice::Iter<'a, S3>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'e> FromRecord<'e> for S3Objects {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::S3.or(Kinds::SQS).or(Kinds::SNS);

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        let objects = match record.kind() {
            RecordKind::S3 => vec![record.parse().map_err(unfit)?],
            _ => read(record.content().map_err(Error::msg)?, Envelopes::ALL)?,
        };
        Ok(Self(objects))
    }
}

impl<'e> FromEvent<'e> for S3Objects {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::EVENT_BRIDGE;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        read(event.json(), Envelopes(0)).map(Self)
    }
}

/// How many envelopes may be around a notification.
#[derive(Clone, Copy)]
struct Envelopes(u8);

impl Envelopes {
    /// A message of SNS in one of SQS.
    const ALL: Self = Self(1);

    fn open(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

/// The members that tell notifications and their envelopes apart.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Head<'e> {
    #[serde(borrow, default, rename = "Records")]
    records: Option<&'e RawValue>,
    /// `s3:TestEvent`
    #[serde(default, rename = "Event")]
    event: Option<Cow<'e, str>>,
    /// `Notification`, of SNS
    #[serde(default, rename = "Type")]
    of_sns: Option<Cow<'e, str>>,
    #[serde(default, rename = "Message")]
    message: Option<Cow<'e, str>>,
    #[serde(default)]
    source: Option<Cow<'e, str>>,
}

fn unfit(error: serde_json::Error) -> Error {
    Error::new(error).context("expected a notification of S3")
}

fn read(json: &str, envelopes: Envelopes) -> Result<Vec<S3>, Error> {
    let head: Head<'_> = serde_json::from_str(json).map_err(unfit)?;
    if let Some(records) = head.records {
        return serde_json::from_str(records.get()).map_err(unfit);
    }
    if head.event.as_deref() == Some("s3:TestEvent") {
        return Ok(Vec::new());
    }
    if head.source.as_deref() == Some("aws.s3") {
        let event: ThroughEventBridge = serde_json::from_str(json).map_err(unfit)?;
        return Ok(vec![event.into()]);
    }
    if let (Some("Notification"), Some(message), Some(inside)) =
        (head.of_sns.as_deref(), &head.message, envelopes.open())
    {
        return read(message, inside);
    }
    Err(Error::msg(
        "expected a notification of S3: `Records`, `s3:TestEvent`, or an event with the source `aws.s3`",
    ))
}
