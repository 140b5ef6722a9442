//! Waits for the signal that ends the process.

use super::{client::Address, extension};
use crate::hooks::Hooks;
#[cfg(unix)]
use crate::signals::{Signal, TERMINATE};

/// Receives SIGTERM for the shutdown hooks. Without hooks, it never completes.
pub(super) struct Terminate {
    #[cfg(unix)]
    signal: Option<Signal>,
}

impl Terminate {
    /// Registers for SIGTERM if there are shutdown hooks.
    #[cfg(unix)]
    pub(super) async fn listen(hooks: &Hooks, address: &Address) -> Self {
        if !hooks.has_shutdown() {
            return Self { signal: None };
        }
        // Listens before the registration, so that no signal is missed.
        let signal = match Signal::listen(TERMINATE) {
            Ok(signal) => Some(signal),
            Err(error) => {
                let error = error.to_string();
                tracing::warn!(target: "lambda_api", error, "listening for SIGTERM failed: the shutdown hooks will not run");
                None
            }
        };
        if signal.is_some() {
            extension::register(address).await;
        }
        Self { signal }
    }

    /// Lambda runs on Linux only; an emulator may run elsewhere.
    #[cfg(not(unix))]
    #[allow(clippy::unused_async)]
    pub(super) async fn listen(_: &Hooks, _: &Address) -> Self {
        Self {}
    }

    /// Whether the signal may arrive.
    pub(super) fn is_expected(&self) -> bool {
        #[cfg(unix)]
        return self.signal.is_some();
        #[cfg(not(unix))]
        false
    }

    /// Completes when the hooks have to run.
    pub(super) async fn signalled(self) {
        #[cfg(unix)]
        if let Some(mut signal) = self.signal {
            return signal.recv().await;
        }
        std::future::pending::<()>().await;
    }
}
