//! `serve` of the compiled program, and a WebSocket client.
#![cfg(debug_assertions)]

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

/// A running server, which ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        Self::start_with(Stdio::null())
    }

    fn start_with(stderr: Stdio) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chat"))
            .args(["serve", "--port", "0"])
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = loop {
            let line = lines.next().expect("the server starts").unwrap();
            if let Some(address) = line.strip_prefix("WebSockets at ws://") {
                break address.to_owned();
            }
        };
        // A full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    async fn connect(&self, name: &str) -> WebSocketStream<TcpStream> {
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let url = format!("ws://{}/?name={name}", self.address);
        client_async(url, stream).await.unwrap().0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn received(socket: &mut WebSocketStream<TcpStream>) -> Value {
    match socket.next().await {
        Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
        other => panic!("expected a message, found {other:?}"),
    }
}

#[tokio::test]
async fn members_talk_through_the_local_server() {
    let server = Server::start();
    let mut alice = server.connect("alice").await;
    let mut bob = server.connect("bob").await;
    let message = json!({"action": "send", "text": "hi"}).to_string();
    alice.send(Message::text(message)).await.unwrap();
    let said = json!({"from": "alice", "text": "hi"});
    assert_eq!(received(&mut bob).await, said);
    assert_eq!(received(&mut alice).await, json!({"sent": 1}));
}

#[tokio::test]
async fn the_terminal_names_the_handlers() {
    let mut server = Server::start_with(Stdio::piped());
    let mut lines = BufReader::new(server.child.stderr.take().unwrap()).lines();
    let mut alice = server.connect("alice").await;
    for action in ["send", "help"] {
        let message = json!({"action": action, "text": "hi"}).to_string();
        alice.send(Message::text(message)).await.unwrap();
        received(&mut alice).await;
    }
    for expected in [
        "WS $connect -> 200",
        "taken by join (examples/chat/src/main.rs:",
        "WS send -> 200",
        "taken by send (examples/chat/src/main.rs:",
        "WS $default -> 200",
        "taken by explain (examples/chat/src/main.rs:",
    ] {
        let line = lines.find(|line| line.as_ref().unwrap().contains(expected));
        assert!(line.is_some(), "{expected}");
    }
    // A full pipe would stop the server.
    std::thread::spawn(move || lines.for_each(drop));
}

#[tokio::test]
async fn a_client_without_a_name_is_rejected() {
    let server = Server::start();
    let stream = TcpStream::connect(&server.address).await.unwrap();
    let rejected = client_async(format!("ws://{}/", server.address), stream).await;
    let error = rejected.unwrap_err().to_string();
    assert!(error.contains("400"), "{error}");
}
