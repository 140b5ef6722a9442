//! The connection to a host.

use super::{failure::Failure, url::Url};
use rustls::{ClientConfig, pki_types::ServerName};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How many addresses of a host are tried.
const ADDRESSES: usize = 4;

/// A connection, with TLS or without. Behind a box, so that there is one HTTP client for both.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A TCP connection to the first address that takes one within `each`.
pub(super) async fn tcp(url: &Url, each: Duration) -> Result<TcpStream, Failure> {
    let mut failure = Failure::Lookup(io::ErrorKind::NotFound);
    for address in addresses(url).await?.into_iter().take(ADDRESSES) {
        // `localhost` is what the resolver says it is.
        if url.is_plain() && !address.ip().is_loopback() {
            failure = Failure::NotLoopback;
            continue;
        }
        match timeout(each, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A request is one small write, which has nothing to wait for.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => failure = Failure::Connect(error.kind()),
            Err(_) => failure = Failure::Connect(io::ErrorKind::TimedOut),
        }
    }
    Err(failure)
}

async fn addresses(url: &Url) -> Result<Vec<SocketAddr>, Failure> {
    match url.host() {
        ServerName::IpAddress(address) => Ok(vec![SocketAddr::new((*address).into(), url.port())]),
        ServerName::DnsName(name) => lookup_host((name.as_ref(), url.port()))
            .await
            .map(Iterator::collect)
            .map_err(|error| Failure::Lookup(error.kind())),
        _ => Err(Failure::Lookup(io::ErrorKind::Unsupported)),
    }
}

/// Talks TLS over a connection. The certificate has to be for the host of the URL.
pub(super) async fn tls(
    url: &Url,
    config: Arc<ClientConfig>,
    stream: TcpStream,
) -> Result<impl Stream + use<>, Failure> {
    TlsConnector::from(config)
        .connect(url.host().clone(), stream)
        .await
        .map_err(|error| Failure::of_tls(&error))
}
