//! One call to the APIs that Lambda has for a process: too few of them to need a client.

use http::Uri;
use std::io;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// More than this is no head of an answer.
const HEAD_LIMIT: usize = 16 * 1024;

/// Where the APIs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    /// Before every path; emulators have one.
    base: String,
}

/// The head of an answer.
#[derive(Debug)]
pub(super) struct Head(String);

impl Address {
    /// The one that the environment names.
    pub(super) fn here() -> Option<Self> {
        Self::parse(&std::env::var("AWS_LAMBDA_RUNTIME_API").ok()?)
    }

    /// Lambda names host and port; emulators put a path behind them.
    pub(super) fn parse(api: &str) -> Option<Self> {
        let uri: Uri = match api.strip_prefix("http://") {
            Some(_) => api.parse(),
            None if api.contains("://") => return None,
            None => format!("http://{api}").parse(),
        }
        .ok()?;
        let host = uri.host()?;
        let port = uri.port_u16().unwrap_or(80);
        Some(Self {
            host: format!("{host}:{port}"),
            base: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    /// Makes a call, and waits for the head of the answer; `headers` are whole lines.
    ///
    /// # Errors
    /// When there is no answer.
    pub(super) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &str,
        body: &str,
    ) -> io::Result<Head> {
        let Self { host, base } = self;
        let length = body.len();
        let request = format!(
            "{method} {base}{path} HTTP/1.1\r\nhost: {host}\r\n{headers}\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(host).await?;
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        let mut part = [0; 1024];
        loop {
            let length = stream.read(&mut part).await?;
            head.extend(part.iter().take(length));
            let text = String::from_utf8_lossy(&head);
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                return Ok(Head(head.to_owned()));
            }
            if length == 0 || head.len() > HEAD_LIMIT {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

impl Head {
    /// The three digits; nothing when it is no answer of HTTP.
    pub(super) fn status(&self) -> &str {
        self.0.split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn is_success(&self) -> bool {
        self.status().starts_with('2')
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.0
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find_map(|(known, value)| known.eq_ignore_ascii_case(name).then_some(value.trim()))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use tokio::{net::TcpListener, task::JoinHandle};

    /// Takes one call with a body of JSON, and gives it this answer.
    pub(in super::super) async fn lambda(answer: &'static str) -> (Address, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = listener.local_addr().unwrap().to_string();
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"}") {
                let mut part = [0; 1024];
                let length = stream.read(&mut part).await.unwrap();
                request.extend(&part[..length]);
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8(request).unwrap()
        });
        (Address::parse(&api).expect("an address"), task)
    }

    #[test]
    fn the_address_may_have_a_scheme_and_a_path() {
        for (api, host, base) in [
            ("127.0.0.1:9001", "127.0.0.1:9001", ""),
            ("sandbox", "sandbox:80", ""),
            ("http://[::1]:9000/.rt/hello", "[::1]:9000", "/.rt/hello"),
            ("127.0.0.1:9000/hello/", "127.0.0.1:9000", "/hello"),
        ] {
            let (host, base) = (host.to_owned(), base.to_owned());
            assert_eq!(Address::parse(api), Some(Address { host, base }), "{api}");
        }
        for api in ["", "https://a", "a b", "a:b:c", "127.0.0.1:1\r\nx: y"] {
            assert_eq!(Address::parse(api), None, "{api:?}");
        }
    }

    #[tokio::test]
    async fn an_answer_has_a_status_and_headers() {
        let (address, task) =
            lambda("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Id:  a b \r\n\r\n{}").await;
        let head = address.call("POST", "/x", "a: b\r\n", "{}").await.unwrap();
        assert!(head.is_success());
        assert_eq!(head.header("x-id"), Some("a b"));
        assert_eq!(head.header("x-none"), None);
        let request = task.await.unwrap();
        assert!(
            request.starts_with("POST /x HTTP/1.1\r\nhost: 127.0.0.1:"),
            "{request}"
        );
        assert!(
            request.ends_with("a: b\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"),
            "{request}"
        );
    }

    #[tokio::test]
    async fn half_an_answer_is_an_error() {
        let (address, _task) = lambda("HTTP/1.1 200 OK\r\nContent-Le").await;
        assert!(address.call("POST", "/x", "", "{}").await.is_err());
    }
}
