//! Arguments of handlers that are called once for each record.

use super::{kinds::Kinds, parts::parse_content, record::Record};
use crate::{Error, Json, Operation};
use bytes::Bytes;
use serde::{Deserialize, de::IgnoredAny};

/// Types that can be an argument of a handler that is called once for each record.
///
/// | argument | value |
/// |---|---|
/// | [`Json<T>`](Json) | the content of the record: the body of a message; for S3 and DynamoDB, the record |
/// | `&str`, `&[u8]`, [`Bytes`] | the content of the record, as text or bytes |
/// | [`S3Objects`](super::S3Objects) | objects of S3, also in a message of SQS or SNS |
/// | [`Notification<T>`](super::Notification) | a message of SNS, also in one of SQS |
/// | [`BusEvent<T>`](super::BusEvent) | an event of EventBridge in a message of SQS or SNS, or in a record of Kinesis |
/// | [`Change<T>`](super::Change) | a change of an item of DynamoDB |
/// | [`Meta<K>`](super::Meta) | what the service says about the record |
/// | [`State<T>`](crate::State) | a value of the application |
/// | [`Deadline`](crate::extract::Deadline) | the time at which the handler is stopped |
/// | `Result<T, T::Rejection>` | one of these, or why the record does not have it |
/// | [`LambdaContext`](crate::LambdaContext) (or a reference) | the data of Lambda about the invocation |
/// | `&Record` | the record |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler of records",
    label = "not available in records",
    note = "take the content as `Json<T>`, `&str` or `&[u8]`, a value of the application as `State<T>`, what the service says as `Meta<K>`, all of it as `&Record`; `LambdaContext`, `Deadline`; with `batch`, all records as `&[Record]`",
    note = "extractors of HTTP requests, such as `Path` and `Query`, read an HTTP request, which a record is not",
    note = "implement `FromRecord` for your own types"
)]
pub trait FromRecord<'e>: Sized {
    /// The error if the record does not have the value: the record fails.
    type Rejection: Into<Error>;

    /// The kinds of records that have the value.
    const KINDS: Kinds = Kinds::ALL;

    /// Takes the value from the record.
    ///
    /// # Errors
    /// Returns an error if the record does not have the value.
    fn from_record(record: &'e Record) -> Result<Self, Self::Rejection>;

    /// Declares the state that the argument needs, for the checks of
    /// [`Api::build`](crate::Api::build).
    fn describe(operation: &mut Operation) {
        let _ = operation;
    }
}

impl<'e, T: Deserialize<'e>> FromRecord<'e> for Json<T> {
    type Rejection = Error;

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        let text = record.content().map_err(Error::msg)?;
        let depth = record.data().states.limits.json_depth;
        let parsed = parse_content(text, depth, (record.kind().content(), "Json"));
        parsed.map(Json).map_err(|error| match wrapped_by(text) {
            Some((service, argument)) => error.context(format!(
                "the content is in an envelope of {service}, which `{argument}<T>` opens"
            )),
            None => error,
        })
    }
}

/// The service whose envelope is around content that did not fit, and the argument that opens it.
#[cold]
fn wrapped_by(text: &str) -> Option<(&'static str, &'static str)> {
    #[derive(Deserialize)]
    struct Envelope {
        #[serde(rename = "TopicArn")]
        topic: Option<IgnoredAny>,
        #[serde(rename = "Message")]
        message: Option<IgnoredAny>,
        #[serde(rename = "detail-type")]
        detail_type: Option<IgnoredAny>,
        detail: Option<IgnoredAny>,
    }
    match serde_json::from_str(text).ok()? {
        Envelope {
            topic: Some(_),
            message: Some(_),
            ..
        } => Some(("SNS", "Notification")),
        Envelope {
            detail_type: Some(_),
            detail: Some(_),
            ..
        } => Some(("EventBridge", "BusEvent")),
        _ => None,
    }
}

impl<'e> FromRecord<'e> for &'e str {
    type Rejection = Error;

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        record.content().map_err(Error::msg)
    }
}

impl<'e> FromRecord<'e> for &'e [u8] {
    type Rejection = Error;

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        record
            .content_bytes()
            .map(|bytes| &**bytes)
            .map_err(Error::msg)
    }
}

impl<'e> FromRecord<'e> for Bytes {
    type Rejection = Error;

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        record.content_bytes().cloned().map_err(Error::msg)
    }
}

impl Record {
    /// Takes a value from the record, as a handler that is called once for each record gets it as an argument.
    ///
    /// ```
    /// use lambda_api::{Error, Json, event_handler, events::Record};
    ///
    /// #[event_handler(sqs, batch)]
    /// async fn total(messages: &[Record]) -> Result<(), Error> {
    ///     let mut total: u64 = 0;
    ///     for message in messages {
    ///         let Json(amount) = message.extract::<Json<u32>>()?;
    ///         total += u64::from(amount);
    ///     }
    ///     # let _ = total;
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns an error if the record does not have the value.
    pub fn extract<'e, T: FromRecord<'e>>(&'e self) -> Result<T, T::Rejection> {
        T::from_record(self)
    }
}
