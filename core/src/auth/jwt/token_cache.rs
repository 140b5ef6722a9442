//! Tokens that were verified not long ago.

use crate::Identity;
use aws_lc_rs::digest::{SHA256, digest};
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

/// How long a verification is used, unless another time is set.
const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// How much memory there is for a token, on average.
const BYTES_PER_TOKEN: usize = 4096;

/// Remembers verified tokens, so that their signatures need not be verified again.
///
/// A verifier has none by default. It pays if callers repeat their tokens and a few dozen
/// microseconds of each request matter: a remembered token costs a few of them.
///
/// - A token is remembered by its SHA-256, so that any difference makes it another one. Rejected
///   tokens are not remembered.
/// - Each use checks that the token is valid now. It is accepted for at most
///   [`max_age`](VerifiedTokens::max_age) after its issuer has withdrawn the key.
/// - Rules of routes (scopes, groups, guards) are applied to each request.
/// - The number of tokens is bounded, and so is the memory: 4 KB for each on average. The oldest are
///   evicted.
///
/// A clone has the same settings and remembers for itself.
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
    tokens: usize,
    max_age: Duration,
    room: Mutex<Room>,
}

type Sha256 = [u8; 32];

#[derive(Default)]
struct Room {
    entries: HashMap<Sha256, Entry>,
    /// The keys of the entries, oldest first.
    order: VecDeque<Sha256>,
    used: usize,
}

struct Entry {
    identity: Identity,
    valid: Range<SystemTime>,
    verified: SystemTime,
    bytes: usize,
}

impl VerifiedTokens {
    /// Remembers up to this many tokens.
    pub fn new(tokens: usize) -> Self {
        Self {
            tokens,
            max_age: MAX_AGE,
            room: Mutex::default(),
        }
    }

    /// How long a verification is used, instead of five minutes. Then the signature is verified
    /// again, by a key that the issuer still has.
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// The identity of a token that is remembered and still valid.
    pub(crate) fn get(&self, token: &str, now: SystemTime) -> Option<Identity> {
        let room = self.room();
        let entry = room.entries.get(&sha256(token)?)?;
        // If the clock was set back, the verification is in the future and does not count.
        let age = now.duration_since(entry.verified).ok()?;
        (age < self.max_age && entry.valid.contains(&now)).then(|| entry.identity.clone())
    }

    /// Remembers a token that has just been verified, and is valid in this time.
    pub(crate) fn put(
        &self,
        token: &str,
        identity: Identity,
        valid: Range<SystemTime>,
        now: SystemTime,
    ) {
        let Some(key) = sha256(token) else { return };
        let names = identity
            .scopes()
            .len()
            .saturating_add(identity.groups().len());
        // The payload, what was copied out of it, each name's place, and the entry itself.
        let bytes = token
            .len()
            .saturating_mul(2)
            .saturating_add(names.saturating_mul(48))
            .saturating_add(512);
        let limit = self.tokens.saturating_mul(BYTES_PER_TOKEN);
        if self.tokens == 0 || bytes > limit {
            return;
        }
        let entry = Entry {
            identity,
            valid,
            verified: now,
            bytes,
        };
        let mut room = self.room();
        room.used = room.used.saturating_add(bytes);
        match room.entries.insert(key, entry) {
            // It keeps its place in the order.
            Some(old) => room.used = room.used.saturating_sub(old.bytes),
            None => room.order.push_back(key),
        }
        while room.entries.len() > self.tokens || room.used > limit {
            let Some(oldest) = room.order.pop_front() else {
                break;
            };
            if let Some(old) = room.entries.remove(&oldest) {
                room.used = room.used.saturating_sub(old.bytes);
            }
        }
    }

    fn room(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sha256(token: &str) -> Option<Sha256> {
    digest(&SHA256, token.as_bytes()).as_ref().try_into().ok()
}

impl Clone for VerifiedTokens {
    fn clone(&self) -> Self {
        Self::new(self.tokens).max_age(self.max_age)
    }
}

impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens")
            .field("tokens", &self.tokens)
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
    fn any_other_token_is_unknown() {
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
    fn a_clone_remembers_for_itself() {
        let one = VerifiedTokens::new(3);
        let other = one.clone();
        put(&one, "a");
        for token in ["b", "c", "d"] {
            put(&other, token);
        }
        assert!(knows(&one, "a", 100));
        assert!(!knows(&other, "a", 100));
        assert!(!knows(&one, "d", 100));
    }
}
