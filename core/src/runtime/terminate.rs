//! The end of the process, when Lambda needs it no more.

use super::{Hooks, extension};

/// Waits for SIGTERM, for the shutdown hooks; for ever where there are none.
pub(super) struct Terminate {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Terminate {
    /// Has Lambda send the signal, if anybody wants it.
    #[cfg(unix)]
    pub(super) async fn listen(hooks: &Hooks) -> Self {
        use tokio::signal::unix::{SignalKind, signal};

        if !hooks.has_shutdown() {
            return Self { signal: None };
        }
        // Caught from here on, so that none is missed.
        let signal = match signal(SignalKind::terminate()) {
            Ok(signal) => Some(signal),
            Err(error) => {
                let error = error.to_string();
                tracing::warn!(target: "lambda_api", error, "the shutdown hooks cannot run");
                None
            }
        };
        if signal.is_some() {
            extension::register().await;
        }
        Self { signal }
    }

    /// Lambda has no other systems; an emulator may.
    #[cfg(not(unix))]
    #[allow(clippy::unused_async)]
    pub(super) async fn listen(_: &Hooks) -> Self {
        Self {}
    }

    /// Ends when the hooks are due.
    pub(super) async fn signalled(self) {
        #[cfg(unix)]
        if let Some(mut signal) = self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}
