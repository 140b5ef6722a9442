//! The address of an issuer that is on loopback by its name.

use std::{io, net::SocketAddr};
use tokio::net::{TcpListener, TcpSocket};

/// Any free port of 127.0.0.1.
pub(super) fn any() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Takes an address. Nobody listens there yet, so connections are refused.
pub(super) fn reserve(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The port can then be used again while connections of before are winding down. On Windows the
    // option means something else: that others may take the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Listens on an address.
pub(super) fn listen(reserved: TcpSocket) -> io::Result<TcpListener> {
    reserved.listen(1024)
}
