//! Signals of Unix.
//!
//! Not those of tokio: with its feature `signal`, the start of each runtime prepares for every signal
//! there is, which costs a tenth of the instructions up to the first event.

use signal_hook::low_level::pipe;
use std::{ffi::c_int, io};
use tokio::{io::AsyncReadExt, net::UnixStream};

/// Ctrl-C.
#[cfg(any(debug_assertions, feature = "local"))]
pub(crate) const INTERRUPT: c_int = signal_hook::consts::SIGINT;
/// The request to end.
pub(crate) const TERMINATE: c_int = signal_hook::consts::SIGTERM;

/// A signal that does nothing any more but to be told here.
#[derive(Debug)]
pub(crate) struct Signal(UnixStream);

impl Signal {
    /// Catches the signal from here on, for the rest of the process.
    ///
    /// # Errors
    /// When no more files can be opened, or outside of a tokio runtime with sockets.
    pub(crate) fn listen(signal: c_int) -> io::Result<Self> {
        let (receiver, sender) = std::os::unix::net::UnixStream::pair()?;
        receiver.set_nonblocking(true)?;
        let receiver = UnixStream::from_std(receiver)?;
        pipe::register(signal, sender)?;
        Ok(Self(receiver))
    }

    /// Waits for the next one.
    pub(crate) async fn recv(&mut self) {
        // A byte for each signal.
        match self.0.read_u8().await {
            Ok(_) => {}
            // The other end is never closed.
            Err(_) => std::future::pending().await,
        }
    }
}
