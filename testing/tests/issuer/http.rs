//! A client that speaks HTTP by hand, and so sees what a real one would hide.

use serde_json::Value;
use std::{io, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[derive(Debug)]
pub(crate) struct ServerResponse {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl ServerResponse {
    pub(crate) fn status(&self) -> u16 {
        let status = self.head.split(' ').nth(1).expect("a status");
        status.parse().expect("a number")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            (found == name).then_some(value)
        })
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// One request on a connection of its own, and all that comes back on it.
pub(crate) async fn get(url: &str) -> io::Result<ServerResponse> {
    send("GET", url).await
}

pub(crate) async fn send(method: &str, url: &str) -> io::Result<ServerResponse> {
    let (address, path) = parts(url);
    let mut stream = TcpStream::connect(address).await?;
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    let end = response.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.expect("a head that ends");
    let body = response.split_off(end + 4);
    let head = String::from_utf8(response).expect("a head in UTF-8");
    Ok(ServerResponse { head, body })
}

pub(crate) fn parts(url: &str) -> (SocketAddr, String) {
    let rest = url.strip_prefix("http://").expect("plain HTTP");
    let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
    (address.parse().expect("an address"), format!("/{path}"))
}

/// A response that has to come.
pub(crate) async fn got(url: &str) -> ServerResponse {
    get(url).await.expect("a response")
}
