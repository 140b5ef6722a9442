//! The code that `#[event_handler]`, `#[authorizer]` and `#[ws_handler]` generate for.

use super::{event::Event, failures::BatchFailures, record::Record, trigger::Trigger};
use crate::{BoxFuture, Error, Operation};
use std::fmt;

/// The handler of an event: a function marked `#[event_handler(..)]`, `#[authorizer]` or
/// `#[ws_handler(..)]`.
///
/// The attribute implements this for a hidden struct with the function's name. Do not implement it
/// by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler of events",
    label = "expected a function marked `#[event_handler(..)]`, `#[authorizer]` or `#[ws_handler(..)]`",
    note = "functions marked `#[api_handler(..)]` belong in `routes![..]`"
)]
pub trait EventHandler {
    #[doc(hidden)]
    const HANDLER: Handler;
}

/// A handler of events, as a constant.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub struct Handler {
    pub name: &'static str,
    pub module: &'static str,
    pub file: &'static str,
    pub line: u32,
    /// The events that it takes.
    pub trigger: fn() -> Trigger,
    /// How many records are handled at once; `None` for the default.
    pub concurrency: Option<usize>,
    pub call: Call,
    pub describe: fn(&mut Operation),
    /// The response to an event of the same WebSocket API that no handler takes.
    pub otherwise: Option<for<'e> fn(&'e Event) -> Vec<u8>>,
}

/// A call of a handler.
type Handled<'e, T> = BoxFuture<'e, Result<T, Error>>;

/// How a handler is called.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub enum Call {
    /// Once for each record.
    Record(for<'e> fn(&'e Record) -> Handled<'e, ()>),
    /// Once for all records.
    Batch(for<'e> fn(&'e Event) -> Handled<'e, BatchFailures>),
    /// Once for the event. Returns the JSON that Lambda gets.
    Event(for<'e> fn(&'e Event) -> Handled<'e, Vec<u8>>),
}

/// The handler of a function whose attribute has an error that was reported.
#[doc(hidden)]
pub const INVALID: Handler = Handler {
    name: "",
    module: "",
    file: "",
    line: 0,
    trigger: || Trigger::Any { key: None },
    concurrency: None,
    call: Call::Event(|_| Box::pin(std::future::ready(Ok(Vec::new())))),
    describe: |_| {},
    otherwise: None,
};

impl Handler {
    /// `app::ship` at `src/main.rs:7`, for errors of the build.
    pub(crate) fn origin(&self) -> String {
        format!(
            "`{}::{}` ({}:{})",
            self.module, self.name, self.file, self.line
        )
    }
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handler").field(&self.name).finish()
    }
}
