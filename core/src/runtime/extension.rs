//! The extension that makes Lambda send SIGTERM.
//!
//! Lambda sends SIGTERM only to functions with an extension. This one subscribes to no events and
//! waits forever for the first one.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.

use super::client::{Address, Client};
use std::time::Duration;
use tokio::time::sleep;

/// How often the wait is started. Its connection does not survive a snapshot.
const ATTEMPTS: u32 = 3;

/// Registers the extension. Must run before the first event is requested.
pub(super) async fn register(address: &Address) {
    let mut client = Client::new(address.clone());
    match client.register("lambda-api-shutdown").await {
        Ok(id) => {
            tokio::spawn(wait(client, id));
        }
        Err(error) => tracing::warn!(
            target: "lambda_api",
            error,
            "registering the shutdown extension failed: the shutdown hooks may not run"
        ),
    }
}

/// Signals that the extension is ready. Lambda waits for this at startup.
async fn wait(mut client: Client, id: String) {
    for _ in 0..ATTEMPTS {
        let _ = client.extension_next(&id).await;
        sleep(Duration::from_millis(100)).await;
    }
}
