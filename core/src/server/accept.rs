//! Accepts connections, up to a number.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

/// How long to wait after an error that concerns all connections, mostly that no more files can be
/// opened.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) struct Listener {
    listener: TcpListener,
    slots: Arc<Semaphore>,
}

/// A connection.
pub(super) struct Accepted {
    pub(super) stream: TcpStream,
    pub(super) address: SocketAddr,
    pub(super) slot: OwnedSemaphorePermit,
}

impl Listener {
    pub(super) fn new(listener: TcpListener, most: usize) -> Self {
        Self {
            listener,
            slots: Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS))),
        }
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
        tracing::warn!(
            target: "lambda_api",
            "the maximum number of connections is reached: new ones wait"
        );
        match Arc::clone(&self.slots).acquire_owned().await {
            Ok(slot) => slot,
            // It is never closed.
            Err(_) => std::future::pending().await,
        }
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
