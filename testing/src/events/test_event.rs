//! Everything that a test can send as an event.

use crate::{EventBuilder, fake_lambda::Invoke};
use bytes::Bytes;
use serde_json::Value;

/// Event that a test sends: a builder, or JSON of its own.
///
/// [`TestClient::event`](crate::TestClient::event) and
/// [`FakeLambda::invoke`](crate::FakeLambda::invoke) take any of them.
pub trait TestEvent {
    /// The event as the bytes that a function receives.
    fn to_bytes(&self) -> Bytes;
}

impl<E: TestEvent + ?Sized> TestEvent for &E {
    fn to_bytes(&self) -> Bytes {
        (**self).to_bytes()
    }
}

impl TestEvent for Value {
    fn to_bytes(&self) -> Bytes {
        self.to_string().into()
    }
}

impl TestEvent for EventBuilder {
    fn to_bytes(&self) -> Bytes {
        self.to_bytes()
    }
}

macro_rules! invoked {
    ($($name:ident)*) => {
        $(
            impl From<super::$name> for Invoke {
                fn from(event: super::$name) -> Self {
                    event.to_bytes().into()
                }
            }

            impl From<&super::$name> for Invoke {
                fn from(event: &super::$name) -> Self {
                    event.to_bytes().into()
                }
            }
        )*
    };
}

invoked!(DynamoDbEvent EventBridgeEvent KinesisEvent S3Event ScheduleEvent SnsEvent SqsEvent);

#[cfg(feature = "websocket")]
invoked!(WebSocketEvent);

/// The ids by which a response names the records of an event, in their order.
pub(crate) fn record_ids(event: &[u8]) -> Vec<String> {
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    let records = event["Records"].as_array().cloned().unwrap_or_default();
    let id = |record: &Value| {
        [
            "/messageId",
            "/kinesis/sequenceNumber",
            "/dynamodb/SequenceNumber",
        ]
        .iter()
        .find_map(|pointer| record.pointer(pointer)?.as_str())
        .unwrap_or_default()
        .to_owned()
    };
    records.iter().map(id).collect()
}
