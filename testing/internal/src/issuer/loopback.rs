//! Issuers whose URL is an address on loopback.

use lambda_api_testing::TestIssuer;
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};
use tokio::net::{TcpListener, TcpSocket};

/// The sockets that hold the ports of issuers which are not served.
type Reserved = HashMap<SocketAddr, Option<TcpSocket>>;

/// An OIDC issuer with the URL `http://127.0.0.1:PORT/NAME`, whose port is reserved from now on.
/// Connecting fails until it is [served](super::IssuerExt::serve).
///
/// # Panics
/// If there is no free port.
#[track_caller]
#[must_use]
pub fn loopback_issuer(name: &str, audience: &str) -> TestIssuer {
    let socket = reserve(free_port()).and_then(|socket| Ok((socket.local_addr()?, socket)));
    let (address, socket) = match socket {
        Ok(socket) => socket,
        Err(error) => panic!("no port of 127.0.0.1 is free: {error}"),
    };
    reserved().insert(address, Some(socket));
    TestIssuer::oidc(&format!("http://{address}/{name}"), audience)
}

/// Listens at the issuer's own address if it is a loopback issuer, at a free port otherwise.
pub(super) fn listen(issuer: &TestIssuer) -> io::Result<TcpListener> {
    let socket = match own_address(issuer) {
        Some(address) => match reserved().get_mut(&address).and_then(Option::take) {
            Some(socket) => socket,
            None => reserve(address)?,
        },
        None => reserve(free_port())?,
    };
    socket.listen(1024)
}

/// Holds the port of a loopback issuer again after its server has stopped.
pub(super) fn give_back(issuer: &TestIssuer) {
    if let Some(address) = own_address(issuer) {
        // If another process was faster, the next server reports it.
        reserved().insert(address, reserve(address).ok());
    }
}

fn own_address(issuer: &TestIssuer) -> Option<SocketAddr> {
    let rest = issuer.issuer_url().strip_prefix("http://")?;
    let address = rest.split('/').next()?.parse().ok()?;
    reserved().contains_key(&address).then_some(address)
}

fn reserved() -> MutexGuard<'static, Reserved> {
    static RESERVED: LazyLock<Mutex<Reserved>> = LazyLock::new(Mutex::default);
    RESERVED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn free_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Binds an address without listening, so that connecting fails.
fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The port can then be used again while earlier connections wind down. On Windows the option
    // would let other processes take the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}
