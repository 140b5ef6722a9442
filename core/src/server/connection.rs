//! One connection, from its first byte to its last.

use super::{
    io::{Io, Protocol},
    peer::{Peer, Shared},
    respond::respond,
    sent::Sent,
    stage::{Stage, Watcher},
    watch::{Overdue, Times, Watch},
};
use crate::limits::Limits;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::{HttpService, service_fn},
};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::{future::poll_fn, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

/// How many requests of one HTTP/2 connection are handled at once.
const MAX_STREAMS: u32 = 100;

/// How often an HTTP/2 client must prove that it is still there.
const PING: Duration = Duration::from_secs(20);

/// How long a connection without a request is kept while the server drains.
const LAST_CHANCE: Duration = Duration::from_secs(1);

const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\
    content-length: 0\r\n\r\n";

/// Serves one connection until it ends, or the server does.
pub(super) async fn serve(stream: TcpStream, address: IpAddr, shared: Arc<Shared>, stage: Watcher) {
    let mut end = stage.clone();
    tokio::select! {
        biased;
        () = serve_to_end(stream, address, shared, stage) => {}
        () = end.reached(Stage::Ended) => {}
    }
}

async fn serve_to_end(stream: TcpStream, address: IpAddr, shared: Arc<Shared>, mut stage: Watcher) {
    // Otherwise small responses wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let settings = &shared.settings;
    let head = settings.head;
    let idle = settings.idle;
    let watch = Arc::new(Watch::new(Times { head, idle }));
    let mut io = Io::new(stream, Arc::clone(&watch), idle);
    let protocol = tokio::select! {
        protocol = timeout(head, io.protocol()) => protocol,
        () = async {
            stage.reached(Stage::Draining).await;
            sleep(LAST_CHANCE).await;
        } => return,
    };
    let limits = *shared.app.limits();
    let peer = Peer::new(shared, Arc::clone(&watch), stage.clone(), address);
    let peer = Arc::new(peer);
    let service = service_fn(move |request| respond(Arc::clone(&peer), request));
    match protocol {
        Ok(Ok(Some(Protocol::Http1))) => serve_http1(io, service, &limits, &watch, stage).await,
        Ok(Ok(Some(Protocol::Http2))) => serve_http2(io, service, &limits, &watch, stage).await,
        // The client sent nothing, or not enough to tell.
        Ok(Ok(None) | Err(_)) | Err(_) => {}
    }
}

/// The maximum length of a head. It is larger than the limits of the application, whose error is more
/// precise.
fn head_bytes(limits: &Limits) -> usize {
    const SLACK: usize = 16 << 10;
    // At most 1 MiB of query.
    let sum = limits.path.saturating_add(limits.header_bytes);
    sum.saturating_add(SLACK).clamp(SLACK, 1 << 20)
}

async fn serve_http1<S>(io: Io, service: S, limits: &Limits, watch: &Watch, mut stage: Watcher)
where
    S: HttpService<Incoming, ResBody = Sent> + Unpin,
    S::Future: Unpin,
    S::Error: Into<crate::BoxError>,
{
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
        let mut overdue = std::pin::pin!(watch.overdue());
        let mut is_draining = false;
        loop {
            tokio::select! {
                biased;
                done = poll_fn(|cx| connection.poll_without_shutdown(cx)) => break Ok(done.is_ok()),
                overdue = &mut overdue => break Err(overdue),
                () = stage.reached(Stage::Draining), if !is_draining => {
                    is_draining = true;
                    Pin::new(&mut connection).graceful_shutdown();
                }
            }
        }
    };
    let mut io = connection.into_parts().io;
    match end {
        _ if watch.is_broken() => io.reset(),
        Ok(is_complete) => io.close(!is_complete || watch.is_unread()).await,
        Err(Overdue::Head) => {
            io.send_last(TIMED_OUT).await;
            io.close(true).await;
        }
        Err(Overdue::Idle) => {}
    }
}

async fn serve_http2<S>(io: Io, service: S, limits: &Limits, watch: &Watch, mut stage: Watcher)
where
    S: HttpService<Incoming, ResBody = Sent> + Unpin,
    S::Future: Send + 'static,
    S::Error: Into<crate::BoxError>,
{
    let header_list = u32::try_from(head_bytes(limits)).unwrap_or(u32::MAX);
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(header_list)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    let mut connection = std::pin::pin!(builder.serve_connection(io, service));
    let mut is_closing = false;
    loop {
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            () = stage.reached(Stage::Draining), if !is_closing => {}
            _ = watch.overdue(), if !is_closing => {}
        }
        is_closing = true;
        connection.as_mut().graceful_shutdown();
    }
}
