//! Kinds of events, as a set that is known at compile time.

/// The kinds of events in which an argument of an event handler is available.
///
/// A handler of another kind does not compile: `Meta<Sqs>` is not an argument of `#[event_handler(s3)]`.
///
/// ```
/// use lambda_api::{Error, events::{FromRecord, Kinds, Meta, Record, Sqs}};
///
/// /// The group of a message in a FIFO queue.
/// struct Group(String);
///
/// impl<'e> FromRecord<'e> for Group {
///     type Rejection = Error;
///     const KINDS: Kinds = Kinds::SQS;
///
///     fn from_record(record: &'e Record) -> Result<Self, Error> {
///         let Meta(message) = Meta::<Sqs>::from_record(record)?;
///         message.group_id().map(|group| Group(group.to_owned())).ok_or_else(|| Error::msg("no group"))
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u16);

impl Kinds {
    /// Messages of a queue of SQS.
    pub const SQS: Self = Self(1);
    /// Notifications of a bucket of S3.
    pub const S3: Self = Self(1 << 1);
    /// Messages of a topic of SNS.
    pub const SNS: Self = Self(1 << 2);
    /// Changes of a table of DynamoDB.
    pub const DYNAMODB: Self = Self(1 << 3);
    /// Records of a stream of Kinesis.
    pub const KINESIS: Self = Self(1 << 4);
    /// Events of EventBridge.
    pub const EVENT_BRIDGE: Self = Self(1 << 5);
    /// Schedules of EventBridge.
    pub const SCHEDULE: Self = Self(1 << 6);
    /// Events that nothing else takes: those of handlers of `any`.
    pub const OTHER: Self = Self(1 << 7);
    /// Requests to a Lambda authorizer.
    pub const AUTHORIZER: Self = Self(1 << 8);
    /// New connections of a WebSocket API.
    pub const CONNECT: Self = Self(1 << 9);
    /// Messages of a WebSocket API.
    pub const MESSAGE: Self = Self(1 << 10);
    /// Connections of a WebSocket API that have ended.
    pub const DISCONNECT: Self = Self(1 << 11);
    /// No kind.
    pub(super) const NONE: Self = Self(0);
    /// All kinds.
    pub const ALL: Self = Self((1 << 12) - 1);

    /// The kinds of both sets. Unlike an operator, it can be called in a constant.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this set has all kinds of another one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Panics at compile time if an argument is not available in a handler's kind.
    #[doc(hidden)]
    #[track_caller]
    pub const fn __check(self, handler: Self, attribute: &str) {
        if !self.contains(handler) {
            panic!("{}", handler.lacks(attribute));
        }
    }

    const fn lacks(self, attribute: &str) -> &'static str {
        if let b"batch" = attribute.as_bytes() {
            return "this argument is not available in a handler of batches: read it from each record, \
                    with `Record::extract`";
        }
        match self {
            Self::SQS => {
                "this argument is not available in a handler of `sqs`, which takes `Meta<Sqs>`, `S3Objects`, \
                 `Notification<T>` and `BusEvent<T>`, beside those of all records"
            }
            Self::S3 => {
                "this argument is not available in a handler of `s3`, which takes `Meta<S3>` and `S3Objects`, \
                 beside those of all records"
            }
            Self::SNS => {
                "this argument is not available in a handler of `sns`, which takes `Meta<Sns>`, `S3Objects`, \
                 `Notification<T>` and `BusEvent<T>`, beside those of all records"
            }
            Self::DYNAMODB => {
                "this argument is not available in a handler of `dynamodb`, which takes `Meta<DynamoDb>` and \
                 `Change<T>`, beside those of all records"
            }
            Self::KINESIS => {
                "this argument is not available in a handler of `kinesis`, which takes `Meta<Kinesis>`, beside \
                 those of all records"
            }
            Self::EVENT_BRIDGE => {
                "this argument is not available in a handler of `event_bridge`, which takes `Json<T>`, \
                 `Meta<EventBridge>`, `BusEvent<T>` and `S3Objects`, beside those of all events"
            }
            Self::SCHEDULE => {
                "this argument is not available in a handler of `schedule`, which takes `Json<T>`, \
                 `Meta<Schedule>` and `Meta<EventBridge>`, beside those of all events"
            }
            Self::OTHER => {
                "this argument is not available in a handler of `any`, which takes `Json<T>`, beside those of \
                 all events"
            }
            Self::AUTHORIZER => {
                "this argument is not available in an authorizer, which takes `AuthorizerRequest`, `Identity` and \
                 `Claims<T>`, beside those of all events"
            }
            Self::CONNECT => {
                "this argument is not available in a handler of `connect`, which takes `Handshake` and \
                 `Connection`, beside those of all events"
            }
            Self::DISCONNECT => {
                "this argument is not available in a handler of `disconnect`, which takes `Disconnected` and \
                 `Connection`, beside those of all events"
            }
            _ => {
                "this argument is not available in a handler of messages, which takes `Json<T>`, `Text` and \
                 `Connection`, beside those of all events"
            }
        }
    }
}
