//! Handlers of events that are not HTTP requests, through the public interface.

mod batches;
mod common;
mod dispatch;
mod envelopes;
mod hostile;
mod kinds;
mod soak;
