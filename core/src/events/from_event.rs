//! Arguments of handlers of whole events.

use super::{
    event::{Event, Part},
    kinds::Kinds,
    parts::{parse_content, without_bom},
    record::Record,
};
use crate::{
    Error, Json, Operation,
    extract::{Text, parse_json},
};
use serde::Deserialize;
use std::convert::Infallible;

/// Types that can be an argument of a handler of a whole event, or of a whole batch.
///
/// | argument | value |
/// |---|---|
/// | [`Json<T>`](Json) | the detail of an event of EventBridge or a schedule, the message of a WebSocket API; in a handler of `any` and in an authorizer, the whole event |
/// | [`BusEvent<T>`](super::BusEvent) | an event of EventBridge with its detail |
/// | [`S3Objects`](super::S3Objects) | the object of an event of S3 from EventBridge |
/// | [`Meta<K>`](super::Meta) | what the service says about the event |
/// | [`State<T>`](crate::State) | a value of the application |
/// | [`Deadline`](crate::extract::Deadline) | the time at which the handler is stopped |
/// | `Result<T, T::Rejection>` | one of these, or why the event does not have it |
/// | [`LambdaContext`](crate::LambdaContext) (or a reference) | the data of Lambda about the invocation |
/// | `&Event` | the event |
/// | `&[Record]` | the records of a batch |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler of events",
    label = "not available in events",
    note = "all handlers of events take `State<T>`, `LambdaContext`, `Deadline` and `&Event`; one of `event_bridge`, `schedule` or `any` takes `Json<T>` and `Meta<K>`, one of a batch `&[Record]`",
    note = "an authorizer takes `AuthorizerRequest`, which has the headers and the query, `Identity` and `Claims<T>`",
    note = "a handler of a WebSocket API takes a message as `Json<T>` or `Text`, `Connection`, in `connect` `Handshake`, which has the headers and the query, and other connections as `State<Connections>`",
    note = "extractors of HTTP requests, such as `Path` and `Query`, read an HTTP request, which an event is not",
    note = "implement `FromEvent` for your own types"
)]
pub trait FromEvent<'e>: Sized {
    /// The error if the event does not have the value: the invocation fails.
    type Rejection: Into<Error>;

    /// The kinds of events that have the value.
    const KINDS: Kinds = Kinds::ALL;

    /// Whether the value may depend on more of a request to an authorizer than the credential.
    #[doc(hidden)]
    const READS_EVENT: bool = true;

    /// Takes the value from the event.
    ///
    /// # Errors
    /// Returns an error if the event does not have the value.
    fn from_event(event: &'e Event) -> Result<Self, Self::Rejection>;

    /// Declares the state that the argument needs, for the checks of
    /// [`Api::build`](crate::Api::build).
    fn describe(operation: &mut Operation) {
        let _ = operation;
    }
}

impl<'e> FromEvent<'e> for &'e [Record] {
    type Rejection = Infallible;

    const KINDS: Kinds = Kinds::SQS
        .or(Kinds::S3)
        .or(Kinds::SNS)
        .or(Kinds::DYNAMODB)
        .or(Kinds::KINESIS);

    fn from_event(event: &'e Event) -> Result<Self, Infallible> {
        Ok(event.records())
    }
}

impl<'e, T: Deserialize<'e>> FromEvent<'e> for Json<T> {
    type Rejection = Error;

    // In a batch, it would be the whole event: each record has a content of its own. Connections of a WebSocket API
    // have none.
    const KINDS: Kinds = Kinds::EVENT_BRIDGE
        .or(Kinds::SCHEDULE)
        .or(Kinds::OTHER)
        .or(Kinds::AUTHORIZER)
        .or(Kinds::MESSAGE);

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let depth = event.data().states.limits.json_depth;
        let (part, text) = event.content().map_err(Error::new)?;
        let what = match part {
            Part::Detail => "the detail",
            Part::Whole => "the event",
            // The client gets the problem, which names the member.
            Part::Message => {
                let parsed = parse_json(without_bom(text), depth);
                return parsed.map(Json).map_err(Error::new);
            }
        };
        parse_content(text, depth, (what, "Json")).map(Json)
    }
}

/// The message of a WebSocket API, as it is. The client gets a 400 (`invalid_text`) if it is not UTF-8.
impl<'e> FromEvent<'e> for Text {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::MESSAGE;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let text = event.text().map_err(Error::new)?;
        Ok(Self(text.to_owned()))
    }
}

impl Event {
    /// Takes a value from the event, as a handler of whole events gets it as an argument.
    ///
    /// ```
    /// use lambda_api::{Error, Json, event_handler, events::Event};
    ///
    /// #[event_handler(any(key = "job"))]
    /// async fn run(event: &Event) -> Result<(), Error> {
    ///     if event.has_key("id") {
    ///         let Json(job) = event.extract::<Json<serde_json::Value>>()?;
    ///         println!("{job}");
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// Returns an error if the event does not have the value.
    pub fn extract<'e, T: FromEvent<'e>>(&'e self) -> Result<T, T::Rejection> {
        T::from_event(self)
    }
}
