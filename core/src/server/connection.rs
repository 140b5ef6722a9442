//! One connection, from its first byte to its last.

use super::{
    access_log,
    flow::Streams,
    io::{Io, Protocol},
    peer::Peer,
    rarely::Rarely,
    respond::respond,
    sent::Sent,
    shared::Shared,
    stage::{Stage, Watcher},
    watch::Overdue,
};
use crate::limits::Limits;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::{HttpService, service_fn},
};
use hyper_util::rt::TokioTimer;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::{net::TcpStream, time::sleep};

/// How many requests of one HTTP/2 connection are handled at once.
const MAX_STREAMS: u32 = 100;

/// How much of each HTTP/2 response waits for the socket, in bytes.
const SEND_BUFFER: usize = 64 << 10;

/// How often an HTTP/2 client must prove that it is still there.
const PING: Duration = Duration::from_secs(20);

/// How long a connection without a request is kept while the server drains.
const LAST_CHANCE: Duration = Duration::from_secs(1);

const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\
    content-length: 0\r\n\r\n";

/// Serves one connection until it ends, or the server does.
pub(super) async fn serve(stream: TcpStream, address: IpAddr, shared: Arc<Shared>, stage: Watcher) {
    let peer = Arc::new(Peer::new(shared, stage.clone(), address));
    // Dropped last.
    let _ended = Ended(Arc::clone(&peer));
    let mut end = stage.clone();
    tokio::select! {
        biased;
        () = serve_to_end(stream, peer, stage) => {}
        () = Rarely::new(end.reached(Stage::Ended)) => {}
    }
}

/// Tells the peer that its connection has ended.
struct Ended(Arc<Peer>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.ended();
    }
}

async fn serve_to_end(stream: TcpStream, peer: Arc<Peer>, mut stage: Watcher) {
    // Otherwise small responses wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let mut io = Io::new(stream, Arc::clone(&peer));
    let protocol = tokio::select! {
        protocol = io.protocol() => protocol,
        () = async {
            stage.reached(Stage::Draining).await;
            sleep(LAST_CHANCE).await;
        } => return,
    };
    let to_respond = Arc::clone(&peer);
    let respond = move |request| respond(Arc::clone(&to_respond), request);
    match protocol {
        Some(Protocol::Http1) => serve_http1(io, service_fn(respond), &peer, stage).await,
        Some(Protocol::Http2) => {
            // hyper moves it several times.
            let respond = move |request| Box::pin(respond(request));
            serve_http2(io, service_fn(respond), &peer, stage).await;
        }
        // The client sent nothing, or not enough to tell.
        None => {}
    }
}

/// The maximum length of a head. It is larger than the limits of the application, whose error is more
/// precise.
fn head_bytes(limits: &Limits) -> usize {
    const SLACK: usize = 16 << 10;
    // A path has a query behind it.
    let sum = limits.path.saturating_add(limits.header_bytes);
    sum.saturating_add(SLACK).clamp(SLACK, 1 << 20)
}

async fn serve_http1<S>(io: Io, service: S, peer: &Peer, mut stage: Watcher)
where
    S: HttpService<Incoming, ResBody = Sent> + Unpin,
    S::Error: Into<crate::BoxError>,
{
    let (watch, limits) = (&peer.watch, peer.shared.app.limits());
    let mut builder = http1::Builder::new();
    builder
        .max_buf_size(head_bytes(limits))
        .keep_alive(!stage.is_draining())
        // The watch limits the time of heads.
        .header_read_timeout(None);
    // Another number is allocated for each request; without it, the fields of up to 100 are on the stack.
    if limits.headers != Limits::DEFAULT.headers {
        builder.max_headers(limits.headers.saturating_mul(2).clamp(1, 4096));
    }
    let mut connection = builder.serve_connection(io, service);
    let end = {
        let mut is_draining = false;
        loop {
            let event = Rarely::new(async {
                tokio::select! {
                    biased;
                    overdue = watch.overdue() => Some(overdue),
                    () = stage.reached(Stage::Draining), if !is_draining => None,
                }
            });
            tokio::select! {
                biased;
                done = &mut connection => break Ok(done),
                event = event => match event {
                    Some(overdue) => break Err(overdue),
                    None => {
                        is_draining = true;
                        std::pin::Pin::new(&mut connection).graceful_shutdown();
                    }
                }
            }
        }
    };
    let mut io = connection.into_parts().io;
    match end {
        _ if watch.is_broken() => io.reset(),
        Ok(done) => {
            if let Err(error) = &done
                && error.is_parse()
            {
                access_log::rejected(error);
            }
            io.close(done.is_err() || watch.is_unread()).await;
        }
        Err(Overdue::Head) => {
            access_log::rejected(&"the head of the request took too long");
            io.send_last(TIMED_OUT).await;
            io.close(true).await;
        }
        Err(Overdue::Idle) => {}
    }
}

async fn serve_http2<S>(io: Io, service: S, peer: &Peer, mut stage: Watcher)
where
    S: HttpService<Incoming, ResBody = Sent> + Unpin,
    S::Future: Send + 'static,
    S::Error: Into<crate::BoxError>,
{
    let (watch, limits) = (&peer.watch, peer.shared.app.limits());
    let header_list = u32::try_from(head_bytes(limits)).unwrap_or(u32::MAX);
    let mut builder = http2::Builder::new(Streams {
        patience: peer.shared.settings.idle,
    });
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(header_list)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING)
        // A client that reads slowly gets the PING late, behind what is in the socket.
        .keep_alive_timeout(peer.shared.settings.idle.max(PING));
    let mut connection = std::pin::pin!(builder.serve_connection(io, service));
    let mut is_closing = false;
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            // The connection is polled again, and flushes.
            () = watch.flush_asked() => continue,
            () = stage.reached(Stage::Draining), if !is_closing => {}
            _ = watch.overdue() => {
                if is_closing {
                    // It has no request, but did not take the last bytes of a response.
                    return;
                }
            }
        }
        is_closing = true;
        watch.mark();
        connection.as_mut().graceful_shutdown();
    }
}
