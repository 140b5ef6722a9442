//! SnapStart: the hooks around a snapshot of the process, and their errors.
//!
//! See <https://docs.aws.amazon.com/lambda/latest/dg/snapstart-runtime-hooks-custom.html>.

use super::{client::Client, error_document::ErrorDocument};
use crate::hooks::Hooks;
use crate::{BoxError, error::Chain};
use std::time::Duration;
use tokio::time::timeout;

/// Lambda allows 130 seconds for the startup before a snapshot.
const BEFORE: Duration = Duration::from_secs(120);

/// Lambda allows 10 seconds for the hooks after a restore.
const AFTER: Duration = Duration::from_millis(9_500);

/// Whether Lambda will take a snapshot of this process.
pub(super) fn is_due() -> bool {
    std::env::var("AWS_LAMBDA_INITIALIZATION_TYPE").is_ok_and(|kind| kind == "snap-start")
}

/// Runs the hooks, and waits for the restore between them.
///
/// # Errors
/// Fails if the process cannot continue. The error has then been reported to Lambda.
pub(super) async fn around(client: &mut Client, hooks: &Hooks) -> Result<(), BoxError> {
    if let Err(error) = within(BEFORE, hooks.run_before_snapshot()).await {
        let message = Chain(&*error).to_string();
        let document = ErrorDocument::new("BeforeSnapshotError", &message);
        report(client.init_error(&document).await);
        return Err(error);
    }
    let status = client.restore_next().await?;
    if !(200..300).contains(&status) {
        return Err(format!("`/restore/next` returned the status {status}").into());
    }
    if let Err(error) = within(AFTER, hooks.run_after_restore()).await {
        let message = Chain(&*error).to_string();
        let document = ErrorDocument::new("AfterRestoreError", &message);
        report(client.restore_error(&document).await);
        return Err(error);
    }
    Ok(())
}

async fn within(
    limit: Duration,
    hooks: impl Future<Output = Result<(), BoxError>>,
) -> Result<(), BoxError> {
    match timeout(limit, hooks).await {
        Ok(result) => result,
        Err(_) => Err(format!("a hook took longer than {} ms", limit.as_millis()).into()),
    }
}

fn report<T>(result: Result<T, super::connection::CallError>) {
    if let Err(error) = result {
        let error = error.to_string();
        tracing::warn!(target: "lambda_api", error, "reporting the error to Lambda failed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn hooks_around_a_snapshot_are_not_waited_for_without_end() {
        for limit in [BEFORE, AFTER] {
            let error = within(limit, std::future::pending()).await.unwrap_err();
            let expected = format!("a hook took longer than {} ms", limit.as_millis());
            assert_eq!(error.to_string(), expected);
        }
    }
}
