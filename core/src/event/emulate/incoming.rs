//! A request as received by a source, with the data that the source adds.

use super::{
    Caller, GatewayContext, headers,
    time::{epoch_millis, log_time},
};
use crate::event::Source;
use bytes::Bytes;
use serde_json::{Map, Value};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::SystemTime,
};

pub(super) struct Incoming<'a> {
    pub(super) source: Source,
    pub(super) request: &'a http::Request<Bytes>,
    pub(super) gateway: &'a GatewayContext,
    pub(super) domain: String,
    pub(super) millis: u64,
    path: String,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(
        source: Source,
        request: &'a http::Request<Bytes>,
        gateway: &'a GatewayContext,
    ) -> Self {
        Self {
            source,
            request,
            gateway,
            domain: gateway.domain_of(source),
            millis: epoch_millis(gateway.time.unwrap_or_else(SystemTime::now)),
            path: with_base_path(request.uri().path(), &gateway.normal_base_path()),
        }
    }

    pub(super) fn method(&self) -> &str {
        self.request.method().as_str()
    }

    /// The path as the client sent it, including the base path.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The path that the routes of the gateway match, without the base path.
    pub(super) fn route_path(&self) -> &str {
        match self.request.uri().path() {
            "" => "/",
            path => path,
        }
    }

    pub(super) fn query(&self) -> &str {
        self.request.uri().query().unwrap_or("")
    }

    /// The callers that this source supports.
    pub(super) fn callers(&self) -> impl Iterator<Item = &'a Caller> + use<'a> {
        let source = self.source;
        let callers = self.gateway.callers.iter();
        callers.filter(move |caller| caller.check(source).is_ok())
    }

    pub(super) fn stage(&self) -> &str {
        self.gateway.stage_of(self.source)
    }

    pub(super) fn account(&self) -> &str {
        self.gateway.account_of(self.source)
    }

    pub(super) fn api_id(&self) -> &str {
        self.gateway.api_id_of(self.source)
    }

    pub(super) fn request_id(&self) -> &str {
        self.gateway.request_id_of(self.source)
    }

    /// The first label of the domain.
    pub(super) fn domain_prefix(&self) -> &str {
        self.domain.split('.').next().unwrap_or("")
    }

    /// The path of the URL that the client called.
    pub(super) fn public_path(&self) -> String {
        format!(
            "{}{}",
            self.gateway.path_prefix(self.source),
            self.route_path()
        )
    }

    pub(super) fn user_agent(&self) -> Option<String> {
        let value = self.request.headers().get(http::header::USER_AGENT)?;
        Some(headers::text(value))
    }

    /// The time in the format of the request context: `04/Mar/2020:19:15:17 +0000`.
    pub(super) fn log_time(&self) -> String {
        log_time(self.millis)
    }

    /// The stage variables; `None` if there are none.
    pub(super) fn stage_variables(&self) -> Option<Map<String, Value>> {
        map(&self.gateway.stage_variables)
    }

    /// The X-Ray header that the source adds. The same request id results in the same trace.
    pub(super) fn trace_id(&self) -> String {
        let mut hasher = DefaultHasher::new();
        (self.request_id(), self.millis).hash(&mut hasher);
        let high = hasher.finish();
        self.path().hash(&mut hasher);
        let low = hasher.finish() & 0xffff_ffff;
        let seconds = (self.millis / 1000) & 0xffff_ffff;
        format!("Root=1-{seconds:08x}-{high:016x}{low:08x}")
    }
}

fn with_base_path(path: &str, base_path: &str) -> String {
    let path = if path.is_empty() { "/" } else { path };
    format!("{base_path}{path}")
}

/// A JSON object of strings; `None` if it is empty, which sources write as null or omit.
pub(super) fn map(pairs: &[(String, String)]) -> Option<Map<String, Value>> {
    let map: Map<String, Value> = pairs
        .iter()
        .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
        .collect();
    Some(map).filter(|map| !map.is_empty())
}
