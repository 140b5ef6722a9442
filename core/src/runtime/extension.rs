//! The extension without which Lambda sends no SIGTERM.
//!
//! It asks for no events, and waits for the first one for ever.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-extensions-api.html>.

use super::client::{Address, Client};
use std::time::Duration;
use tokio::time::sleep;

/// How often the wait is begun anew: its connection does not survive a snapshot.
const ATTEMPTS: u32 = 3;

/// Registers the extension, before the first invocation is asked for.
pub(super) async fn register(address: &Address) {
    let mut client = Client::new(address.clone());
    match client.register("lambda-api-shutdown").await {
        Ok(id) => {
            tokio::spawn(wait(client, id));
        }
        Err(error) => tracing::warn!(
            target: "lambda_api",
            error,
            "the shutdown hooks may not run: Lambda could not be told that there are some"
        ),
    }
}

/// Says that the extension is ready, without which the start would not end.
async fn wait(mut client: Client, id: String) {
    for _ in 0..ATTEMPTS {
        let _ = client.extension_next(&id).await;
        sleep(Duration::from_millis(100)).await;
    }
}
