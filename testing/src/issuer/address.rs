//! The address of an issuer that is on loopback by its name.

use std::{io, net::SocketAddr};
use tokio::net::{TcpListener, TcpSocket};

/// Takes a free port of 127.0.0.1. Nobody listens there yet, so connections are refused.
pub(super) fn reserve() -> io::Result<(TcpSocket, SocketAddr)> {
    let socket = socket()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

/// Listens on a port of 127.0.0.1 that may have been listened on before; 0 is any free one.
pub(super) fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = socket()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], port)))?;
    listen_on(socket)
}

/// Listens on a reserved port.
pub(super) fn listen_on(socket: TcpSocket) -> io::Result<TcpListener> {
    socket.listen(1024)
}

fn socket() -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The port can then be used again while connections of before are winding down. On Windows the
    // option means something else: that others may take the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    Ok(socket)
}
