//! The address that the environment asks a server to listen on.

use crate::environment::{HTTP_ENDPOINT, PORT};
use std::{fmt, io};
use tokio::net::TcpListener;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// Reads the environment: `AWS_LAMBDA_HTTP_ENDPOINT`, or else `PORT`. `None` if it has neither.
    ///
    /// # Errors
    /// Returns what is wrong with the variable.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Result<Self, String>> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        if let Some(endpoint) = variable(HTTP_ENDPOINT) {
            return Some(Self::of_endpoint(&endpoint).ok_or_else(|| {
                let endpoint = endpoint.escape_debug();
                format!(
                    "{HTTP_ENDPOINT}: expected a host and a port such as `0.0.0.0:3000`, found `{endpoint}`"
                )
            }));
        }
        let port = variable(PORT)?;
        Some(match number(&port) {
            Some(port) => Ok(Self {
                host: "0.0.0.0".to_owned(),
                port,
            }),
            None => Err(format!(
                "{PORT}: expected a port, 0 to 65535, found `{}`",
                port.escape_debug()
            )),
        })
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
            host: host.to_owned(),
            port: number(port)?,
        })
    }

    /// Listens on this address.
    ///
    /// # Errors
    /// Fails if that is not possible; the error names the address.
    pub(super) async fn bind(&self) -> io::Result<TcpListener> {
        let bound = TcpListener::bind((self.host.as_str(), self.port)).await;
        bound.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("{self} cannot be listened on: {error}"),
            )
        })
    }
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
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "[{host}]:{port}")
        } else {
            write!(f, "{host}:{port}")
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
            (&[(PORT, "8080")], "0.0.0.0:8080"),
            (&[(PORT, "0")], "0.0.0.0:0"),
            (
                &[(HTTP_ENDPOINT, "0.0.0.0:3000"), (PORT, "x")],
                "0.0.0.0:3000",
            ),
            (&[(HTTP_ENDPOINT, ""), (PORT, "80")], "0.0.0.0:80"),
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

    #[test]
    fn an_invalid_address_names_its_variable() {
        let invalid = [
            (PORT, "http"),
            (PORT, "+80"),
            (PORT, "65536"),
            (PORT, "0.0.0.0:80"),
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
