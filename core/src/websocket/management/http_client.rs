//! Requests to AWS, over connections that are kept for the next message.

use crate::https::{self, Unlogged};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioTimer,
};
use std::{error::Error, sync::OnceLock, time::Duration};
use tokio::time::timeout;
use tracing::{instrument::WithSubscriber as _, subscriber::NoSubscriber};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

/// How long a request and its response may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept: it is of no use once Lambda has frozen the process for long.
const IDLE: Duration = Duration::from_secs(30);

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Why there is no response. It is logged, so it has nothing of what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SendError(pub(super) &'static str);

/// Sends a request. A second time, if the connection closed before a response: one that was kept may
/// have been closed while Lambda had frozen the process.
pub(super) async fn send(request: Request<Full<Bytes>>) -> Result<Response<Incoming>, SendError> {
    let client = client()?;
    let sent = async {
        match client.request(request.clone()).await {
            Err(error) if is_closed(&error) => client.request(request).await,
            other => other,
        }
    };
    match timeout(LIMIT, sent.with_subscriber(NoSubscriber::new())).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) if error.is_connect() => Err(SendError("no connection could be made")),
        Ok(Err(_)) => Err(SendError("the connection broke")),
        Err(_) => Err(SendError("no response came within 5 s")),
    }
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

/// Whether the connection was closed before a response.
fn is_closed(error: &hyper_util::client::legacy::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return error.is_incomplete_message() || error.is_canceled() || error.is_closed();
        }
        cause = error.source();
    }
    false
}
