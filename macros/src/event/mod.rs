//! What the attributes of handlers of events share: the signature, the arguments, the generated code.

mod event_handler;
mod expand;
mod list;
mod options;
mod schedule;
mod trigger;

pub(crate) use event_handler::event_handler;
pub(crate) use expand::{Attribute, Expansion, parse, stub};
pub(crate) use list::events;
