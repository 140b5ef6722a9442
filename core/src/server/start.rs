//! The server of `#[lambda_api::main]` and `run`.

use super::{address::Address, serve};
use crate::App;
use std::io;

/// Serves an application with the default settings.
///
/// # Errors
/// Fails if the address cannot be listened on.
pub(crate) async fn start(app: App, address: &Address) -> io::Result<()> {
    serve(address.bind().await?, app).await
}
