//! A kept-alive HTTP/1.1 connection to the Runtime API.
//!
//! The Runtime API is a local server that handles one request at a time, so this implements a small
//! part of HTTP/1.1 (RFC 9112): no pipelining and no upgrades; bodies with a length, chunked
//! bodies, and bodies that end with the connection. Each request is one write, and responses have
//! limits.

use bytes::{BufMut, Bytes};
use std::{
    cell::RefCell,
    fmt,
    future::poll_fn,
    io::{self, IoSlice},
    pin::Pin,
    task::{Poll, ready},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
};

use super::head::{self, Framing, Head};

/// The maximum size of a response head, in bytes.
const HEAD_LIMIT: usize = 256 * 1024;

/// The maximum size of a response body, in bytes. Events have at most 6 MB; emulators may send
/// larger ones.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// The maximum memory reserved before any byte of the body has arrived.
const RESERVED: usize = 8 * 1024 * 1024;

/// The number of bytes per read where the length is not known.
const READ: usize = 16 * 1024;

thread_local! {
    /// The read buffer of the thread. Its contents are then copied to a buffer of the exact size.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; READ]);
}

/// A connection that is opened on first use and again after an error.
#[derive(Debug)]
pub(super) struct Connection {
    host: String,
    stream: Option<TcpStream>,
    /// The bytes read so far; those before `taken` have been consumed.
    buffer: Vec<u8>,
    taken: usize,
    /// Whether any byte of a response to the current request has arrived.
    begun: bool,
}

/// Where a response is read from: a socket or a half of one. One type, so that the code exists once.
type Reader<'r> = dyn AsyncRead + Send + Unpin + 'r;

/// Error of a request that got no response.
#[derive(Debug)]
pub(super) enum CallError {
    /// The connection could not be opened.
    Connect(io::Error),
    /// The server closed a kept-alive connection before it was reused.
    Stale,
    /// The connection was lost during the request or the response.
    Lost(io::Error),
    /// The response is not valid HTTP, or exceeds a limit.
    Invalid(&'static str),
    /// The time limit was exceeded.
    Elapsed,
}

/// A response without its headers, which were passed to the callback.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) body: Bytes,
}

impl Connection {
    /// Creates a connection to `host`, a name or address with a port. It is opened on first use.
    pub(super) fn new(host: String) -> Self {
        Self {
            host,
            stream: None,
            buffer: Vec::new(),
            taken: 0,
            begun: false,
        }
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Closes the connection. The next request opens a new one.
    pub(super) fn close(&mut self) {
        self.stream = None;
    }

    /// Takes the connection for a request that cannot be sent twice, such as a stream. A kept connection that the
    /// server has closed meanwhile is replaced.
    ///
    /// # Errors
    /// Fails if no connection can be opened, after a second attempt.
    pub(super) async fn take_open(&mut self) -> Result<TcpStream, CallError> {
        self.release();
        self.begun = false;
        match self.stream.take() {
            Some(stream) if is_open(&stream) => Ok(stream),
            _ => match connect(&self.host).await {
                Ok(stream) => Ok(stream),
                Err(_) => connect(&self.host).await,
            },
        }
    }

    /// Keeps a connection for the next request. Bytes after the response were not requested; such a
    /// connection is not reused.
    pub(super) fn keep(&mut self, stream: TcpStream) {
        if self.unread().is_empty() {
            self.stream = Some(stream);
        }
        self.release();
    }

    /// Sends the parts of a request, the head including the empty line, and reads the response. Each header is
    /// passed to `header`, including those of informational responses.
    ///
    /// If the future is dropped before it completes, the connection is closed, so that the rest of
    /// this response is not read as part of a later one.
    ///
    /// # Errors
    /// Fails if the response is incomplete or invalid. The connection is then closed.
    pub(super) async fn call(
        &mut self,
        parts: [&[u8]; 3],
        header: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> Result<Response, CallError> {
        let kept = self.stream.take();
        let is_kept = kept.is_some();
        let mut stream = match kept {
            Some(stream) => stream,
            None => {
                self.release();
                connect(&self.host).await?
            }
        };
        self.begun = false;
        let written = write_parts(&mut stream, parts).await;
        // A server that stops reading a request may have sent a response that says why.
        let read = self.read(&mut stream, header).await;
        let (response, keep) = match (read, written) {
            (Ok(read), _) => read,
            (Err(CallError::Lost(_)), _) if is_kept && !self.begun => {
                return Err(CallError::Stale);
            }
            (Err(_), Err(error)) => return Err(CallError::Lost(error)),
            (Err(error), Ok(())) => return Err(error),
        };
        match keep {
            true => self.keep(stream),
            false => self.release(),
        }
        Ok(response)
    }

    /// Reads a response. Also returns whether the connection can be reused. The fuzz targets have no
    /// sockets.
    pub(super) async fn read(
        &mut self,
        stream: &mut Reader<'_>,
        header: &mut (dyn FnMut(&str, &[u8]) + Send),
    ) -> Result<(Response, bool), CallError> {
        let head = loop {
            if !self.unread().is_empty() {
                match head::parse(self.unread(), header).map_err(CallError::Invalid)? {
                    Some(head) => {
                        self.taken += head.length;
                        // Skip informational responses (1xx).
                        if head.status >= 200 {
                            break head;
                        }
                        continue;
                    }
                    None if self.unread().len() > HEAD_LIMIT => {
                        return Err(CallError::Invalid("the head exceeds the limit"));
                    }
                    None => {}
                }
            }
            self.more(stream).await?;
        };
        let Head {
            status,
            framing,
            keep,
            ..
        } = head;
        let (body, keep) = match framing {
            Framing::Length(0) => (Bytes::new(), keep),
            Framing::Length(length) => (self.sized(stream, length).await?, keep),
            Framing::Chunked => (self.chunked(stream).await?, keep),
            Framing::ToEnd => (self.until_end(stream).await?, false),
        };
        Ok((Response { status, body }, keep))
    }

    /// Reads more bytes. Fails at the end of the stream.
    async fn more(&mut self, stream: &mut Reader<'_>) -> Result<(), CallError> {
        match self.some(stream).await? {
            0 => Err(CallError::Lost(io::ErrorKind::UnexpectedEof.into())),
            _ => Ok(()),
        }
    }

    /// Reads the available bytes. Returns zero at the end of the stream.
    async fn some(&mut self, stream: &mut Reader<'_>) -> Result<usize, CallError> {
        let buffer = &mut self.buffer;
        let read = poll_fn(|cx| {
            SCRATCH.with_borrow_mut(|scratch| {
                let mut part = ReadBuf::new(scratch);
                ready!(Pin::new(&mut *stream).poll_read(cx, &mut part))?;
                buffer.extend_from_slice(part.filled());
                Poll::Ready(Ok(part.filled().len()))
            })
        });
        let length = read.await.map_err(CallError::Lost)?;
        self.begun |= length > 0;
        Ok(length)
    }

    fn unread(&self) -> &[u8] {
        self.buffer.get(self.taken..).unwrap_or_default()
    }

    /// Frees the buffer, so that an idle connection holds no memory.
    fn release(&mut self) {
        (self.buffer, self.taken) = (Vec::new(), 0);
    }

    /// Reads a body of a known length into a buffer of that size.
    async fn sized(&mut self, stream: &mut Reader<'_>, length: usize) -> Result<Bytes, CallError> {
        if length > BODY_LIMIT {
            return Err(CallError::Invalid("the body exceeds the limit"));
        }
        let mut body = Vec::with_capacity(length.min(RESERVED));
        self.take(length, &mut body);
        while body.len() < length {
            let missing = length - body.len();
            if body.len() == body.capacity() {
                body.reserve(missing.min(RESERVED));
            }
            let mut rest = (&mut body).limit(missing);
            match stream.read_buf(&mut rest).await {
                Ok(0) => return Err(CallError::Lost(io::ErrorKind::UnexpectedEof.into())),
                Ok(_) => {}
                Err(error) => return Err(CallError::Lost(error)),
            }
        }
        Ok(body.into())
    }

    /// Reads a chunked body (RFC 9112, section 7.1), as sent by emulators.
    async fn chunked(&mut self, stream: &mut Reader<'_>) -> Result<Bytes, CallError> {
        const NO_CHUNK: CallError = CallError::Invalid("invalid chunk size");
        let mut body = Vec::new();
        loop {
            let line = self.line(stream).await?;
            let size = head::chunk_size(&line).ok_or(NO_CHUNK)?;
            if size == 0 {
                break;
            }
            if size > BODY_LIMIT.saturating_sub(body.len()) {
                return Err(CallError::Invalid("the body exceeds the limit"));
            }
            let end = body.len() + size;
            while body.len() < end {
                if self.unread().is_empty() {
                    self.more(stream).await?;
                }
                self.take(end - body.len(), &mut body);
            }
            if !self.line(stream).await?.is_empty() {
                return Err(NO_CHUNK);
            }
        }
        // Trailers are ignored.
        while !self.line(stream).await?.is_empty() {}
        Ok(body.into())
    }

    async fn until_end(&mut self, stream: &mut Reader<'_>) -> Result<Bytes, CallError> {
        while self.some(stream).await? > 0 {
            if self.unread().len() > BODY_LIMIT {
                return Err(CallError::Invalid("the body exceeds the limit"));
            }
        }
        let mut body = Vec::new();
        self.take(usize::MAX, &mut body);
        Ok(body.into())
    }

    /// Returns the next line without its line ending.
    async fn line(&mut self, stream: &mut Reader<'_>) -> Result<Vec<u8>, CallError> {
        loop {
            if let Some(end) = self.unread().iter().position(|byte| *byte == b'\n') {
                let mut line = Vec::new();
                self.take(end + 1, &mut line);
                line.truncate(line.trim_ascii_end().len());
                return Ok(line);
            }
            if self.unread().len() > HEAD_LIMIT {
                return Err(CallError::Invalid("a line exceeds the limit"));
            }
            self.more(stream).await?;
        }
    }

    /// Moves at most `most` bytes out of the buffer.
    fn take(&mut self, most: usize, to: &mut Vec<u8>) {
        let unread = self.unread();
        let part = unread.get(..most).unwrap_or(unread);
        to.extend_from_slice(part);
        self.taken += part.len();
        if self.unread().is_empty() {
            self.buffer.clear();
            self.taken = 0;
        }
    }
}

async fn connect(host: &str) -> Result<TcpStream, CallError> {
    let stream = TcpStream::connect(host).await.map_err(CallError::Connect)?;
    // Each message is one write, so Nagle's algorithm would only add latency.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

/// Whether the server has neither closed a connection nor sent something that was not requested. The socket itself is
/// asked, since tokio may not have seen the event yet.
#[cfg(unix)]
fn is_open(stream: &TcpStream) -> bool {
    use std::os::fd::AsFd;
    let Ok(socket) = stream.as_fd().try_clone_to_owned() else {
        return false;
    };
    // Not blocking, as the original is.
    let peeked = std::net::TcpStream::from(socket).peek(&mut [0]);
    matches!(peeked, Err(error) if error.kind() == io::ErrorKind::WouldBlock)
}

/// A new connection is certainly open.
#[cfg(not(unix))]
fn is_open(_: &TcpStream) -> bool {
    false
}

/// Writes all parts with as few system calls as possible.
pub(super) async fn write_parts<const N: usize>(
    to: &mut (impl AsyncWrite + Unpin),
    mut parts: [&[u8]; N],
) -> io::Result<()> {
    while parts.iter().any(|part| !part.is_empty()) {
        let mut written = to.write_vectored(&parts.map(IoSlice::new)).await?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        for part in &mut parts {
            let of_part = written.min(part.len());
            *part = part.get(of_part..).unwrap_or_default();
            written -= of_part;
        }
    }
    Ok(())
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Connect(error) => write!(f, "connection failed: {error}"),
            CallError::Stale => f.write_str("the connection was closed"),
            CallError::Lost(error) => write!(f, "the connection was lost: {error}"),
            CallError::Invalid(what) => write!(f, "invalid response from the Runtime API: {what}"),
            CallError::Elapsed => f.write_str("the Runtime API did not respond in time"),
        }
    }
}

impl std::error::Error for CallError {}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::{net::TcpListener, task::JoinHandle};

    /// Starts a server with scripted connections. On each connection, the server reads one request
    /// for each entry of the script and writes the entry, then closes the connection. Returns the
    /// requests.
    pub(in super::super) async fn server(
        connections: &[&[&'static str]],
    ) -> (String, Arc<Mutex<Vec<String>>>, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let script: Vec<Vec<_>> = connections.iter().map(|parts| parts.to_vec()).collect();
        let task = tokio::spawn(async move {
            for parts in script {
                let (mut stream, _) = listener.accept().await.unwrap();
                for part in parts {
                    let request = request(&mut stream).await;
                    seen.lock().unwrap().push(request);
                    stream.write_all(part.as_bytes()).await.unwrap();
                }
            }
        });
        (host, requests, task)
    }

    /// Reads one whole request.
    async fn request(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        loop {
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length = head
                    .lines()
                    .find_map(|line| line.strip_prefix("content-length: "))
                    .map_or(0, |length| length.parse().unwrap());
                if body.len() >= length {
                    return text;
                }
            }
            let mut part = [0; 4096];
            let length = stream.read(&mut part).await.unwrap();
            assert!(length > 0, "half a request: {text}");
            text.push_str(std::str::from_utf8(&part[..length]).unwrap());
        }
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    async fn call(connection: &mut Connection) -> Result<(u16, Bytes), CallError> {
        let response = connection.call([REQUEST, b"", b""], &mut |_, _| {}).await?;
        Ok((response.status, response.body))
    }

    #[tokio::test]
    async fn bodies_of_every_framing_are_read() {
        for (response, expected) in [
            ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", "hello"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ""),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nx: y\r\n\r\n",
                "hello",
            ),
            ("HTTP/1.0 200 OK\r\n\r\nhello", "hello"),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello",
                "hello",
            ),
        ] {
            let (host, _, _server) = server(&[&[response]]).await;
            let found = call(&mut Connection::new(host)).await.unwrap();
            assert_eq!(found, (200, Bytes::from(expected)), "{response}");
        }
    }

    #[tokio::test]
    async fn one_connection_serves_many_calls_and_is_made_anew() {
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        let last = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok";
        let (host, requests, _server) = server(&[&[ok, last], &[ok], &[ok]]).await;
        let mut connection = Connection::new(host);
        for _ in 0..3 {
            assert!(call(&mut connection).await.is_ok());
        }
        // The server closed the second connection without a response.
        assert!(matches!(call(&mut connection).await, Err(CallError::Stale)));
        assert!(call(&mut connection).await.is_ok());
        assert_eq!(requests.lock().unwrap().len(), 4);
    }

    #[tokio::test]
    async fn a_truncated_or_invalid_response_is_an_error() {
        for response in [
            "",
            "HTTP/1.1 200 OK\r\ncontent-le",
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n",
        ] {
            let (host, _, _server) = server(&[&[response]]).await;
            let error = call(&mut Connection::new(host)).await.unwrap_err();
            assert!(matches!(error, CallError::Lost(_)), "{response}: {error}");
        }
        for response in [
            "SSH-2.0-OpenSSH\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffff\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabcd\r\n",
        ] {
            let (host, _, _server) = server(&[&[response]]).await;
            let error = call(&mut Connection::new(host)).await.unwrap_err();
            assert!(
                matches!(error, CallError::Invalid(_)),
                "{response}: {error}"
            );
        }
    }

    #[tokio::test]
    async fn bytes_after_a_response_are_not_the_next_one() {
        let more = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad";
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
        let (host, _, _server) = server(&[&[more], &[ok]]).await;
        let mut connection = Connection::new(host);
        for _ in 0..2 {
            assert_eq!(call(&mut connection).await.unwrap().1, "ok");
        }
    }

    #[tokio::test]
    async fn a_refused_connection_is_an_error() {
        let host = {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap().to_string()
        };
        let error = call(&mut Connection::new(host)).await.unwrap_err();
        assert!(matches!(error, CallError::Connect(_)), "{error}");
    }
}
