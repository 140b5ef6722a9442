//! Accepts connections, up to a number.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep},
};

/// How long to wait after an error that concerns all connections, mostly that no more files can be
/// opened.
const PAUSE: Duration = Duration::from_secs(1);

/// How long there is no second warning about the maximum: a flood of connections would be one of
/// warnings.
const SILENCE: Duration = Duration::from_secs(60);

pub(super) struct Listener {
    listener: TcpListener,
    slots: Arc<Semaphore>,
    most: usize,
    /// When there was a warning.
    warned: Mutex<Option<Instant>>,
}

/// A connection.
pub(super) struct Accepted {
    pub(super) stream: TcpStream,
    pub(super) address: SocketAddr,
    pub(super) slot: OwnedSemaphorePermit,
}

impl Listener {
    pub(super) fn new(listener: TcpListener, most: usize) -> Self {
        let most = most.min(Semaphore::MAX_PERMITS);
        Self {
            listener,
            slots: Arc::new(Semaphore::new(most)),
            most,
            warned: Mutex::default(),
        }
    }

    /// The number of connections.
    pub(super) fn connections(&self) -> usize {
        self.most.saturating_sub(self.slots.available_permits())
    }

    /// Waits for a free slot, then for a connection. Dropping the future loses neither.
    pub(super) async fn accept(&self) -> Accepted {
        let slot = match Arc::clone(&self.slots).try_acquire_owned() {
            Ok(slot) => slot,
            Err(_) => self.freed().await,
        };
        loop {
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    return Accepted {
                        stream,
                        address,
                        slot,
                    };
                }
                Err(error) if is_of_client(&error) => {}
                Err(error) => {
                    let error = error.to_string();
                    tracing::warn!(target: "lambda_api", error, "no connection could be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    #[cold]
    async fn freed(&self) -> OwnedSemaphorePermit {
        if self.may_warn() {
            tracing::warn!(
                target: "lambda_api",
                max_connections = self.most,
                "the maximum number of connections is reached: new ones wait"
            );
        }
        match Arc::clone(&self.slots).acquire_owned().await {
            Ok(slot) => slot,
            // It is never closed.
            Err(_) => std::future::pending().await,
        }
    }

    fn may_warn(&self) -> bool {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        let may = warned.is_none_or(|warned| warned.elapsed() >= SILENCE);
        if may {
            *warned = Some(Instant::now());
        }
        may
    }
}

/// Whether an error only concerns the connection that would have been accepted.
fn is_of_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
