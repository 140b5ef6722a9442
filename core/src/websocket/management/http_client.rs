//! Requests to AWS, over connections that are kept for the next message.

use crate::https::{self, Unlogged};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioTimer,
};
use std::{error::Error, io, iter, sync::OnceLock, time::Duration};
use tokio::time::{Instant, timeout_at};
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How long a request and its response may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How much of the body of a response is read.
const MAX_BODY: usize = 64 * 1024;

/// How long an idle connection is kept: it is of no use once Lambda has frozen the process for long.
const IDLE: Duration = Duration::from_secs(30);

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Why there is no response. It is logged, so it has nothing of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SendError(pub(super) &'static str);

/// Sends a request. A second time, if the connection closed before a response: one that was kept may
/// have been closed while Lambda had frozen the process.
///
/// Returns the status and the body, or `None` for a body that broke off or is too large. It is read even if nothing
/// needs it, since the connection cannot be used again otherwise.
pub(super) async fn send(
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Option<Bytes>), SendError> {
    let end = Instant::now() + LIMIT;
    let client = client()?;
    let sent = async {
        match client.request(request.clone()).await {
            Err(error) if is_closed(&error) => client.request(request).await,
            other => other,
        }
    };
    let response = match timeout_at(end, sent.with_subscriber(NoSubscriber::new())).await {
        Ok(Ok(response)) => response,
        Ok(Err(error)) if error.is_connect() => {
            return Err(SendError("no connection could be made"));
        }
        Ok(Err(_)) => return Err(SendError("the connection broke")),
        Err(_) => return Err(SendError("no response came within 5 s")),
    };
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_BODY).collect();
    let body = timeout_at(end, body).await.ok().and_then(Result::ok);
    Ok((status, body.map(Collected::to_bytes)))
}

fn client() -> Result<&'static HttpClient, SendError> {
    static CLIENT: OnceLock<HttpClient> = OnceLock::new();
    if let Some(client) = CLIENT.get() {
        return Ok(client);
    }
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_connect_timeout(Some(CONNECT));
    http.set_nodelay(true);
    let tls = https::public().map_err(|_| SendError("TLS could not be set up"))?;
    let client = Client::builder(Unlogged)
        .pool_idle_timeout(IDLE)
        .pool_timer(TokioTimer::new())
        .build(HttpsConnector::from((http, tls)));
    Ok(CLIENT.get_or_init(|| client))
}

/// Whether the connection was closed before a response, by TCP, TLS or HTTP.
fn is_closed(error: &hyper_util::client::legacy::Error) -> bool {
    iter::successors(error.source(), |error| (*error).source()).any(|error| {
        let of_http = error.downcast_ref::<hyper::Error>().is_some_and(|error| {
            error.is_incomplete_message() || error.is_canceled() || error.is_closed()
        });
        let of_io = error.downcast_ref::<io::Error>().is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::BrokenPipe
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::UnexpectedEof
            )
        });
        of_http || of_io
    })
}
