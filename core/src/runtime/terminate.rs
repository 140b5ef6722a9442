//! The end of the process, when Lambda needs it no more.

#[cfg(unix)]
use super::signal::{Signal, TERMINATE};
use super::{Hooks, client::Address, extension};

/// Waits for SIGTERM, for the shutdown hooks; where there are none, it never comes.
pub(super) struct Terminate {
    #[cfg(unix)]
    signal: Option<Signal>,
}

impl Terminate {
    /// Has Lambda send the signal, if anybody wants it.
    #[cfg(unix)]
    pub(super) async fn listen(hooks: &Hooks, address: &Address) -> Self {
        if !hooks.has_shutdown() {
            return Self { signal: None };
        }
        // Caught from here on, so that none is missed.
        let signal = match Signal::listen(TERMINATE) {
            Ok(signal) => Some(signal),
            Err(error) => {
                let error = error.to_string();
                tracing::warn!(target: "lambda_api", error, "the shutdown hooks cannot run");
                None
            }
        };
        if signal.is_some() {
            extension::register(address).await;
        }
        Self { signal }
    }

    /// Lambda has no other systems; an emulator may.
    #[cfg(not(unix))]
    #[allow(clippy::unused_async)]
    pub(super) async fn listen(_: &Hooks, _: &Address) -> Self {
        Self {}
    }

    /// Whether the signal may come.
    pub(super) fn is_expected(&self) -> bool {
        #[cfg(unix)]
        return self.signal.is_some();
        #[cfg(not(unix))]
        false
    }

    /// Ends when the hooks are due.
    pub(super) async fn signalled(self) {
        #[cfg(unix)]
        if let Some(mut signal) = self.signal {
            return signal.recv().await;
        }
        std::future::pending::<()>().await;
    }
}
