//! What the tests of this module fetch from, and the clock they set.

mod certificate;
mod server;

pub(super) use certificate::Certificate;
pub(super) use server::{Server, ServerResponse, body, status};

use super::{Clock, Document};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A clock that a test sets.
#[derive(Clone)]
pub(super) struct TestClock(Arc<AtomicU64>);

impl TestClock {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_700_000_000)))
    }

    pub(super) fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst)))
    }

    pub(super) fn now(&self) -> SystemTime {
        self.clock()()
    }

    pub(super) fn forward(&self, by: Duration) {
        self.0.fetch_add(by.as_secs(), Ordering::SeqCst);
    }

    pub(super) fn back(&self, by: Duration) {
        self.0.fetch_sub(by.as_secs(), Ordering::SeqCst);
    }
}

/// A document of the form `keys a b c`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names(pub(super) Vec<String>);

impl Document for Names {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let names = std::str::from_utf8(bytes).ok()?.strip_prefix("keys")?;
        Some(Self(names.split_whitespace().map(str::to_owned).collect()))
    }

    fn holds(&self, kid: Option<&str>) -> bool {
        kid.is_none_or(|kid| self.0.iter().any(|name| name == kid))
    }
}
