//! The address that the environment asks a server to listen on.

use crate::environment::{self, HTTP_ENDPOINT, PORT};
use socket2::{Domain, Socket, Type};
use std::{
    fmt, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
};
use tokio::net::TcpListener;

/// How many connections the system keeps until they are accepted.
const BACKLOG: i32 = 1024;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// The variable that has it.
    variable: &'static str,
    /// All addresses of this machine without one.
    host: Option<String>,
    port: u16,
}

impl Address {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// Returns what is wrong with the variable.
    pub(crate) fn here() -> Option<Result<Self, String>> {
        Self::read(environment::variable)
    }

    /// Reads `AWS_LAMBDA_HTTP_ENDPOINT`, or else `PORT`. `None` if the environment has neither.
    fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Result<Self, String>> {
        let (variable, value) = environment::server_address(variable)?;
        let (address, expected) = if variable == HTTP_ENDPOINT {
            let expected = "a host and a port such as `0.0.0.0:3000`";
            (Self::of_endpoint(&value), expected)
        } else {
            let address = number(&value).map(|port| Self {
                variable: PORT,
                host: None,
                port,
            });
            (address, "a port, 0 to 65535")
        };
        Some(address.ok_or_else(|| {
            let value = value.escape_debug();
            format!("{variable}: expected {expected}, found `{value}`")
        }))
    }

    /// The variable that makes this program a server.
    pub(crate) fn variable(&self) -> &'static str {
        self.variable
    }

    /// Reads `host:port`, as AWS writes it, or the URL of it.
    fn of_endpoint(text: &str) -> Option<Self> {
        let text = text.strip_prefix("http://").unwrap_or(text);
        let text = text.strip_suffix('/').unwrap_or(text);
        let (host, port) = text.rsplit_once(':')?;
        let host = match host.strip_prefix('[') {
            Some(host) => host.strip_suffix(']')?,
            None if host.contains(':') => return None,
            None => host,
        };
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || "-._:%".contains(letter);
        if host.is_empty() || !host.chars().all(is_host) {
            return None;
        }
        Some(Self {
            variable: HTTP_ENDPOINT,
            host: Some(host.to_owned()),
            port: number(port)?,
        })
    }

    /// Listens on this address.
    ///
    /// # Errors
    /// Fails if that is not possible; the error names the address.
    pub(super) async fn bind(&self) -> io::Result<TcpListener> {
        let bound = match &self.host {
            Some(host) => TcpListener::bind((host.as_str(), self.port)).await,
            None => bind_all(self.port),
        };
        bound.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{self} cannot be listened on: {error}"),
            )
        })
    }
}

/// Listens on all addresses, of both versions of IP if this machine has both.
fn bind_all(port: u16) -> io::Result<TcpListener> {
    match bind_socket(Domain::IPV6, (Ipv6Addr::UNSPECIFIED, port).into()) {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => {
            bind_socket(Domain::IPV4, (Ipv4Addr::UNSPECIFIED, port).into())
        }
        bound => bound,
    }
}

fn bind_socket(domain: Domain, address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    if domain == Domain::IPV6 {
        socket.set_only_v6(false)?;
    }
    // On Windows, this would let two programs listen.
    #[cfg(not(windows))]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// A port. `u16` accepts a sign.
fn number(digits: &str) -> Option<u16> {
    let port = digits.parse().ok()?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(port)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.port;
        match &self.host {
            None => write!(f, "port {port}"),
            Some(host) if host.contains(':') => write!(f, "[{host}]:{port}"),
            Some(host) => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Option<Result<String, String>> {
        let address = Address::read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        address.map(|address| address.map(|address| address.to_string()))
    }

    #[test]
    fn the_endpoint_comes_before_the_port() {
        let table: [(&[(&str, &str)], &str); 7] = [
            (&[(PORT, "8080")], "port 8080"),
            (&[(PORT, "0")], "port 0"),
            (
                &[(HTTP_ENDPOINT, "0.0.0.0:3000"), (PORT, "x")],
                "0.0.0.0:3000",
            ),
            (&[(HTTP_ENDPOINT, ""), (PORT, "80")], "port 80"),
            (
                &[(HTTP_ENDPOINT, "http://127.0.0.1:3000/")],
                "127.0.0.1:3000",
            ),
            (&[(HTTP_ENDPOINT, "localhost:3000")], "localhost:3000"),
            (&[(HTTP_ENDPOINT, "[::]:3000")], "[::]:3000"),
        ];
        for (variables, address) in table {
            assert_eq!(
                read(variables),
                Some(Ok(address.to_owned())),
                "{variables:?}"
            );
        }
        assert_eq!(read(&[(PORT, "")]), None);
        assert_eq!(read(&[]), None);
    }

    #[tokio::test]
    async fn a_port_is_that_of_every_address() {
        let listener = bind_all(0).unwrap();
        let address = listener.local_addr().unwrap();
        let loopback = (Ipv4Addr::LOCALHOST, address.port());
        assert!(tokio::net::TcpStream::connect(loopback).await.is_ok());
        let loopback = (Ipv6Addr::LOCALHOST, address.port());
        let connected = tokio::net::TcpStream::connect(loopback).await.is_ok();
        assert_eq!(connected, address.is_ipv6());
        // Otherwise a second program would take a part of the connections.
        let second = bind_all(address.port()).unwrap_err();
        assert_eq!(second.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn an_invalid_address_names_its_variable() {
        let invalid = [
            (PORT, "http"),
            (PORT, "+80"),
            (PORT, "65536"),
            (PORT, "port 80"),
            (HTTP_ENDPOINT, "3000"),
            (HTTP_ENDPOINT, ":3000"),
            (HTTP_ENDPOINT, "::1:3000"),
            (HTTP_ENDPOINT, "[::1:3000"),
            (HTTP_ENDPOINT, "https://a:3000"),
            (HTTP_ENDPOINT, "a:b"),
            (HTTP_ENDPOINT, "a/b:3000"),
        ];
        for (name, value) in invalid {
            let error = read(&[(name, value)]).unwrap().expect_err(value);
            assert!(error.starts_with(name) && error.contains(value), "{error}");
        }
    }
}
