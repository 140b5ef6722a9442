//! Builders of events that are not HTTP requests, as AWS services send them.

mod dynamodb;
mod event_bridge;
mod facts;
mod kinesis;
mod s3;
mod sns;
mod sqs;
mod test_event;
#[cfg(feature = "websocket")]
mod websocket;

pub use dynamodb::DynamoDbEvent;
pub use event_bridge::{EventBridgeEvent, ScheduleEvent};
pub use kinesis::KinesisEvent;
pub use s3::S3Event;
pub use sns::SnsEvent;
pub use sqs::SqsEvent;
pub use test_event::TestEvent;
#[cfg(feature = "websocket")]
pub use websocket::WebSocketEvent;

pub(crate) use test_event::record_ids;

#[cfg(test)]
mod tests;
