//! What the gateway and Lambda say about one invocation.

use crate::{Request, event::Source};
use std::sync::OnceLock;

/// The invocation that a request came with.
#[derive(Clone, Debug, Default)]
pub struct Invocation {
    source: Option<Source>,
    lambda: LambdaContext,
}

/// What Lambda itself says about an invocation.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct LambdaContext {
    /// Lambda's own id of the invocation; empty outside Lambda.
    pub request_id: String,
    /// When Lambda ends the invocation, in milliseconds since the epoch.
    pub deadline_ms: Option<u64>,
    /// The ARN that was invoked, with its version or alias.
    pub function_arn: Option<String>,
    /// The X-Ray trace header of the invocation.
    pub trace_id: Option<String>,
    /// The tenant, for functions with tenant isolation.
    pub tenant_id: Option<String>,
}

impl Invocation {
    /// The invocation of a request; an empty one, when the request came from no event.
    pub(crate) fn of(request: &Request) -> &Invocation {
        static NONE: OnceLock<Invocation> = OnceLock::new();
        request
            .extensions()
            .get()
            .unwrap_or_else(|| NONE.get_or_init(Invocation::default))
    }

    /// Which service sent the event.
    #[must_use]
    pub fn source(&self) -> Option<Source> {
        self.source
    }

    /// What Lambda says of the invocation.
    #[must_use]
    pub fn lambda(&self) -> &LambdaContext {
        &self.lambda
    }

    /// The id to find this request by: the gateway's own, or else Lambda's.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        Some(self.lambda.request_id.as_str()).filter(|id| !id.is_empty())
    }
}
