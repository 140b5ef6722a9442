//! The WebSocket API of the local server: handshakes at any path, and the Management API at
//! `/@connections/{id}`.
//!
//! A page of another origin can open a WebSocket without asking for permission, so handshakes pass the
//! guard of the server like every request.

mod handshake;
mod socket;

use super::{
    context::Contexts,
    handle::Handle,
    host_guard::HostGuard,
    log::{self, Shown},
};
use crate::{
    Body, IntoResponse, Problem, Response,
    error::observed,
    event::EventResponse,
    events::watched,
    request_body::{self, Patience},
    websocket::{
        Delivery,
        emulate::{Gateway, Handshake, Hub, Invoke, MAX_MESSAGE, Rejected, Routes, Stage},
    },
};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode,
    header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::{net::IpAddr, sync::Arc, time::Instant};
use tokio::sync::{Mutex, mpsc};

/// The WebSocket API.
pub(super) struct Sockets {
    gateway: Gateway,
    /// Every open connection has a clone.
    open: mpsc::Sender<()>,
    closed: Mutex<mpsc::Receiver<()>>,
}

impl Sockets {
    pub(super) fn new(port: u16, routes: Routes, hub: Hub, handle: Arc<impl Handle>) -> Self {
        let stage = Stage {
            domain: format!("127.0.0.1:{port}"),
            stage: "local".to_owned(),
            api_id: "local".to_owned(),
        };
        let (open, closed) = mpsc::channel(1);
        Self {
            gateway: Gateway::new(stage, routes, hub, invoke(handle)),
            open,
            closed: Mutex::new(closed),
        }
    }

    /// Closes all connections.
    pub(super) fn close_all(&self) {
        self.gateway.hub().close_all();
    }

    /// Waits until the function knows of the end of all connections.
    pub(super) async fn ended(self: Arc<Self>) {
        if let Some(sockets) = Arc::into_inner(self) {
            drop(sockets.open);
            let _ = sockets.closed.into_inner().recv().await;
        }
    }

    /// Whether a request is a handshake, or one of the Management API.
    pub(super) fn take<B>(&self, request: &Request<B>) -> bool {
        handshake::is_upgrade(request.method(), request.headers())
            || connection_id(request.uri().path()).is_some()
    }

    /// The response to a request that it [takes](Self::take).
    pub(super) async fn respond<B>(
        &self,
        mut request: Request<B>,
        client: IpAddr,
        patience: Patience,
    ) -> Result<Response, Problem>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        if handshake::is_upgrade(request.method(), request.headers()) {
            return self.upgrade(&mut request, client).await;
        }
        // No signature is checked: it is for programs on this machine.
        HostGuard::check_tool(request.headers(), client).map_err(|foreign| {
            let problem = Problem::new(StatusCode::FORBIDDEN, foreign.code);
            problem.with_detail(foreign.detail).with_cause(foreign.why)
        })?;
        let id = connection_id(request.uri().path()).unwrap_or_default();
        let (parts, body) = request.into_parts();
        self.manage(&parts.method, &id, body, patience).await
    }

    async fn upgrade<B>(
        &self,
        request: &mut Request<B>,
        client: IpAddr,
    ) -> Result<Response, Problem> {
        let accept = handshake::accept(request.headers())?;
        let session = self
            .gateway
            .connect(Handshake {
                headers: request.headers().clone(),
                query: request.uri().query().map(str::to_owned),
                source_ip: client.to_string(),
                authorizer: None,
            })
            .await;
        let session = match session {
            Ok(session) => session,
            Err(Rejected { status, .. }) => {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = status;
                return Ok(response);
            }
        };
        let mut headers = HeaderMap::from_iter([
            (CONNECTION, HeaderValue::from_static("upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_ACCEPT, accept),
        ]);
        if let Some(protocol) = session.protocol.clone() {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        let upgraded = hyper::upgrade::on(request);
        let open = self.open.clone();
        tokio::spawn(async move {
            match upgraded.await {
                Ok(upgraded) => socket::run(TokioIo::new(upgraded), session).await,
                Err(_) => {
                    let connection = session.connection();
                    connection.disconnect(1006, "the upgrade failed").await;
                }
            }
            drop(open);
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        *response.headers_mut() = headers;
        Ok(response)
    }

    /// A request of the Management API. Its signature is not checked.
    async fn manage<B>(
        &self,
        method: &Method,
        id: &str,
        body: B,
        patience: Patience,
    ) -> Result<Response, Problem>
    where
        B: http_body::Body<Data = Bytes> + Send,
        B::Error: Into<crate::BoxError>,
    {
        let too_large = || {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "message_too_large")
                .with_detail(format!("expected at most {MAX_MESSAGE} bytes"))
        };
        let hub = self.gateway.hub();
        let (delivery, status) = match *method {
            Method::POST => {
                let body = request_body::collect(body, MAX_MESSAGE, patience).await;
                let body = body.map_err(|unread| unread.problem(too_large))?;
                let text = String::from_utf8(body.into()).map_err(|_| {
                    Problem::new(StatusCode::BAD_REQUEST, "invalid_message")
                        .with_detail("expected a text in UTF-8")
                })?;
                (hub.post(id, text), StatusCode::OK)
            }
            Method::DELETE => (hub.close(id), StatusCode::NO_CONTENT),
            Method::GET => {
                let Some(facts) = hub.facts(id) else {
                    return Err(gone());
                };
                return Ok(crate::Json(facts).into_response());
            }
            _ => {
                return Err(Problem::new(
                    StatusCode::METHOD_NOT_ALLOWED,
                    "method_not_allowed",
                ));
            }
        };
        match delivery {
            Delivery::Sent => Ok(status.into_response()),
            Delivery::Gone => Err(gone()),
        }
    }
}

fn gone() -> Problem {
    Problem::new(StatusCode::GONE, "connection_gone")
}

/// The id in a path of the Management API, with or without a stage before it.
fn connection_id(path: &str) -> Option<String> {
    let (stage, id) = path.split_once("/@connections/")?;
    let is_stage = stage.is_empty() || stage.matches('/').count() == 1;
    if !is_stage || id.is_empty() || id.contains('/') {
        return None;
    }
    let id = percent_decode_str(id).decode_utf8().ok()?;
    Some(id.into_owned())
}

/// Passes an event to the function, and logs it.
fn invoke(handle: Arc<impl Handle>) -> Invoke {
    let contexts = Arc::new(Contexts::default());
    Arc::new(move |event| {
        let (handle, lambda) = (handle.clone(), contexts.next());
        Box::pin(async move {
            let started = Instant::now();
            let route = route_key(&event);
            let handled = watched(observed(handle.handle(event, lambda)));
            let ((response, mut problems), seen) = handled.await;
            let response = match response {
                Ok(EventResponse::Buffered(response)) => Ok(response),
                Ok(EventResponse::Stream(_)) => Err("a stream".to_owned()),
                Err(error) => Err(error.to_string()),
            };
            let status = match &response {
                Ok(response) => status(response),
                Err(error) if error == UNAUTHORIZED => Some(StatusCode::UNAUTHORIZED),
                Err(error) => {
                    problems.push(bad_response(error));
                    None
                }
            };
            log::request(&Shown {
                method: &Method::from_bytes(b"WS").unwrap_or_default(),
                path: route.as_str(),
                status: status.unwrap_or(StatusCode::BAD_GATEWAY),
                took: started.elapsed(),
                problems: &problems,
                taken: seen.taken,
            });
            response
        })
    })
}

fn bad_response(why: &str) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, "bad_gateway").with_cause(why.to_owned())
}

/// What an authorizer fails with to reject a handshake.
const UNAUTHORIZED: &str = "Unauthorized";

/// The key of the route, and whether the event is for the authorizer.
fn route_key(event: &[u8]) -> String {
    let event: Value = serde_json::from_slice(event).unwrap_or_default();
    let key = event.pointer("/requestContext/routeKey");
    let key = key.and_then(Value::as_str).unwrap_or_default();
    match event.get("methodArn") {
        Some(_) => format!("{key} (authorizer)"),
        None => key.to_owned(),
    }
}

fn status(response: &[u8]) -> Option<StatusCode> {
    let response: Value = serde_json::from_slice(response).ok()?;
    // An authorizer responds with a policy.
    if response.get("policyDocument").is_some() {
        return Some(StatusCode::OK);
    }
    let status = u16::try_from(response.get("statusCode")?.as_u64()?).ok()?;
    StatusCode::from_u16(status).ok()
}

#[cfg(test)]
mod tests;
