//! `serve`: the listener, on loopback unless another address is asked for.

use super::{
    Failure, Handle,
    callers::Callers,
    gateway::{self, Gateway},
    log,
    own::{Host, Own},
    record::Recorder,
};
use crate::event::Source;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
};

/// How long replies may still take once the program was asked to end.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// A bound address, on which requests are not answered yet.
pub(super) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    own: Own,
    source: Source,
    binary_media_types: Vec<String>,
    callers: Callers,
    recorder: Option<Recorder>,
    body_patience: Duration,
}

impl Server {
    /// Takes a port of an address; 0 is any free one.
    pub(super) async fn bind(address: SocketAddr, source: Source) -> Result<Self, Failure> {
        let bound = TcpListener::bind(address).await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?, listener)));
        match bound {
            Ok((address, listener)) => Ok(Self {
                listener,
                address,
                own: Own::new(address),
                source,
                binary_media_types: Vec::new(),
                callers: Callers::nobody(source),
                recorder: None,
                body_patience: gateway::PATIENCE,
            }),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(Failure(format!(
                "port {} is in use; choose another with `--port`, or a free one with `--port 0`",
                address.port()
            ))),
            Err(error) => Err(Failure(format!("{address} cannot be listened on: {error}"))),
        }
    }

    /// Answers under these names, too, and lets in pages of these origins: with `loopback` those of
    /// this machine at any port.
    pub(super) fn open_to(&mut self, hosts: Vec<Host>, origins: Vec<String>, loopback: bool) {
        let own = Own::new(self.address).named(hosts);
        self.own = own.open_to(origins, loopback);
    }

    /// What the developer should know of an address that others can reach.
    pub(super) fn warning(&self) -> Option<String> {
        let ip = self.address.ip();
        (!ip.is_loopback()).then(|| {
            format!(
                "warning: listening on {ip}: whoever can reach this machine there can call the API, \
                 and comes as whomever `--as` names; tokens of `token` are not accepted"
            )
        })
    }

    /// Has events name these callers.
    pub(super) fn name(&mut self, callers: Callers) {
        self.callers = callers;
    }

    /// Has the REST API list these.
    pub(super) fn list(&mut self, binary_media_types: Vec<String>) {
        self.binary_media_types = binary_media_types;
    }

    /// Has each event recorded.
    pub(super) fn record(&mut self, recorder: Recorder) {
        self.recorder = Some(recorder);
    }

    /// The line that says where the server is, and whose events it sends.
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
        format!("listening on http://{} ({events})", self.address)
    }

    /// Answers until `stop` has a message; then no new connection is accepted, and replies that are
    /// on their way are finished, unless there is a second message.
    pub(super) async fn run(self, handle: impl Handle, mut stop: mpsc::Receiver<()>) {
        let gateway = Gateway::new(self.own, self.address.port(), self.source, handle)
            .patient(self.body_patience)
            .listing(self.binary_media_types)
            .naming(self.callers)
            .recording(self.recorder);
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
                        // Out of file descriptors, mostly: there is no use in trying at once.
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
            }
        }
        drop(self.listener);
        closing.send_replace(true);
        tokio::select! {
            () = async { while connections.join_next().await.is_some() {} } => {}
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
    // Small replies would wait for an acknowledgement otherwise.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let gateway = gateway.clone();
        async move { Ok::<_, Infallible>(gateway.answer(request, client).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // Errors are those of the client: it went away, or it did not speak HTTP.
    tokio::select! {
        _ = connection.as_mut() => {}
        () = asked(&mut closed) => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Resolves when connections are asked to close, or when there is nobody left to ask.
async fn asked(closed: &mut watch::Receiver<bool>) {
    let _ = closed.wait_for(|closed| *closed).await;
}

#[cfg(test)]
mod tests;
