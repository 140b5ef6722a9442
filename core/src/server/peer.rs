//! One client: its requests, and what they share.

use super::{
    access_log::Entry, head, health, proxies::canonical, sent::Open, sent::Sent,
    settings::Settings, stage::Watcher, watch::Watch,
};
use crate::{
    App, BoxFuture, Invocation, LambdaContext,
    error::framework,
    event,
    limits::Measure,
    request_body::{self, Patience},
    request_id::{RequestIds, uuid},
};
use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Request, Response, Version, header::CONNECTION, request::Parts,
};
use hyper::body::Incoming;
use std::{
    convert::Infallible,
    net::IpAddr,
    sync::Arc,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) settings: Settings,
    pub(super) ids: RequestIds,
}

impl Shared {
    /// When hooks that begin now are cancelled.
    pub(super) fn hooks_deadline_ms(&self) -> Option<u64> {
        let end = SystemTime::now().checked_add(self.settings.request)?;
        let end = end.duration_since(UNIX_EPOCH).ok()?;
        u64::try_from(end.as_millis()).ok()
    }
}

/// The client of a connection.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) shared: Arc<Shared>,
    pub(super) watch: Arc<Watch>,
    pub(super) stage: Watcher,
    address: IpAddr,
    written_address: Option<HeaderValue>,
    is_trusted: bool,
}

fn written(address: IpAddr) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(address.to_string()).ok()
}

impl Peer {
    pub(super) fn new(
        shared: Arc<Shared>,
        watch: Arc<Watch>,
        stage: Watcher,
        address: IpAddr,
    ) -> Self {
        let address = canonical(address);
        Self {
            is_trusted: shared.settings.proxies.trust(address),
            shared,
            watch,
            stage,
            address,
            written_address: written(address),
        }
    }

    /// The invocation of a request. It has no source: there is no gateway.
    fn invocation(&self, head: &Parts) -> Invocation {
        const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");
        let mut context = LambdaContext {
            request_id: uuid(self.shared.ids.next()),
            ..LambdaContext::default()
        };
        if !self.is_trusted {
            return Invocation::served(context, self.written_address.clone());
        }
        let proxies = &self.shared.settings.proxies;
        let client = proxies.client(self.address, &head.headers);
        let trace_id = head.headers.get(TRACE_ID);
        let trace_id = trace_id.and_then(|trace_id| trace_id.to_str().ok());
        context.trace_id = trace_id.map(str::to_owned);
        Invocation::served(context, written(client))
    }
}

/// Responds to one request.
pub(super) fn respond(
    peer: Arc<Peer>,
    request: Request<Incoming>,
) -> BoxFuture<'static, Result<Response<Sent>, Infallible>> {
    let open = Open::new(Arc::clone(&peer));
    // The future itself is boxed: a block around it would hold the request twice.
    Box::pin(response(peer, request, open))
}

async fn response(
    peer: Arc<Peer>,
    request: Request<Incoming>,
    mut open: Open,
) -> Result<Response<Sent>, Infallible> {
    let settings = &peer.shared.settings;
    let app = &peer.shared.app;
    let started = Instant::now();
    let (mut head, body) = request.into_parts();
    if let Some(path) = &settings.healthz
        && head.uri.path() == path
        && let Some(response) = health::response(&head.method, peer.stage.is_draining())
    {
        let (parts, body) = response.into_parts();
        let body = open.with_body(parts.status, body);
        return Ok(Response::from_parts(parts, body));
    }
    let version = head.version;
    let mut invocation = peer.invocation(&head);
    open.record(Entry {
        method: head.method.clone(),
        uri: head.uri.clone(),
        invocation: invocation.clone(),
        started,
    });
    let settled = head::settle(&mut head).map(|written| {
        if let Some(written) = written {
            invocation = invocation.written(&written);
        }
    });
    head.extensions.insert(invocation.clone());
    let mut is_unread = false;
    let body = async {
        settled?;
        if http_body::Body::is_end_stream(&body) {
            return Ok(Bytes::new());
        }
        let limit = app.limits().body;
        let patience = Patience {
            next: settings.body,
            whole: Some(settings.body),
        };
        // Boxed, since few requests have one.
        let body = Box::pin(request_body::collect(body, limit, patience)).await;
        body.map_err(|unread| {
            is_unread = true;
            unread.problem(|| framework::over_limit(Measure::Body.exceeded(limit, None)))
        })
    };
    let response = app.served(head, body, settings.request, &invocation).await;
    let (mut parts, body) = response.into_parts();
    event::frame(
        parts.status,
        &mut parts.headers,
        (!body.is_stream()).then(|| body.bytes()),
    );
    if is_unread && version < Version::HTTP_2 {
        peer.watch.leave_unread();
        let close = HeaderValue::from_static("close");
        parts.headers.insert(CONNECTION, close);
    }
    open.ends_with_connection(version <= Version::HTTP_10);
    let body = open.with_body(parts.status, body);
    Ok(Response::from_parts(parts, body))
}
