//! `serve`: the listener on loopback.

use super::{Failure, Handle, callers::Callers, gateway::Gateway, log, record::Recorder};
use crate::event::Source;
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::JoinSet,
};

/// How long replies may still take once the program was asked to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// A bound address, on which requests are not answered yet.
pub(super) struct Server {
    listener: TcpListener,
    port: u16,
    source: Source,
    binary_media_types: Vec<String>,
    callers: Callers,
    recorder: Option<Recorder>,
}

impl Server {
    /// Takes a port of 127.0.0.1; 0 is any free one.
    pub(super) async fn bind(port: u16, source: Source) -> Result<Self, Failure> {
        let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let bound = bound.and_then(|listener| Ok((listener.local_addr()?.port(), listener)));
        match bound {
            Ok((port, listener)) => Ok(Self {
                listener,
                port,
                source,
                binary_media_types: Vec::new(),
                callers: Callers::nobody(source),
                recorder: None,
            }),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(Failure(format!(
                "port {port} is in use; choose another with `--port`, or a free one with `--port 0`"
            ))),
            Err(error) => Err(Failure(format!(
                "127.0.0.1:{port} cannot be listened on: {error}"
            ))),
        }
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
        format!("listening on http://127.0.0.1:{} ({events})", self.port)
    }

    /// Answers until `stop` has a message; then no new connection is accepted, and replies that are
    /// on their way are finished, unless there is a second message.
    pub(super) async fn run(self, handle: impl Handle, mut stop: mpsc::Receiver<()>) {
        let gateway = Gateway::new(self.port, self.source, handle)
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
