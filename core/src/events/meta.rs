//! What a service says about a record or an event.

use super::{
    event::Event, from_event::FromEvent, from_record::FromRecord, kinds::Kinds, record::Record,
    sealed::Sealed,
};
use crate::Error;
use serde::de::DeserializeOwned;

/// The kind of an event, as a type: what a service says about it.
///
/// [`Sqs`](super::Sqs), [`S3`](super::S3), [`Sns`](super::Sns), [`DynamoDb`](super::DynamoDb),
/// [`Kinesis`](super::Kinesis), [`EventBridge`](super::EventBridge), [`Schedule`](super::Schedule). Only this
/// crate implements it.
pub trait EventKind: DeserializeOwned + Sealed {
    #[doc(hidden)]
    const KINDS: Kinds;
    /// Whether it is about a record, and not about an event.
    #[doc(hidden)]
    const IN_RECORDS: bool;
    /// What it is, for errors: `the message`.
    #[doc(hidden)]
    const NAME: &'static str;
}

/// Argument of an event handler: what the service says about the record or the event, beside its
/// content.
///
/// ```
/// use lambda_api::{Json, event_handler, events::{Meta, Sqs}};
///
/// #[event_handler(sqs)]
/// async fn ship(Json(order): Json<u64>, Meta(message): Meta<Sqs>) {
///     println!("{order}, received {} times", message.receive_count());
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta<K>(pub K);

impl<'e, K: EventKind> FromRecord<'e> for Meta<K> {
    type Rejection = Error;

    const KINDS: Kinds = K::KINDS;

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        record.parse().map(Self).map_err(unfit::<K>)
    }
}

impl<'e, K: EventKind> FromEvent<'e> for Meta<K> {
    type Rejection = Error;

    // A batch is not a record.
    const KINDS: Kinds = if K::IN_RECORDS { Kinds::NONE } else { K::KINDS };

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        event.read().map(Self).map_err(unfit::<K>)
    }
}

fn unfit<K: EventKind>(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(error).context(format!("{} does not fit", K::NAME))
}
