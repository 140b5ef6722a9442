//! An HTTP server that does what a test tells it. It has threads and no runtime, so that it
//! outlives the runtimes of a test.

use super::Certificate;
use rustls::{ServerConnection, StreamOwned};
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpSocket, sync::watch};

/// What becomes of a request.
pub(in super::super) enum ServerResponse {
    /// These bytes, and the end of the connection.
    Send(Vec<u8>),
    /// These bytes, after [`Server::release`].
    Held(Vec<u8>),
    /// These bytes, and nothing more until the client leaves.
    Stall(Vec<u8>),
    /// These bytes, and this line as long as the client reads.
    Endless(Vec<u8>, &'static [u8]),
}

/// The response 200 with this body.
pub(in super::super) fn body(body: &str) -> Vec<u8> {
    status("200 OK", &format!("content-length: {}", body.len()), body)
}

/// A response with this status line, these header lines and this body.
pub(in super::super) fn status(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}\r\n\r\n{body}").into_bytes()
}

type Respond = dyn Fn(usize, &str) -> ServerResponse + Send + Sync;

pub(in super::super) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    /// Of a server that is down.
    reserved: Option<TcpSocket>,
}

struct Shared {
    response: Box<Respond>,
    certificate: Option<Certificate>,
    greeting: &'static [u8],
    heads: Mutex<Vec<String>>,
    connections: AtomicUsize,
    sent: AtomicUsize,
    requests: watch::Sender<usize>,
    left: watch::Sender<usize>,
    released: Mutex<bool>,
    release: Condvar,
}

impl Server {
    /// Responds to each request by its number, from 1, and its path.
    pub(in super::super) fn start(
        response: impl Fn(usize, &str) -> ServerResponse + Send + Sync + 'static,
    ) -> Self {
        Self::listening(None, response)
    }

    /// The same over TLS.
    pub(in super::super) fn tls(
        certificate: Certificate,
        response: impl Fn(usize, &str) -> ServerResponse + Send + Sync + 'static,
    ) -> Self {
        Self::listening(Some(certificate), response)
    }

    /// Says this to every client, before it has listened.
    pub(in super::super) fn deaf(greeting: &'static [u8]) -> Self {
        let mut server = Self::down(|_, _| ServerResponse::Send(Vec::new()));
        Arc::get_mut(&mut server.shared).unwrap().greeting = greeting;
        server.up();
        server
    }

    /// Rejects connections until it is [up](Self::up).
    pub(in super::super) fn down(
        response: impl Fn(usize, &str) -> ServerResponse + Send + Sync + 'static,
    ) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let mut server = Self::new(socket.local_addr().unwrap(), None, response);
        server.reserved = Some(socket);
        server
    }

    pub(in super::super) fn up(&mut self) {
        let socket = self.reserved.take().unwrap();
        let listener = socket.listen(64).unwrap().into_std().unwrap();
        listener.set_nonblocking(false).unwrap();
        self.listen(listener);
    }

    fn listening(
        certificate: Option<Certificate>,
        response: impl Fn(usize, &str) -> ServerResponse + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let server = Self::new(listener.local_addr().unwrap(), certificate, response);
        server.listen(listener);
        server
    }

    fn new(
        address: SocketAddr,
        certificate: Option<Certificate>,
        response: impl Fn(usize, &str) -> ServerResponse + Send + Sync + 'static,
    ) -> Self {
        Self {
            address,
            scheme: if certificate.is_some() {
                "https"
            } else {
                "http"
            },
            shared: Arc::new(Shared {
                response: Box::new(response),
                certificate,
                greeting: b"",
                heads: Mutex::default(),
                connections: AtomicUsize::new(0),
                sent: AtomicUsize::new(0),
                requests: watch::Sender::new(0),
                left: watch::Sender::new(0),
                released: Mutex::new(false),
                release: Condvar::new(),
            }),
            reserved: None,
        }
    }

    /// The threads end with the process; none of them waits for another.
    fn listen(&self, listener: TcpListener) {
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || shared.connection(stream));
            }
        });
    }

    pub(in super::super) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    pub(in super::super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections there were.
    pub(in super::super) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many requests there were.
    pub(in super::super) fn requests(&self) -> usize {
        *self.shared.requests.borrow()
    }

    /// How many bytes were sent as an endless response.
    pub(in super::super) fn sent(&self) -> usize {
        self.shared.sent.load(Ordering::SeqCst)
    }

    /// The heads of the requests, in lower case.
    pub(in super::super) fn heads(&self) -> Vec<String> {
        self.shared.heads.lock().unwrap().clone()
    }

    pub(in super::super) async fn wait_for_requests(&self, requests: usize) {
        let mut count = self.shared.requests.subscribe();
        count.wait_for(|count| *count >= requests).await.unwrap();
    }

    /// Waits until so many clients have left before their response was complete.
    pub(in super::super) async fn wait_for_left(&self, clients: usize) {
        let mut count = self.shared.left.subscribe();
        count.wait_for(|count| *count >= clients).await.unwrap();
    }

    pub(in super::super) fn release(&self) {
        *self.shared.released.lock().unwrap() = true;
        self.shared.release.notify_all();
    }
}

impl Shared {
    fn connection(&self, stream: TcpStream) {
        match &self.certificate {
            None => self.serve(stream),
            Some(certificate) => {
                let connection = ServerConnection::new(certificate.server()).unwrap();
                self.serve(StreamOwned::new(connection, stream));
            }
        }
    }

    fn serve(&self, mut stream: impl Read + Write) {
        if !self.greeting.is_empty() {
            let _ = stream.write_all(self.greeting);
        }
        let Some(head) = head(&mut stream) else {
            return;
        };
        let path = head.split(' ').nth(1).unwrap().to_owned();
        self.heads.lock().unwrap().push(head);
        let mut number = 0;
        self.requests.send_modify(|requests| {
            *requests += 1;
            number = *requests;
        });
        match (self.response)(number, &path) {
            ServerResponse::Send(bytes) => {
                let _ = stream.write_all(&bytes);
            }
            ServerResponse::Held(bytes) => {
                let released = self.released.lock().unwrap();
                drop(self.release.wait_while(released, |released| !*released));
                let _ = stream.write_all(&bytes);
            }
            ServerResponse::Stall(bytes) => {
                let _ = stream.write_all(&bytes);
                let _ = stream.flush();
                let _ = stream.read(&mut [0]);
                self.left.send_modify(|left| *left += 1);
            }
            ServerResponse::Endless(bytes, line) => {
                let _ = stream.write_all(&bytes);
                while stream.write_all(line).is_ok() {
                    self.sent.fetch_add(line.len(), Ordering::SeqCst);
                }
                self.left.send_modify(|left| *left += 1);
            }
        }
        let _ = stream.flush();
    }
}

/// The head of a request, unless the client leaves before.
fn head(stream: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.extend(byte);
    }
    Some(String::from_utf8(head).ok()?.to_ascii_lowercase())
}
