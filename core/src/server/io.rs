//! The socket of a connection.

use super::peer::Peer;
use bytes::{Buf, BytesMut};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Sleep, sleep, timeout},
};

/// The first bytes of a client that knows that the server speaks HTTP/2 (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What the first bytes of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Http1,
    Http2,
}

/// How much of a request that was rejected is still read, so that the client sees the response: a
/// socket with unread data that is closed resets the connection.
const LINGER_BYTES: usize = 1 << 20;
const LINGER: Duration = Duration::from_secs(1);

/// A socket that reports to the watch, and fails if the client does not read what it is sent.
pub(super) struct Io {
    stream: TokioIo<TcpStream>,
    /// What was read to detect the protocol.
    begun: BytesMut,
    peer: Arc<Peer>,
    /// Whether data that arrives belongs to an HTTP/1 request.
    is_http1: bool,
    /// How long writing may stall.
    patience: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Io {
    pub(super) fn new(stream: TcpStream, peer: Arc<Peer>) -> Self {
        let patience = peer.shared.settings.idle;
        Self {
            stream: TokioIo::new(stream),
            begun: BytesMut::new(),
            peer,
            is_http1: false,
            patience,
            stalled: None,
        }
    }

    /// Reads until it is known which protocol the client speaks. `None` if it sends nothing for the idle
    /// time, or not enough within the time of a head.
    pub(super) async fn protocol(&mut self) -> Option<Protocol> {
        let settings = &self.peer.shared.settings;
        let (head, idle) = (settings.head, settings.idle);
        self.begun.reserve(1024);
        if !timeout(idle, self.read_begin()).await.ok()? {
            return None;
        }
        self.peer.watch.read();
        self.peer.watch.mark();
        let rest = async {
            while !self.begun.starts_with(PREFACE) {
                if !PREFACE.starts_with(&self.begun) {
                    return Some(Protocol::Http1);
                }
                if !self.read_begin().await {
                    return None;
                }
            }
            Some(Protocol::Http2)
        };
        let protocol = timeout(head, rest).await.ok()??;
        match protocol {
            Protocol::Http1 => self.is_http1 = true,
            // hyper limits the time of what is not complete: a client that is stuck in a frame cannot
            // acknowledge a PING.
            Protocol::Http2 => self.peer.watch.settle(),
        }
        Some(protocol)
    }

    /// Reads some of the first bytes. `false` at the end of the connection.
    async fn read_begin(&mut self) -> bool {
        let read = self.stream.inner_mut().read_buf(&mut self.begun).await;
        read.is_ok_and(|length| length > 0)
    }

    /// Sends the last bytes of a connection.
    pub(super) async fn send_last(&mut self, bytes: &[u8]) {
        let _ = timeout(LINGER, self.stream.inner_mut().write_all(bytes)).await;
    }

    /// Resets the connection, so that the client does not take its end for that of the response.
    pub(super) fn reset(self) {
        let _ = self.stream.inner().set_zero_linger();
    }

    /// Closes the connection. If the client may still send data, only once it had time to read the
    /// response.
    pub(super) async fn close(self, lingers: bool) {
        let mut stream = self.stream.into_inner();
        if stream.shutdown().await.is_err() || !lingers {
            return;
        }
        let drain = async {
            let mut read = 0;
            let mut buffer = BytesMut::with_capacity(16 << 10);
            while read < LINGER_BYTES {
                buffer.clear();
                match stream.read_buf(&mut buffer).await {
                    Ok(0) | Err(_) => break,
                    Ok(length) => read += length,
                }
            }
        };
        let _ = timeout(LINGER, drain).await;
    }

    /// Fails if writing has stalled for too long.
    fn written<T>(
        &mut self,
        cx: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            // What HTTP/2 still has to send is of no open request.
            if self.stalled.take().is_some() {
                self.peer.watch.mark();
            }
            return result;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(sleep(patience)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => {
                self.peer.watch.time_out();
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl Read for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if !this.begun.is_empty() {
            let length = this.begun.len().min(buffer.remaining());
            if let Some(part) = this.begun.get(..length) {
                buffer.put_slice(part);
            }
            this.begun.advance(length);
            if this.begun.is_empty() {
                this.begun = BytesMut::new();
            }
            return Poll::Ready(Ok(()));
        }
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        if this.is_http1 && read.is_ready() {
            this.peer.watch.read();
        }
        read
    }
}

impl Write for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.written(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // hyper flushes when it has written all that it has.
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if let Poll::Ready(Ok(())) = flushed {
            self.peer.sent();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, slices);
        this.written(cx, written)
    }
}
