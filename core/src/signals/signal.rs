//! One Unix signal.
//!
//! Does not use `tokio::signal`: with tokio's feature `signal`, every runtime prepares for all
//! signals when it starts, a tenth of all instructions up to the first event.

use signal_hook::low_level::pipe;
use std::{ffi::c_int, io};
use tokio::{io::AsyncReadExt, net::UnixStream};

/// Ctrl-C.
#[cfg(any(debug_assertions, feature = "local", feature = "server"))]
pub(crate) const INTERRUPT: c_int = signal_hook::consts::SIGINT;
/// The request to terminate.
pub(crate) const TERMINATE: c_int = signal_hook::consts::SIGTERM;

/// A signal whose default action is replaced by a notification.
#[derive(Debug)]
pub(crate) struct Signal(UnixStream);

impl Signal {
    /// Replaces the default action of the signal for the rest of the process.
    ///
    /// # Errors
    /// Fails if no more files can be opened, or outside of a tokio runtime with IO enabled.
    pub(crate) fn listen(signal: c_int) -> io::Result<Self> {
        let (receiver, sender) = std::os::unix::net::UnixStream::pair()?;
        receiver.set_nonblocking(true)?;
        let receiver = UnixStream::from_std(receiver)?;
        pipe::register(signal, sender)?;
        Ok(Self(receiver))
    }

    /// Waits for the next signal.
    pub(crate) async fn recv(&mut self) {
        // The signal handler writes one byte for each signal.
        match self.0.read_u8().await {
            Ok(_) => {}
            // The other end is never closed.
            Err(_) => std::future::pending().await,
        }
    }
}
