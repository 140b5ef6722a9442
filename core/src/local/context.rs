//! Lambda contexts of local invocations.

use crate::LambdaContext;
use std::{
    hash::{BuildHasher, DefaultHasher, Hash, Hasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// How long a local invocation may take: the timeout of an HTTP API.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Source of the contexts of one run of the program.
#[derive(Default)]
pub(super) struct Contexts {
    /// Its keys are random, which is enough for ids that only need to differ.
    hasher: RandomState,
    count: AtomicU64,
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
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let high = self.hasher.hash_one((count, now.as_nanos(), "high"));
        let low = self.hasher.hash_one((count, now.as_nanos(), "low"));
        let limit = self.limit.unwrap_or(TIME_LIMIT);
        let deadline = now.saturating_add(limit).as_millis();
        LambdaContext {
            request_id: uuid(high, low),
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
            request_id: uuid(hash("high"), hash("low")),
            ..self.next()
        }
    }
}

/// 128 bits in the form of a version 4 UUID (RFC 9562, section 5.4).
fn uuid(high: u64, low: u64) -> String {
    let version = (high & !0xf000) | 0x4000;
    let variant = (low & !(0b11 << 62)) | (0b10 << 62);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        version >> 32,
        (version >> 16) & 0xffff,
        version & 0xffff,
        variant >> 48,
        variant & 0xffff_ffff_ffff,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_form_of_a_uuid() {
        assert_eq!(uuid(0, 0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(
            uuid(u64::MAX, u64::MAX),
            "ffffffff-ffff-4fff-bfff-ffffffffffff"
        );
        assert_eq!(
            uuid(0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef),
            "01234567-89ab-4def-8123-456789abcdef"
        );
    }

    #[test]
    fn no_two_invocations_have_the_same_id() {
        let contexts = Contexts::default();
        let ids: std::collections::HashSet<String> =
            (0..1000).map(|_| contexts.next().request_id).collect();
        assert_eq!(ids.len(), 1000);
    }

    #[test]
    fn an_invocation_has_30_seconds() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let deadline = Contexts::default().next().deadline_ms.unwrap();
        let left = deadline - u64::try_from(now.as_millis()).unwrap();
        assert!((30_000..35_000).contains(&left), "{left}");
    }
}
