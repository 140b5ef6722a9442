//! What a function sends to Lambda.

use crate::Body;

/// The response to an event, as it is sent to Lambda.
#[derive(Debug)]
pub enum EventResponse {
    /// The JSON that the source expects, as of [`encode`](super::encode).
    Buffered(Vec<u8>),
    /// A head as of [`encode_prelude`](super::encode_prelude), and the body behind it. A body in
    /// memory is the head and all that follows. If it is a stream, each of its frames is data that is not empty,
    /// the first one is the head, and an error ends it early.
    Stream(Body),
}
