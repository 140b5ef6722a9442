//! One client: the state of its connection, and what is known about it.

use super::{
    access_log::End, finished::Finished, proxies::canonical, shared::Shared, stage::Watcher,
    watch::Watch,
};
use crate::{Invocation, LambdaContext, request_id::uuid};
use http::{HeaderName, HeaderValue, request::Parts};
use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// The client of a connection.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) shared: Arc<Shared>,
    pub(super) watch: Watch,
    pub(super) stage: Watcher,
    address: IpAddr,
    written_address: Option<HeaderValue>,
    is_trusted: bool,
    /// HTTP/1: requests whose response hyper has taken, but not yet written to the socket.
    unsent: Mutex<Vec<Finished>>,
    has_unsent: AtomicBool,
}

fn written(address: IpAddr) -> Option<HeaderValue> {
    HeaderValue::from_maybe_shared(address.to_string()).ok()
}

impl Peer {
    pub(super) fn new(shared: Arc<Shared>, stage: Watcher, address: IpAddr) -> Self {
        let address = canonical(address);
        Self {
            is_trusted: shared.settings.proxies.trust(address),
            watch: Watch::new(shared.settings.times()),
            shared,
            stage,
            address,
            written_address: written(address),
            unsent: Mutex::default(),
            has_unsent: AtomicBool::new(false),
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

    /// Ends a request.
    pub(super) fn finish(&self, mut finished: Finished) {
        if finished.end == End::Client {
            finished.end = if self.stage.is_ended() {
                End::Shutdown
            } else if self.watch.has_timed_out() {
                End::Timeout
            } else {
                End::Client
            };
        }
        self.watch.close();
        finished.conclude(&self.shared, &self.stage);
    }

    /// Ends a request when its response has been written to the socket.
    pub(super) fn finish_when_sent(&self, finished: Finished) {
        self.unsent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(finished);
        self.has_unsent.store(true, Ordering::Relaxed);
    }

    /// All that hyper had to write is in the socket.
    pub(super) fn sent(&self) {
        self.watch.flushed();
        while self.has_unsent.load(Ordering::Relaxed)
            && let Some(finished) = self.next_unsent()
        {
            self.finish(finished);
        }
    }

    /// The connection has ended.
    pub(super) fn ended(&self) {
        while let Some(mut finished) = self.next_unsent() {
            finished.end = End::Client;
            self.finish(finished);
        }
    }

    /// Takes the oldest one.
    fn next_unsent(&self) -> Option<Finished> {
        let mut unsent = self.unsent.lock().unwrap_or_else(PoisonError::into_inner);
        self.has_unsent.store(unsent.len() > 1, Ordering::Relaxed);
        (!unsent.is_empty()).then(|| unsent.remove(0))
    }
}
