//! Tokens that were verified not long ago.

use crate::Identity;
use aws_lc_rs::digest::{SHA256, digest};
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    ops::Range,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

/// How long a verification is good for, unless another time is set.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// How much memory there is for a token, on average.
const BYTES_PER_TOKEN: usize = 4096;

/// What a scope or a group takes besides its text.
const BYTES_PER_NAME: usize = 48;

/// What an entry takes beside what is in the token.
const BYTES_PER_ENTRY: usize = 512;

/// Remembers the tokens that a verifier has verified, so that it need not check their signatures
/// again.
///
/// A verifier has none unless it is given one. It pays where callers send the same token again and
/// again, and where a few dozen microseconds of each request matter: a token that is remembered
/// costs a few of them.
///
/// - What is remembered are whole tokens, by their SHA-256: a token that differs in anything is
///   another one. Nothing is remembered of a token that was refused.
/// - Time goes on: each use checks anew that the token is valid by now, and by no more than
///   [`max_age`](VerifiedTokens::max_age) does it outlive the key that signed it.
/// - Rules of routes (scopes, groups, guards) are applied to each request, as ever.
/// - It is bounded, by the number of tokens and by 4 KB for each of them on average; the oldest
///   make room.
///
/// Clones share the room, and never what is in it: each verifier remembers for itself, whatever it
/// shares the room with.
///
/// ```
/// use lambda_api::auth::VerifiedTokens;
/// use std::time::Duration;
///
/// let tokens = VerifiedTokens::new(1000).max_age(Duration::from_secs(60));
/// # let _ = tokens;
/// ```
#[must_use]
pub struct VerifiedTokens {
    /// Whose tokens these are: no two values have the same.
    verifier: u64,
    max_age: Duration,
    room: Arc<Mutex<Room>>,
}

/// The entries of all who share it.
struct Room {
    tokens: usize,
    bytes: usize,
    entries: HashMap<Key, Entry>,
    /// The keys of the entries, each once, in the order in which they came.
    order: VecDeque<Key>,
    used: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    verifier: u64,
    sha256: [u8; 32],
}

struct Entry {
    identity: Identity,
    valid: Range<SystemTime>,
    verified: SystemTime,
    bytes: usize,
}

impl VerifiedTokens {
    /// Room for this many tokens.
    pub fn new(tokens: usize) -> Self {
        Self {
            verifier: new_verifier(),
            max_age: MAX_AGE,
            room: Arc::new(Mutex::new(Room {
                tokens,
                bytes: tokens.saturating_mul(BYTES_PER_TOKEN),
                entries: HashMap::new(),
                order: VecDeque::new(),
                used: 0,
            })),
        }
    }

    /// How long a token is taken for verified, instead of five minutes: then its signature is
    /// checked again, and that its issuer still has the key.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Whose token this is, when it was verified here and is still valid.
    pub(crate) fn get(&self, token: &str, now: SystemTime) -> Option<Identity> {
        let key = self.key(token)?;
        let room = self.room();
        let entry = room.entries.get(&key)?;
        // A clock that was set back makes a verification of the future, which is none.
        let age = now.duration_since(entry.verified).ok()?;
        (age < self.max_age && entry.valid.contains(&now)).then(|| entry.identity.clone())
    }

    /// Remembers a token that has just been verified. Its claims say that it is valid in the given
    /// time, clock skew and all.
    pub(crate) fn put(
        &self,
        token: &str,
        identity: Identity,
        valid: Range<SystemTime>,
        now: SystemTime,
    ) {
        let Some(key) = self.key(token) else { return };
        let names = identity
            .scopes()
            .len()
            .saturating_add(identity.groups().len());
        let entry = Entry {
            // The payload, what was copied out of it, and each copy's own place in memory.
            bytes: token
                .len()
                .saturating_mul(2)
                .saturating_add(names.saturating_mul(BYTES_PER_NAME))
                .saturating_add(BYTES_PER_ENTRY),
            identity,
            valid,
            verified: now,
        };
        // What made room is dropped when the lock is free again.
        let _evicted = self.room().insert(key, entry);
    }

    fn key(&self, token: &str) -> Option<Key> {
        let sha256 = digest(&SHA256, token.as_bytes());
        Some(Key {
            verifier: self.verifier,
            sha256: sha256.as_ref().try_into().ok()?,
        })
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room {
    /// Returns the entries that made room.
    fn insert(&mut self, key: Key, entry: Entry) -> Vec<Entry> {
        let mut evicted = Vec::new();
        if self.tokens == 0 || entry.bytes > self.bytes {
            return evicted;
        }
        self.used = self.used.saturating_add(entry.bytes);
        if let Some(old) = self.entries.insert(key, entry) {
            // It keeps its place in the order.
            self.used = self.used.saturating_sub(old.bytes);
            evicted.push(old);
        } else {
            self.order.push_back(key);
        }
        while self.entries.len() > self.tokens || self.used > self.bytes {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(old) = self.entries.remove(&oldest) {
                self.used = self.used.saturating_sub(old.bytes);
                evicted.push(old);
            }
        }
        evicted
    }
}

fn new_verifier() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// For another verifier, which shares the room and none of the tokens.
impl Clone for VerifiedTokens {
    fn clone(&self) -> Self {
        Self {
            verifier: new_verifier(),
            max_age: self.max_age,
            room: Arc::clone(&self.room),
        }
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens")
            .field("tokens", &self.room().tokens)
            .field("max_age", &self.max_age)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{BYTES_PER_TOKEN, MAX_AGE, VerifiedTokens};
    use crate::Identity;
    use std::{
        ops::Range,
        time::{Duration, SystemTime},
    };

    fn at(second: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(second)
    }

    /// A validity that is not what a test is about.
    fn long() -> Range<SystemTime> {
        at(0)..at(1_000_000)
    }

    fn put(tokens: &VerifiedTokens, token: &str) {
        tokens.put(token, Identity::new(token), long(), at(100));
    }

    fn knows(tokens: &VerifiedTokens, token: &str, second: u64) -> bool {
        let found = tokens.get(token, at(second));
        if let Some(identity) = &found {
            assert_eq!(identity.subject(), token);
        }
        found.is_some()
    }

    #[test]
    fn a_token_that_was_verified_is_known_to_the_byte() {
        let tokens = VerifiedTokens::new(10);
        put(&tokens, "a.b.c");
        assert!(knows(&tokens, "a.b.c", 100));
        for other in ["a.b.d", "a.b.c ", "A.b.c", "a.b.", ""] {
            assert!(!knows(&tokens, other, 100), "{other}");
        }
    }

    #[test]
    fn each_use_checks_the_time() {
        let tokens = VerifiedTokens::new(10);
        tokens.put("token", Identity::new("token"), at(90)..at(120), at(100));
        for (second, known) in [(100, true), (119, true), (120, false), (121, false)] {
            assert_eq!(knows(&tokens, "token", second), known, "{second}");
        }
        // The clock went back: to before the verification, and to before the token's time.
        assert!(!knows(&tokens, "token", 99));
        assert!(!knows(&tokens, "token", 80));
        tokens.put("late", Identity::new("late"), at(110)..at(120), at(100));
        for (second, known) in [(109, false), (110, true)] {
            assert_eq!(knows(&tokens, "late", second), known, "{second}");
        }
    }

    #[test]
    fn a_verification_is_good_for_a_bounded_time() {
        let tokens = VerifiedTokens::new(10);
        put(&tokens, "token");
        let last = 100 + MAX_AGE.as_secs();
        assert!(knows(&tokens, "token", last - 1));
        assert!(!knows(&tokens, "token", last));
        tokens.put("token", Identity::new("token"), long(), at(last));
        assert!(knows(&tokens, "token", last));

        let tokens = tokens.max_age(Duration::from_secs(10));
        assert!(!knows(&tokens, "token", last + 10));
    }

    #[test]
    fn the_oldest_make_room() {
        let tokens = VerifiedTokens::new(3);
        for token in ["a", "b", "c", "a", "d"] {
            put(&tokens, token);
        }
        let known = ["a", "b", "c", "d"].map(|token| knows(&tokens, token, 100));
        assert_eq!(known, [false, true, true, true]);
    }

    #[test]
    fn the_room_is_bounded_in_tokens_and_in_bytes() {
        let tokens = VerifiedTokens::new(100);
        for number in 0..10_000 {
            // 8 KB each: half of them fit into the bytes at most.
            put(&tokens, &format!("{number:08192}"));
            put(&tokens, "the same again");
        }
        let room = tokens.room();
        assert_eq!(room.order.len(), room.entries.len());
        assert_eq!(
            room.used,
            room.entries
                .values()
                .map(|entry| entry.bytes)
                .sum::<usize>()
        );
        assert!(room.used <= 100 * BYTES_PER_TOKEN);
        assert!(
            (10..=50).contains(&room.entries.len()),
            "{}",
            room.entries.len()
        );
    }

    #[test]
    fn no_room_remembers_nothing() {
        let tokens = VerifiedTokens::new(0);
        put(&tokens, "a");
        assert!(!knows(&tokens, "a", 100));
        let tokens = VerifiedTokens::new(1);
        put(&tokens, "a");
        // Larger than all there is; what is there stays.
        put(&tokens, &"x".repeat(8192));
        assert!(knows(&tokens, "a", 100));
        assert_eq!(tokens.room().entries.len(), 1);
    }

    #[test]
    fn who_shares_the_room_does_not_share_the_tokens() {
        let one = VerifiedTokens::new(3);
        let other = one.clone();
        put(&one, "a");
        assert!(knows(&one, "a", 100));
        assert!(!knows(&other, "a", 100));
        for token in ["b", "c", "d"] {
            put(&other, token);
        }
        assert!(!knows(&one, "a", 100), "the room has only three places");
    }
}
