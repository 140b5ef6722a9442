//! Listener of `serve`, on loopback unless `--bind` sets another address.

#[cfg(feature = "docs")]
use super::docs::{self, LocalDocs};
use super::{
    event_callers::Callers,
    gateway::{self, Gateway},
    handle::Handle,
    host_guard::{Host, HostGuard},
    log,
    output::Failure,
    posted_event,
    record::Recorder,
};
use crate::event::Source;
#[cfg(feature = "websocket")]
use crate::websocket::emulate::{Hub, Routes};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
};

/// How long responses may take after the program was asked to stop.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A bound address that does not serve requests yet.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    guard: HostGuard,
    source: Source,
    binary_media_types: Vec<String>,
    callers: Callers,
    recorder: Option<Recorder>,
    #[cfg(feature = "docs")]
    docs: Option<LocalDocs>,
    body_patience: Duration,
    streams: bool,
    takes_events: bool,
    #[cfg(feature = "websocket")]
    sockets: Option<(Routes, Hub)>,
}

impl Server {
    /// Binds a port of an address; 0 is any free one.
    pub(super) async fn bind(address: SocketAddr, source: Source) -> Result<Self, Failure> {
        let bound = TcpListener::bind(address).await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        match bound {
            Ok((address, listener)) => Ok(Self {
                listener,
                address,
                guard: HostGuard::new(address),
                source,
                binary_media_types: Vec::new(),
                callers: Callers::none(source),
                recorder: None,
                #[cfg(feature = "docs")]
                docs: None,
                body_patience: gateway::PATIENCE,
                streams: false,
                takes_events: true,
                #[cfg(feature = "websocket")]
                sockets: None,
            }),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(Failure(format!(
                "port {} is in use; choose another with `--port`, or a free one with `--port 0`",
                address.port()
            ))),
            Err(error) => Err(Failure(format!("{address} cannot be listened on: {error}"))),
        }
    }

    /// Adds hosts, and allows pages of these origins; with `loopback`, those of this machine at any
    /// port.
    pub(super) fn open_to(&mut self, hosts: Vec<Host>, origins: Vec<String>, loopback: bool) {
        let guard = HostGuard::new(self.address).add_hosts(hosts);
        self.guard = guard.allow_origins(origins, loopback);
    }

    /// The warning for an address that other machines can reach.
    pub(super) fn warning(&self) -> Option<String> {
        let ip = self.address.ip();
        (!ip.is_loopback()).then(|| {
            format!(
                "warning: listening on {ip}: whoever can reach this address can call the API as the \
                 caller of `--as`; tokens of `token` are not accepted"
            )
        })
    }

    /// Sets the callers of events.
    pub(super) fn name(&mut self, callers: Callers) {
        self.callers = callers;
    }

    /// Sets the binary media types of the REST API.
    pub(super) fn list(&mut self, binary_media_types: Vec<String>) {
        self.binary_media_types = binary_media_types;
    }

    /// Sets whether responses are streams.
    pub(super) fn stream(&mut self, streams: bool) {
        self.streams = streams;
    }

    /// Sets whether events can be posted.
    pub(super) fn take_events(&mut self, takes_events: bool) {
        self.takes_events = takes_events;
    }

    /// The line with the address for events, if a program on this machine reaches it by a loopback address.
    pub(super) fn events_address(&self) -> Option<String> {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        let path = posted_event::PATH;
        let is_loopback = address.ip().is_loopback();
        is_loopback.then(|| format!("events at POST http://{address}{path}\n"))
    }

    /// Adds a WebSocket API. Returns the line with its address.
    #[cfg(feature = "websocket")]
    pub(super) fn open_sockets(&mut self, routes: Routes, hub: Hub) -> String {
        self.sockets = Some((routes, hub));
        format!("WebSockets at ws://{}", self.address)
    }

    /// Records each event.
    pub(super) fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// Adds the docs page. Returns the line with its address.
    #[cfg(feature = "docs")]
    pub(super) fn document(&mut self, docs: LocalDocs) -> String {
        let fragment = docs.fragment();
        self.docs = Some(docs);
        format!("docs at http://{}{}{fragment}", self.address, docs::PATH)
    }

    /// The line with the address and the source.
    pub(super) fn address(&self) -> String {
        let events = match self.source {
            Source::RestApi => "REST API events",
            Source::HttpApi => "HTTP API events",
            Source::HttpApiV1 => "HTTP API events, payload format 1.0",
            Source::FunctionUrl => "function URL events",
            Source::Alb => "ALB events",
            Source::AlbMultiValue => "ALB events, multi-value headers",
            Source::LatticeV1 => "VPC Lattice events, version 1",
            Source::LatticeV2 => "VPC Lattice events, version 2",
        };
        let streams = if self.streams {
            ", streamed responses"
        } else {
            ""
        };
        format!("listening on http://{} ({events}{streams})", self.address)
    }

    /// Serves until `stop` has a message. Then it accepts no new connection and finishes the responses
    /// in flight, unless there is a second message.
    pub(super) async fn run(self, handle: impl Handle, mut stop: mpsc::Receiver<()>) {
        let gateway = Gateway::new(self.guard, self.address.port(), self.source, handle)
            .patient(self.body_patience)
            .listing(self.binary_media_types)
            .streaming(self.streams)
            .taking_events(self.takes_events)
            .naming(self.callers)
            .recording(self.recorder);
        #[cfg(feature = "docs")]
        let gateway = gateway.documented(self.docs);
        #[cfg(feature = "websocket")]
        let gateway = gateway.with_sockets(self.sockets);
        let gateway = Arc::new(gateway);
        let (closing, closed) = watch::channel(false);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                _ = stop.recv() => break,
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        connections.spawn(connection(stream, peer.ip(), gateway.clone(), closed.clone()));
                    }
                    Err(error) => {
                        log::line(&format!("warning: no connection could be accepted: {error}"));
                        // Mostly out of file descriptors: retrying at once is useless.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
        drop(self.listener);
        closing.send_replace(true);
        #[cfg(feature = "websocket")]
        let sockets = gateway.sockets();
        #[cfg(feature = "websocket")]
        if let Some(sockets) = &sockets {
            sockets.close_all();
        }
        drop(gateway);
        let ended = async {
            while connections.join_next().await.is_some() {}
            #[cfg(feature = "websocket")]
            if let Some(sockets) = sockets {
                sockets.ended().await;
            }
        };
        tokio::select! {
            () = ended => {}
            () = tokio::time::sleep(PATIENCE) => {}
            _ = stop.recv() => {}
        }
    }
}

async fn connection(
    stream: TcpStream,
    client: IpAddr,
    gateway: Arc<Gateway<impl Handle>>,
    mut closed: watch::Receiver<bool>,
) {
    // Otherwise small responses wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let gateway = gateway.clone();
        async move { Ok::<_, Infallible>(gateway.respond(request, client).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    #[cfg(feature = "websocket")]
    let connection = connection.with_upgrades();
    tokio::pin!(connection);
    // Errors are those of the client: it disconnected, or did not send HTTP.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = asked(&mut closed) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Resolves when connections are asked to close, or the sender is dropped.
async fn asked(closed: &mut watch::Receiver<bool>) {
    let _ = closed.wait_for(|closed| *closed).await;
}

#[cfg(test)]
mod tests;
