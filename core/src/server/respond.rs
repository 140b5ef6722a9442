//! One request and its response.

use super::{
    access_log::{self, Entry},
    head, health,
    peer::Peer,
    sent::{Open, Sent},
};
use crate::{
    error::framework,
    event,
    limits::Measure,
    request_body::{self, Patience},
};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Version, header::CONNECTION};
use hyper::body::Incoming;
use std::{convert::Infallible, sync::Arc, time::Instant};

/// Responds to one request.
///
/// The future is large. hyper has a place for that of HTTP/1, once for each connection.
pub(super) fn respond(
    peer: Arc<Peer>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response<Sent>, Infallible>> + Send + 'static {
    let open = Open::new(Arc::clone(&peer), request.version());
    // A block around it would hold the request twice.
    response(peer, request, open)
}

async fn response(
    peer: Arc<Peer>,
    request: Request<Incoming>,
    mut open: Open,
) -> Result<Response<Sent>, Infallible> {
    let settings = &peer.shared.settings;
    let app = &peer.shared.app;
    // Without a record and hooks, nothing needs to be known at the end.
    let is_recorded = access_log::is_enabled() || app.hooks().has_after_response();
    let started = is_recorded.then(Instant::now);
    let (mut head, body) = request.into_parts();
    if let Some(path) = &settings.healthz
        && head.uri.path() == path
        && let Some(response) = health::response(&head.method, peer.stage.is_leaving())
    {
        let (parts, body) = response.into_parts();
        let body = open.with_body(parts.status, body);
        return Ok(Response::from_parts(parts, body));
    }
    let version = head.version;
    let mut invocation = peer.invocation(&head);
    if let Some(started) = started {
        open.record(Entry {
            method: head.method.clone(),
            uri: head.uri.clone(),
            invocation: invocation.clone(),
            started,
        });
    }
    let mut settled = head::settle(&mut head).map(|written| {
        if let Some(written) = written {
            invocation = invocation.written(&written);
        }
    });
    head.extensions.insert(invocation.clone());
    // HTTP/1.1 has one request at a time on a connection, unless hooks outlive it.
    if version >= Version::HTTP_2 || app.hooks().has_after_response() {
        match peer.shared.admit().await {
            Ok(permit) => open.hold(permit),
            Err(problem) => settled = Err(problem),
        }
    }
    let mut is_rejected = settled.is_err();
    let mut is_unread = !http_body::Body::is_end_stream(&body);
    let body = async {
        settled?;
        if !is_unread {
            return Ok(Bytes::new());
        }
        let limit = app.limits().body;
        let patience = Patience {
            next: settings.body,
            whole: Some(settings.body),
        };
        // Boxed, since few requests have one.
        let body = Box::pin(request_body::collect(body, limit, patience)).await;
        match body {
            Ok(body) => {
                is_unread = false;
                Ok(body)
            }
            Err(unread) => {
                is_rejected = true;
                Err(unread.problem(|| framework::over_limit(Measure::Body.exceeded(limit, None))))
            }
        }
    };
    let response = app.served(head, body, settings.request, &invocation).await;
    let (mut parts, body) = response.into_parts();
    event::frame(
        parts.status,
        &mut parts.headers,
        (!body.is_stream()).then(|| body.bytes()),
    );
    if (is_unread || is_rejected) && version < Version::HTTP_2 {
        // What follows on the connection may not be what the client means (RFC 9112, section 11.2).
        let close = HeaderValue::from_static("close");
        parts.headers.insert(CONNECTION, close);
        if is_unread {
            peer.watch.leave_unread();
        }
    }
    let body = open.with_body(parts.status, body);
    Ok(Response::from_parts(parts, body))
}
