//! Arguments of handlers of whole events.

use super::{event::Event, kinds::Kinds, record::Record};
use crate::{
    Error, Json, LambdaContext, Operation, State,
    extract::{Deadline, StateRejection, Text, parse_json},
};
use serde::Deserialize;
use std::{any::type_name, convert::Infallible};

/// Types that can be an argument of a handler of a whole event, or of a whole batch.
///
/// | argument | value |
/// |---|---|
/// | [`Json<T>`](Json) | the detail of an EventBridge event, the message of a WebSocket API; of other events, the whole event |
/// | [`EventBridgeEvent<T>`](super::EventBridgeEvent) | an event of EventBridge with its detail |
/// | [`S3Objects`](super::S3Objects) | the object of an event of S3 from EventBridge |
/// | [`Meta<K>`](super::Meta) | what the service says about the event |
/// | [`State<T>`](State) | a value of the application |
/// | [`Deadline`] | the time at which the handler is stopped |
/// | `Result<T, T::Rejection>` | one of these, or why the event does not have it |
/// | [`LambdaContext`] (or a reference) | the data of Lambda about the invocation |
/// | `&Event` | the event |
/// | `&[Record]` | the records of a batch |
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler of events",
    label = "not available in events",
    note = "extractors of HTTP requests, such as `Path` and `Query`, read an HTTP request, which an event is not: an event handler takes `Json<T>`, `State<T>`, `Meta<K>`, `LambdaContext`, `&Event`",
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

impl<'e> FromEvent<'e> for &'e Event {
    type Rejection = Infallible;

    fn from_event(event: &'e Event) -> Result<Self, Infallible> {
        Ok(event)
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

impl<'e> FromEvent<'e> for &'e LambdaContext {
    type Rejection = Infallible;

    fn from_event(event: &'e Event) -> Result<Self, Infallible> {
        Ok(event.lambda())
    }
}

impl<'e> FromEvent<'e> for LambdaContext {
    type Rejection = Infallible;

    fn from_event(event: &'e Event) -> Result<Self, Infallible> {
        Ok(event.lambda().clone())
    }
}

impl<'e, T: Clone + Send + Sync + 'static> FromEvent<'e> for State<T> {
    type Rejection = StateRejection;

    const READS_EVENT: bool = false;

    fn from_event(event: &'e Event) -> Result<Self, StateRejection> {
        let state = event.data().state::<T>().cloned();
        state
            .map(State)
            .ok_or(StateRejection::Missing(type_name::<T>()))
    }

    fn describe(operation: &mut Operation) {
        operation.require_state::<T>();
    }
}

impl<'e, T: Deserialize<'e>> FromEvent<'e> for Json<T> {
    type Rejection = Error;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let depth = event.data().states.limits.json_depth;
        parse_json(event.content(), depth)
            .map(Json)
            .map_err(Error::new)
    }
}

impl<'e> FromEvent<'e> for Deadline {
    type Rejection = Infallible;

    fn from_event(event: &'e Event) -> Result<Self, Infallible> {
        Ok(event.data().deadline())
    }
}

impl<'e, T: FromEvent<'e>> FromEvent<'e> for Result<T, T::Rejection> {
    type Rejection = Infallible;

    const KINDS: Kinds = T::KINDS;
    const READS_EVENT: bool = T::READS_EVENT;

    fn from_event(event: &'e Event) -> Result<Self, Infallible> {
        Ok(T::from_event(event))
    }

    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }
}

/// The message of a WebSocket API, as it is.
impl<'e> FromEvent<'e> for Text {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::MESSAGE;

    fn from_event(event: &'e Event) -> Result<Self, Error> {
        let message = event.message().map(str::to_owned);
        message
            .map(Self)
            .ok_or_else(|| Error::msg("expected a message in UTF-8"))
    }
}
