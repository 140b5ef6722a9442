//! Handlers of events that are not HTTP requests.
//!
//! One program can handle the messages of a queue, the objects of a bucket, schedules and more, beside
//! its routes. [`#[event_handler]`](macro@crate::event_handler) marks the functions,
//! [`events!`](crate::events!) collects them, and [`Api::events`](crate::Api::events) adds them:
//!
//! ```
//! use lambda_api::{Api, Error, Json, event_handler, events, events::{Meta, Sqs}};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Order { id: u64 }
//!
//! /// Ships an order.
//! #[event_handler(sqs)]
//! async fn ship(Json(order): Json<Order>, message: Meta<Sqs>) -> Result<(), Error> {
//!     # let _ = (order.id, message);
//!     Ok(())
//! }
//!
//! let api = Api::new().events(events![ship]);
//! ```
//!
//! Two traps:
//!
//! - One failed record fails the whole batch, unless the program or the environment says that Lambda reads which
//!   records failed: [`Api::report_batch_item_failures`](crate::Api::report_batch_item_failures).
//! - Every source may send an event twice, so handlers have to be idempotent.
//!
//! [`guide::events`](crate::guide::events) has the kinds, the filters, and what is returned, retried and lost.

mod arguments;
mod batch;
mod call;
mod data;
mod dispatch;
mod envelope;
mod error;
mod event;
mod failures;
mod from_event;
mod from_record;
mod handle_event;
mod handler;
mod handlers;
mod kinds;
mod list;
mod meta;
mod outcome;
mod parts;
mod probe;
mod record;
mod record_kind;
mod run;
mod sealed;
mod services;
mod table;
mod taken;
mod trigger;
mod warm_up;

pub use error::{EventError, ReadError};
pub use event::Event;
pub use failures::BatchFailures;
pub use from_event::FromEvent;
pub use from_record::FromRecord;
pub use handler::EventHandler;
pub use kinds::Kinds;
pub use list::Events;
pub use meta::{EventKind, Meta};
pub use outcome::{IntoBatchOutcome, IntoEventResponse, IntoRecordOutcome};
pub use record::Record;
pub use services::{
    BusEvent, Change, ChangeKind, DynamoDb, EventBridge, Kinesis, MessageAttribute, Notification,
    S3, S3Objects, Schedule, Sns, Sqs,
};
pub use warm_up::warm_up;

#[doc(hidden)]
pub use call::{
    batch_0, batch_1, batch_2, batch_3, batch_4, batch_5, batch_6, batch_7, batch_8, event_0,
    event_1, event_2, event_3, event_4, event_5, event_6, event_7, event_8, record_0, record_1,
    record_2, record_3, record_4, record_5, record_6, record_7, record_8,
};
#[doc(hidden)]
pub use handler::{Call, Handler, INVALID};
#[doc(hidden)]
pub use outcome::{batch_outcome, event_response, record_outcome};
#[doc(hidden)]
pub use probe::{EventKinds, NoArgument, RecordKinds};
#[doc(hidden)]
pub use record_kind::RecordKind;
#[doc(hidden)]
pub use taken::{Seen, Taken, watched};
#[doc(hidden)]
pub use trigger::{AuthorizerKind, AuthorizerTrigger, SocketRoute, Trigger};

#[cfg(feature = "websocket")]
pub(crate) use dispatch::Socket;
pub(crate) use handle_event::{HandleEvent, Setup};
pub(crate) use handlers::{Given, Handlers};
#[cfg(feature = "websocket")]
pub(crate) use run::{Failure, run};
pub(crate) use table::EventTable;
pub(crate) use trigger::{ForAuthorizer, Signs, connects};
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) use {list::Listed, trigger::QueueUrl};
