//! One client, and what all of them share.

use super::{proxies::canonical, settings::Settings, stage::Watcher, watch::Watch};
use crate::{
    App, Invocation, LambdaContext,
    request_id::{RequestIds, uuid},
};
use http::{HeaderName, HeaderValue, request::Parts};
use std::{
    net::IpAddr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
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
    pub(super) fn invocation(&self, head: &Parts) -> Invocation {
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
