//! Lambda contexts of local invocations.

use crate::{
    LambdaContext,
    request_id::{RequestIds, uuid},
};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a local invocation may take: the timeout of an HTTP API.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Source of the contexts of one run of the program.
#[derive(Default)]
pub(super) struct Contexts {
    ids: RequestIds,
    limit: Option<Duration>,
}

impl Contexts {
    /// Sets another time limit than 30 seconds.
    pub(super) fn lasting(self, limit: Duration) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// A context with a new id and a deadline in 30 seconds.
    pub(super) fn next(&self) -> LambdaContext {
        let received = SystemTime::now();
        let now = received.duration_since(UNIX_EPOCH).unwrap_or_default();
        let [high, low] = self.ids.next();
        let limit = self.limit.unwrap_or(TIME_LIMIT);
        let deadline = now.saturating_add(limit).as_millis();
        LambdaContext {
            request_id: uuid([high, low]),
            deadline_ms: u64::try_from(deadline).ok(),
            function_arn: Some("arn:aws:lambda:eu-west-1:123456789012:function:local".to_owned()),
            trace_id: Some(format!(
                "Root=1-{:08x}-{high:016x}{:08x};Parent={low:016x};Sampled=0",
                now.as_secs() & 0xffff_ffff,
                low >> 32,
            )),
            received: Some(received),
            ..LambdaContext::default()
        }
    }
}

impl Contexts {
    /// A context whose id is derived from the event, so that a response that contains the id is the same
    /// each time.
    pub(super) fn of(&self, event: &[u8]) -> LambdaContext {
        let hash = |part: &str| {
            let mut hasher = DefaultHasher::new();
            (part, event).hash(&mut hasher);
            hasher.finish()
        };
        LambdaContext {
            request_id: uuid([hash("high"), hash("low")]),
            ..self.next()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invocation_has_30_seconds() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let deadline = Contexts::default().next().deadline_ms.unwrap();
        let left = deadline - u64::try_from(now.as_millis()).unwrap();
        assert!((30_000..35_000).contains(&left), "{left}");
    }
}
