//! The public keys of load balancers, each at a URL of its own.

use super::super::{
    Refusal,
    jwt::{Algorithm, Key},
    keys::{Cached, Clock, Document, Location, Url, UrlError},
};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// How many keys are kept. A load balancer signs with one, and changes it now and then.
const KEYS: usize = 16;

/// How many keys that are not kept may be asked for at once; each second it is one more. Whoever
/// sends tokens with key ids of their own making causes no more fetches than that.
const BURST: u32 = 10;

/// How long a key that is not there is not asked for again.
const MISSING: Duration = Duration::from_secs(10);

/// What is at the URL of a key.
pub(super) struct PublicKey(Key);

impl PublicKey {
    /// Checks a signature; a key that is not on P-256 is refused there.
    pub(super) fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), Refusal> {
        self.0.verify(Algorithm::Es256, signed, signature)
    }

    pub(super) fn new(key: Key) -> Self {
        Self(key)
    }
}

impl Document for PublicKey {
    const MISSING: Refusal = Refusal::UnknownKey;

    fn parse(pem: &[u8]) -> Option<Self> {
        Key::from_pem(pem).map(Self)
    }

    /// The URL has named the key.
    fn holds(&self, _: Option<&str>) -> bool {
        true
    }
}

/// Keys that are fetched when a token names them, and kept.
pub(super) struct Fetched {
    clock: Clock,
    kept: Mutex<Kept>,
}

struct Kept {
    slots: Vec<Slot>,
    /// Counts the uses.
    turn: u64,
    budget: Budget,
}

struct Slot {
    url: String,
    key: Cached<PublicKey>,
    /// Whether it has ever verified a token. Until then it may be anybody's invention, and has to
    /// make room first.
    proven: bool,
    /// When it was not there.
    missing: Option<SystemTime>,
    used: u64,
}

impl Fetched {
    pub(super) fn new(clock: Clock) -> Self {
        let now = clock();
        Self {
            clock,
            kept: Mutex::new(Kept {
                slots: Vec::new(),
                turn: 0,
                budget: Budget {
                    left: BURST,
                    since: now,
                },
            }),
        }
    }

    /// The key at this URL.
    pub(super) async fn get(
        &self,
        url: &str,
        parse: fn(&str) -> Result<Url, UrlError>,
    ) -> Result<Arc<PublicKey>, Refusal> {
        let key = self.slot(url, parse)?;
        let found = key.get(None).await;
        if let Err(Refusal::UnknownKey) = found
            && let Some(slot) = self.kept().find(url)
        {
            slot.missing = Some((self.clock)());
        }
        found
    }

    fn slot(
        &self,
        url: &str,
        parse: fn(&str) -> Result<Url, UrlError>,
    ) -> Result<Cached<PublicKey>, Refusal> {
        let now = (self.clock)();
        let mut kept = self.kept();
        if let Some(slot) = kept.find(url) {
            let since = slot.missing.and_then(|then| now.duration_since(then).ok());
            return match since {
                Some(since) if since < MISSING => Err(Refusal::UnknownKey),
                _ => Ok(slot.key.clone()),
            };
        }
        if !kept.budget.spend(now) {
            return Err(Refusal::KeysUnavailable);
        }
        let location = Location::Url(parse(url).map_err(|_| Refusal::KeysUnavailable)?);
        let key = Cached::new(location, Arc::clone(&self.clock));
        kept.insert(url, key.clone());
        Ok(key)
    }

    /// Notes that this key has verified a token.
    pub(super) fn prove(&self, url: &str) {
        if let Some(slot) = self.kept().find(url) {
            slot.proven = true;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn find(&mut self, url: &str) -> Option<&mut Slot> {
        self.turn = self.turn.wrapping_add(1);
        let slot = self.slots.iter_mut().find(|slot| slot.url == url)?;
        slot.used = self.turn;
        Some(slot)
    }

    fn insert(&mut self, url: &str, key: Cached<PublicKey>) {
        if self.slots.len() >= KEYS {
            let ranked = self.slots.iter().enumerate();
            let oldest = ranked.min_by_key(|(_, slot)| (slot.proven, slot.used));
            if let Some((position, _)) = oldest {
                self.slots.swap_remove(position);
            }
        }
        self.slots.push(Slot {
            url: url.to_owned(),
            key,
            proven: false,
            missing: None,
            used: self.turn,
        });
    }
}

/// A number that is spent, and grows again with time.
struct Budget {
    left: u32,
    since: SystemTime,
}

impl Budget {
    fn spend(&mut self, now: SystemTime) -> bool {
        match now.duration_since(self.since) {
            Ok(passed) => {
                let seconds = u32::try_from(passed.as_secs()).unwrap_or(u32::MAX);
                if seconds > 0 {
                    self.left = self.left.saturating_add(seconds).min(BURST);
                    self.since = now;
                }
            }
            // The clock was set back.
            Err(_) => self.since = now,
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}
