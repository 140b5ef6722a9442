//! What services say in their events and records, and arguments that only these have.

mod attribute_value;
mod attributes;
mod decimal;
mod dynamodb;
mod event_bridge;
mod kinesis;
mod notification;
mod s3;
mod s3_objects;
mod schedule;
mod sns;
mod sqs;
mod time;

pub use attributes::MessageAttribute;
pub use dynamodb::{Change, ChangeKind, DynamoDb};
pub use event_bridge::{BusEvent, EventBridge};
pub use kinesis::Kinesis;
pub use notification::Notification;
pub use s3::S3;
pub use s3_objects::S3Objects;
pub use schedule::Schedule;
pub use sns::Sns;
pub use sqs::Sqs;
