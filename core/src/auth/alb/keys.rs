//! The public keys of load balancers, each at a URL of its own.

use super::super::{
    AuthError,
    jwt::{Key, KeysById},
    keys::{Cached, Clock, Document, Location, Url, UrlError},
};
use crate::BoxFuture;
use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// How many keys are kept. A load balancer signs with one, and changes it now and then.
const KEYS: usize = 16;

/// How many keys that are not kept may be fetched at once; it grows by one each second. Tokens with
/// invented key ids, each sent once, cause no more fetches than that.
const BURST: u32 = 10;

/// How long a missing key is not fetched again.
const MISSING: Duration = Duration::from_secs(10);

impl Document for Key {
    const MISSING: AuthError = AuthError::UnknownKey;

    fn parse(pem: &[u8]) -> Option<Self> {
        Self::from_pem(pem)
    }

    /// The URL has named the key.
    fn holds(&self, _: Option<&str>) -> bool {
        true
    }
}

/// The keys of the load balancers of a region.
pub(super) struct RegionKeys {
    /// What a `/` and the id of a key are appended to, if it is known.
    pub(super) base: Option<String>,
    pub(super) parse: fn(&str) -> Result<Url, UrlError>,
    pub(super) fetched: Arc<Fetched>,
}

impl RegionKeys {
    fn url(&self, kid: &str) -> Option<String> {
        self.base.as_ref().map(|base| format!("{base}/{kid}"))
    }
}

impl KeysById for RegionKeys {
    fn key<'a>(&'a self, kid: &'a str) -> BoxFuture<'a, Result<Arc<Key>, AuthError>> {
        Box::pin(async move {
            let url = self.url(kid).ok_or(AuthError::KeysUnavailable)?;
            self.fetched.get(&url, self.parse).await
        })
    }

    fn proven(&self, kid: &str) {
        if let Some(url) = self.url(kid) {
            self.fetched.prove(&url);
        }
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
    waiting: Waiting,
}

struct Slot {
    url: String,
    key: Cached<Key>,
    /// Whether it has ever verified a token. Until then its id may be invented, and it is evicted
    /// first.
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
                budget: Budget::new(BURST, now),
                waiting: Waiting::new(now),
            }),
        }
    }

    /// The key at this URL.
    pub(super) async fn get(
        &self,
        url: &str,
        parse: fn(&str) -> Result<Url, UrlError>,
    ) -> Result<Arc<Key>, AuthError> {
        let key = self.slot(url, parse)?;
        let found = key.get(None).await;
        if let Err(AuthError::UnknownKey) = found
            && let Some(slot) = self.kept().find(url)
        {
            slot.missing = Some((self.clock)());
            // Its host may have taken it back.
            slot.proven = false;
        }
        found
    }

    fn slot(
        &self,
        url: &str,
        parse: fn(&str) -> Result<Url, UrlError>,
    ) -> Result<Cached<Key>, AuthError> {
        let now = (self.clock)();
        let mut kept = self.kept();
        if let Some(slot) = kept.find(url) {
            let since = slot.missing.and_then(|then| now.duration_since(then).ok());
            return match since {
                Some(since) if since < MISSING => Err(AuthError::UnknownKey),
                _ => Ok(slot.key.clone()),
            };
        }
        if !kept.budget.spend(now) && !kept.waiting.may_ask(url, now) {
            return Err(AuthError::KeysUnavailable);
        }
        kept.waiting.forget(url);
        let location = Location::Url(parse(url).map_err(|_| AuthError::KeysUnavailable)?);
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

    fn insert(&mut self, url: &str, key: Cached<Key>) {
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

/// A number that is spent, and grows again with time: by one each second, up to what it was.
struct Budget {
    full: u32,
    left: u32,
    since: SystemTime,
}

impl Budget {
    fn new(full: u32, now: SystemTime) -> Self {
        Self {
            full,
            left: full,
            since: now,
        }
    }

    fn spend(&mut self, now: SystemTime) -> bool {
        match now.duration_since(self.since) {
            Ok(passed) => {
                let seconds = u32::try_from(passed.as_secs()).unwrap_or(u32::MAX);
                if seconds > 0 {
                    self.left = self.left.saturating_add(seconds).min(self.full);
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

/// How many waiting keys are counted.
const COUNTED: usize = 2048;

/// How many lanes there are beside the common budget.
const LANES: usize = 16;

/// The keys that were requested while the budget was spent, and how often.
///
/// Invented ids must not block genuine ones, and the two look alike until the key is fetched. But a
/// genuine id comes with every request of every user, while each further request with an invented one
/// costs the attacker. So a key gets one more lane, of one fetch a second, each time that its requests
/// have doubled. To fill the lanes up to that of `n` requests, an attacker has to send `n` requests
/// for each of the ids, all the time; the genuine key is fetched once as many requests name it as the
/// attacker sends in a second.
struct Waiting {
    /// By the hash of a URL, with a secret key.
    asked: HashMap<u64, Asked>,
    /// Counts the keys.
    turn: u64,
    hasher: RandomState,
    lanes: [Budget; LANES],
}

struct Asked {
    times: u32,
    /// Of two with as many requests, the older one is evicted.
    since: u64,
}

impl Waiting {
    fn new(now: SystemTime) -> Self {
        Self {
            asked: HashMap::new(),
            turn: 0,
            hasher: RandomState::new(),
            lanes: std::array::from_fn(|_| Budget::new(1, now)),
        }
    }

    /// Counts a request for this key, and returns whether there is a lane for it.
    fn may_ask(&mut self, url: &str, now: SystemTime) -> bool {
        let key = self.hasher.hash_one(url);
        if self.asked.len() >= COUNTED && !self.asked.contains_key(&key) {
            self.make_room();
        }
        self.turn = self.turn.wrapping_add(1);
        let since = self.turn;
        let asked = self.asked.entry(key).or_insert(Asked { times: 0, since });
        let before = asked.times;
        asked.times = before.saturating_add(1);
        // None for the first request, one for the second, two for the third and fourth, ...
        let lanes = usize::try_from(u32::BITS - before.leading_zeros()).unwrap_or_default();
        self.lanes
            .iter_mut()
            .take(lanes)
            .any(|lane| lane.spend(now))
    }

    /// Evicts the key with the fewest requests. The counts are halved now and then, so that a key with
    /// many requests in the past does not stay for ever.
    fn make_room(&mut self) {
        if self.asked.values().all(|asked| asked.times > 1) {
            for asked in self.asked.values_mut() {
                asked.times /= 2;
            }
        }
        let all = self.asked.iter();
        let first = all.min_by_key(|(_, asked)| (asked.times, asked.since));
        if let Some(key) = first.map(|(key, _)| *key) {
            self.asked.remove(&key);
        }
    }

    fn forget(&mut self, url: &str) {
        if !self.asked.is_empty() {
            self.asked.remove(&self.hasher.hash_one(url));
        }
    }
}
