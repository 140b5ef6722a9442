//! Messages to clients.

use crate::{Error, Json};
use serde::Serialize;

/// A value that is sent to a client as a text message: [`Json`], `String`, `&str`.
///
/// API Gateway sends no binary messages.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a message",
    label = "send `Json(value)`, a `String` or a `&str`"
)]
pub trait IntoMessage {
    /// The text of the message.
    ///
    /// # Errors
    /// If the value cannot be serialised.
    fn into_message(self) -> Result<String, Error>;
}

impl IntoMessage for String {
    fn into_message(self) -> Result<String, Error> {
        Ok(self)
    }
}

impl IntoMessage for &str {
    fn into_message(self) -> Result<String, Error> {
        Ok(self.to_owned())
    }
}

impl<T: Serialize> IntoMessage for Json<T> {
    fn into_message(self) -> Result<String, Error> {
        serde_json::to_string(&self.0)
            .map_err(|error| Error::new(error).context("the message cannot be serialised as JSON"))
    }
}
