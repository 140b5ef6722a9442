//! The server, over real sockets.

#![cfg(feature = "server")]

mod axum;
mod http2;
mod invocation;
mod lifecycle;
mod process;
mod requests;
mod slow;
mod streams;

use lambda_api::{Api, server::Serve};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

/// How long a test waits for something that must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server on a port of its own.
struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<io::Result<()>>,
}

impl Server {
    async fn start(api: Api) -> Self {
        Self::start_with(api, |serve| serve).await
    }

    async fn start_with(api: Api, set: impl FnOnce(Serve) -> Serve) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = api.build().await.unwrap();
        let (stop, stopped) = oneshot::channel();
        let serve = set(lambda_api::serve(listener, app)).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        Self {
            address,
            stop: Some(stop),
            running: tokio::spawn(serve.into_future()),
        }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends the bytes of requests, and returns all that is sent until the connection ends.
    async fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut client = self.connect().await;
        client.write(bytes).await;
        client.rest().await
    }

    /// The response to a request for a path, without its head.
    async fn get(&self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let response = self.send(request).await;
        body(&response).to_owned()
    }

    /// Asks the server to stop.
    fn ask_to_stop(&mut self) {
        let _ = self.stop.take().expect("asked once").send(());
    }

    /// Waits until the server has stopped.
    async fn stopped(self) {
        let ended = timeout(PATIENCE, self.running).await;
        ended.expect("the server stops").unwrap().unwrap();
    }
}

/// A client that writes and reads bytes.
struct Client(TcpStream);

impl Client {
    async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Reads until the text has appeared.
    async fn read_until(&mut self, text: &str) -> String {
        let mut read = Vec::new();
        let reading = async {
            while !String::from_utf8_lossy(&read).contains(text) {
                let mut part = [0; 4096];
                match self.0.read(&mut part).await {
                    Ok(0) => panic!("ended at {:?}", String::from_utf8_lossy(&read)),
                    Ok(length) => read.extend_from_slice(&part[..length]),
                    Err(error) => panic!("{error}"),
                }
            }
        };
        timeout(PATIENCE, reading).await.expect(text);
        String::from_utf8(read).unwrap()
    }

    /// Reads until the connection ends.
    async fn rest(&mut self) -> String {
        let mut read = Vec::new();
        let ended = timeout(PATIENCE, self.0.read_to_end(&mut read)).await;
        ended.expect("the connection ends").unwrap();
        String::from_utf8(read).unwrap()
    }
}

fn status(response: &str) -> u16 {
    let status = response.get(9..12).unwrap_or_default();
    status.parse().unwrap_or_else(|_| panic!("{response:?}"))
}

fn body(response: &str) -> &str {
    response.split_once("\r\n\r\n").expect("a head").1
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{text:?}"))
}
