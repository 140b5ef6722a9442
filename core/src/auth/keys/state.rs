//! The state of a document, and what a request does in it. Nothing here waits or fetches.

use super::{AuthError, Document, failure::Failure};
use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::{sync::watch, task::AbortHandle};

/// A document is fetched anew when it is older.
pub(super) const FRESH: Duration = Duration::from_secs(60 * 60);

/// A document is not used for longer than this, even if the issuer is down.
pub(super) const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// From the start of one try to that of the next.
pub(super) const PAUSE: Duration = Duration::from_secs(10);

pub(super) struct State<D> {
    document: Option<Held<D>>,
    /// When the last fetch began. Its end would say less: a frozen one ends much later.
    tried: Option<SystemTime>,
    /// How many fetches have failed since the last one that did not.
    failures: u32,
    rejection: AuthError,
    underway: Option<Underway>,
    count: u64,
}

struct Held<D> {
    document: Arc<D>,
    /// When its fetch began.
    fetched: SystemTime,
}

struct Underway {
    number: u64,
    since: SystemTime,
    done: Done,
    task: AbortHandle,
}

impl Underway {
    /// Whether it will come to an end. Without a sender it will not: its runtime is gone.
    fn is_alive(&self, now: SystemTime, overdue: Duration) -> bool {
        self.done.has_changed().is_ok() && elapsed(self.since, now) <= overdue
    }
}

/// Turns true when a fetch has ended; closes without when the fetch was abandoned.
pub(super) type Done = watch::Receiver<bool>;

/// What a request does next.
#[derive(Debug)]
pub(super) enum Next<D> {
    Done(Result<Arc<D>, AuthError>),
    /// It waits for the fetch that is under way.
    Join(Done),
    /// It begins a fetch, and waits for that; only a moment when it could do without.
    Fetch {
        needed: bool,
    },
}

impl<D> Default for State<D> {
    fn default() -> Self {
        Self {
            document: None,
            tried: None,
            failures: 0,
            rejection: AuthError::KeysUnavailable,
            underway: None,
            count: 0,
        }
    }
}

impl<D: Document> State<D> {
    /// What a request does that comes now and wants such a document. A fetch that takes longer than
    /// `overdue` has been frozen: another one takes its place.
    pub(super) fn next(
        &mut self,
        now: SystemTime,
        overdue: Duration,
        wanted: impl Fn(&D) -> bool,
    ) -> Next<D> {
        self.set_back(now);
        let good = match self.usable(now) {
            Some((document, age)) if wanted(&document) => {
                if age < FRESH {
                    return Next::Done(Ok(document));
                }
                Some(document)
            }
            _ => None,
        };
        if let Some(fetch) = &self.underway
            && fetch.is_alive(now, overdue)
        {
            return match good {
                Some(document) => Next::Done(Ok(document)),
                None => Next::Join(fetch.done.clone()),
            };
        }
        if !self.may_fetch(now) {
            return Next::Done(self.settle(now, wanted));
        }
        Next::Fetch {
            needed: good.is_none(),
        }
    }

    /// The result from the document that there is.
    pub(super) fn settle(
        &mut self,
        now: SystemTime,
        wanted: impl Fn(&D) -> bool,
    ) -> Result<Arc<D>, AuthError> {
        match self.usable(now) {
            // If the issuer responded, a missing key does not exist. If it did not, that is not
            // known.
            Some((document, _)) if self.failures == 0 || wanted(&document) => Ok(document),
            Some(_) => Err(AuthError::KeysUnavailable),
            None => Err(self.rejection),
        }
    }

    /// Notes that a fetch begins. One that is overdue ends with that.
    pub(super) fn begin(
        &mut self,
        now: SystemTime,
        start: impl FnOnce(u64) -> (Done, AbortHandle),
    ) {
        if let Some(overdue) = self.underway.take() {
            overdue.task.abort();
        }
        self.count = self.count.wrapping_add(1);
        self.tried = Some(now);
        let (done, task) = start(self.count);
        self.underway = Some(Underway {
            number: self.count,
            since: now,
            done,
            task,
        });
    }

    /// Notes how a fetch has ended that began then. One that was replaced by another is ignored.
    pub(super) fn end(&mut self, number: u64, began: SystemTime, outcome: Result<D, Failure>) {
        if self.underway.as_ref().map(|fetch| fetch.number) != Some(number) {
            return;
        }
        self.underway = None;
        match outcome {
            Ok(document) => {
                self.failures = 0;
                self.rejection = AuthError::KeysUnavailable;
                self.document = Some(Held {
                    document: Arc::new(document),
                    fetched: began,
                });
            }
            Err(failure) => {
                self.failures = self.failures.saturating_add(1);
                if failure.takes_back(D::MISSING == AuthError::UnknownKey) {
                    self.document = None;
                }
                self.rejection = if failure.is_missing() {
                    D::MISSING
                } else {
                    AuthError::KeysUnavailable
                };
            }
        }
    }

    /// Notes that the fetch that has just ended was made ahead of any request, so that a failure does
    /// not delay the first one.
    pub(super) fn forgive(&mut self) {
        if self.document.is_none() && self.underway.is_none() {
            self.tried = None;
            self.failures = 0;
            self.rejection = AuthError::KeysUnavailable;
        }
    }

    /// When the clock has been set back, how long ago things were cannot be known: then they count
    /// from now on, so that nothing is too early for longer than it would be anyhow.
    fn set_back(&mut self, now: SystemTime) {
        let stamps = [
            self.document.as_mut().map(|held| &mut held.fetched),
            self.underway.as_mut().map(|fetch| &mut fetch.since),
            self.tried.as_mut(),
        ];
        for stamp in stamps.into_iter().flatten() {
            *stamp = now.min(*stamp);
        }
    }

    /// The document and its age, unless that is too great.
    fn usable(&mut self, now: SystemTime) -> Option<(Arc<D>, Duration)> {
        let held = self.document.as_ref()?;
        let age = elapsed(held.fetched, now);
        if age >= KEPT {
            self.document = None;
            return None;
        }
        Some((Arc::clone(&held.document), age))
    }

    /// Whether the last try was long enough ago. Without any document the first tries follow one
    /// another sooner, so that a short failure at the start is a short one for callers, too.
    fn may_fetch(&self, now: SystemTime) -> bool {
        let pause = match (&self.document, self.failures) {
            (Some(_), _) => PAUSE,
            (None, 0) => Duration::ZERO,
            (None, failures) => {
                let doubled = 1_u64.checked_shl(failures.saturating_sub(1));
                doubled.map_or(PAUSE, Duration::from_secs).min(PAUSE)
            }
        };
        self.tried.is_none_or(|tried| elapsed(tried, now) >= pause)
    }
}

/// How long ago something was. What lies ahead has been [set back](State::set_back) before.
fn elapsed(since: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(since).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Done, FRESH, KEPT, Next, PAUSE, State};
    use crate::auth::{
        AuthError,
        keys::{
            Document,
            failure::Failure,
            testing::{Names, TestClock},
        },
    };
    use http::StatusCode;
    use std::time::Duration;
    use tokio::sync::watch;

    const SECOND: Duration = Duration::from_secs(1);
    const OVERDUE: Duration = Duration::from_secs(5);
    const REJECTED: Failure = Failure::Connect(std::io::ErrorKind::ConnectionRefused);

    /// A state and the time it is in.
    struct Rig {
        state: State<Names>,
        clock: TestClock,
        senders: Vec<watch::Sender<bool>>,
        runtime: tokio::runtime::Runtime,
    }

    impl Rig {
        fn new() -> Self {
            Self {
                state: State::default(),
                clock: TestClock::new(),
                senders: Vec::new(),
                runtime: tokio::runtime::Builder::new_current_thread()
                    .build()
                    .unwrap(),
            }
        }

        /// What happens to a request: `serve`, `unknown`, `reject`, `missing`, `join`, `fetch`,
        /// `refresh`.
        fn next(&mut self, kid: &str) -> &'static str {
            let holds = |names: &Names| names.holds(Some(kid));
            match self.state.next(self.clock.now(), OVERDUE, holds) {
                Next::Done(Ok(names)) if holds(&names) => "serve",
                Next::Done(Ok(_)) => "unknown",
                Next::Done(Err(AuthError::KeysUnavailable)) => "reject",
                Next::Done(Err(_)) => "missing",
                Next::Join(_) => "join",
                Next::Fetch { needed: true } => "fetch",
                Next::Fetch { needed: false } => "refresh",
            }
        }

        fn begin(&mut self) -> (u64, Done) {
            let (sender, done) = watch::channel(false);
            self.senders.push(sender);
            let task = self.runtime.spawn(std::future::pending::<()>());
            let mut number = 0;
            self.state.begin(self.clock.now(), |count| {
                number = count;
                (done.clone(), task.abort_handle())
            });
            (number, done)
        }

        fn fetch(&mut self, outcome: Result<&str, Failure>) {
            let began = self.clock.now();
            let (number, _) = self.begin();
            let outcome = outcome.map(|names| Names::parse(names.as_bytes()).unwrap());
            self.state.end(number, began, outcome);
        }
    }

    #[test]
    fn a_fresh_document_is_served_an_older_refreshed() {
        let mut rig = Rig::new();
        assert_eq!(rig.next("a"), "fetch");
        rig.fetch(Ok("keys a"));
        assert_eq!(rig.next("a"), "serve");
        rig.clock.forward(FRESH - SECOND);
        assert_eq!(rig.next("a"), "serve");
        rig.clock.forward(SECOND);
        assert_eq!(rig.next("a"), "refresh");
        rig.begin();
        // The others do not wait for it, unless they have to.
        assert_eq!(rig.next("a"), "serve");
        assert_eq!(rig.next("b"), "join");
    }

    #[test]
    fn an_unknown_key_makes_a_fetch_every_ten_seconds() {
        let mut rig = Rig::new();
        rig.fetch(Ok("keys a"));
        for _ in 0..3 {
            for kid in ["b", "c", "d"] {
                assert_eq!(rig.next(kid), "unknown");
            }
            rig.clock.forward(PAUSE - SECOND);
            assert_eq!(rig.next("b"), "unknown");
            rig.clock.forward(SECOND);
            assert_eq!(rig.next("b"), "fetch");
            rig.fetch(Ok("keys a"));
        }
        rig.clock.forward(PAUSE);
        rig.fetch(Ok("keys b"));
        assert_eq!(rig.next("b"), "serve");
        assert_eq!(rig.next("a"), "unknown");
    }

    #[test]
    fn an_unknown_key_is_an_outage_while_the_issuer_is_down() {
        let mut rig = Rig::new();
        rig.fetch(Ok("keys a"));
        rig.clock.forward(PAUSE);
        rig.fetch(Err(REJECTED));
        assert_eq!(rig.next("a"), "serve");
        assert_eq!(rig.next("b"), "reject");
        rig.clock.forward(PAUSE);
        rig.fetch(Ok("keys a"));
        assert_eq!(rig.next("b"), "unknown");
    }

    #[test]
    fn a_stale_document_is_served_for_a_day_and_no_longer() {
        let mut rig = Rig::new();
        rig.fetch(Ok("keys a"));
        rig.clock.forward(KEPT - PAUSE - SECOND);
        assert_eq!(rig.next("a"), "refresh");
        rig.fetch(Err(REJECTED));
        assert_eq!(rig.next("a"), "serve");
        rig.clock.forward(PAUSE);
        rig.fetch(Err(REJECTED));
        assert_eq!(rig.next("a"), "serve");
        rig.clock.forward(SECOND);
        assert_eq!(rig.next("a"), "reject");
        rig.clock.forward(PAUSE);
        assert_eq!(rig.next("a"), "fetch");
        rig.fetch(Ok("keys a"));
        assert_eq!(rig.next("a"), "serve");
    }

    #[test]
    fn a_new_document_counts_from_the_start_of_its_fetch() {
        let mut rig = Rig::new();
        let began = rig.clock.now();
        let (number, _) = rig.begin();
        rig.clock.forward(FRESH);
        rig.state
            .end(number, began, Ok(Names(vec!["a".to_owned()])));
        assert_eq!(rig.next("a"), "refresh");
    }

    #[test]
    fn tries_without_a_document_become_rarer() {
        let mut rig = Rig::new();
        for pause in [1, 2, 4, 8, 10, 10, 10] {
            assert_eq!(rig.next("a"), "fetch");
            rig.fetch(Err(REJECTED));
            assert_eq!(rig.next("a"), "reject");
            rig.clock.forward(Duration::from_secs(pause) - SECOND);
            assert_eq!(rig.next("a"), "reject", "{pause}");
            rig.clock.forward(SECOND);
        }
        for _ in 0..100 {
            rig.fetch(Err(REJECTED));
        }
        assert_eq!(rig.next("a"), "reject");
        rig.clock.forward(PAUSE);
        assert_eq!(rig.next("a"), "fetch");
    }

    #[test]
    fn a_fetch_that_was_frozen_gives_way_to_another() {
        let mut rig = Rig::new();
        let began = rig.clock.now();
        let (frozen, _) = rig.begin();
        rig.clock.forward(OVERDUE);
        assert_eq!(rig.next("a"), "join");
        rig.clock.forward(SECOND);
        assert_eq!(rig.next("a"), "fetch");
        let (number, _) = rig.begin();
        assert_eq!(rig.next("a"), "join");
        // Its end comes late, and changes nothing.
        rig.state.end(frozen, began, Err(REJECTED));
        assert_eq!(rig.next("a"), "join");
        let names = Names(vec!["a".to_owned()]);
        rig.state.end(number, rig.clock.now(), Ok(names));
        assert_eq!(rig.next("a"), "serve");
    }

    #[test]
    fn a_fetch_that_failed_frozen_is_followed_by_another_at_once() {
        let mut rig = Rig::new();
        let began = rig.clock.now();
        let (number, _) = rig.begin();
        rig.clock.forward(Duration::from_secs(600));
        rig.state.end(number, began, Err(Failure::TimedOut));
        assert_eq!(rig.next("a"), "fetch");
    }

    #[test]
    fn a_fetch_whose_runtime_is_gone_gives_way_to_another() {
        let mut rig = Rig::new();
        rig.begin();
        assert_eq!(rig.next("a"), "join");
        rig.senders.clear();
        assert_eq!(rig.next("a"), "fetch");
    }

    #[test]
    fn a_clock_set_back_does_not_block_fetches() {
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        let mut rig = Rig::new();
        rig.fetch(Ok("keys a"));
        rig.clock.back(year);
        // The document is as old as at the first look, and is refreshed in its time.
        assert_eq!(rig.next("a"), "serve");
        rig.clock.forward(FRESH);
        assert_eq!(rig.next("a"), "refresh");
        rig.fetch(Ok("keys a"));
        rig.clock.back(year);
        assert_eq!(rig.next("b"), "unknown");
        rig.clock.forward(PAUSE);
        assert_eq!(rig.next("b"), "fetch");
        // A stale one has an end, too.
        rig.fetch(Err(REJECTED));
        rig.clock.back(year);
        assert_eq!(rig.next("a"), "serve");
        rig.clock.forward(KEPT);
        assert_eq!(rig.next("a"), "fetch");

        let mut rig = Rig::new();
        rig.fetch(Err(REJECTED));
        rig.clock.back(year);
        assert_eq!(rig.next("a"), "reject");
        rig.clock.forward(SECOND);
        assert_eq!(rig.next("a"), "fetch");
        rig.begin();
        rig.clock.back(year);
        assert_eq!(rig.next("a"), "join");
        rig.clock.forward(OVERDUE + SECOND);
        assert_eq!(rig.next("a"), "fetch");
    }

    /// A document whose URL names the key.
    #[derive(Debug)]
    struct One;

    impl Document for One {
        const MISSING: AuthError = AuthError::UnknownKey;

        fn parse(_: &[u8]) -> Option<Self> {
            Some(Self)
        }

        fn holds(&self, _: Option<&str>) -> bool {
            true
        }
    }

    #[test]
    fn a_key_that_its_host_takes_back_is_not_trusted_any_more() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let status = |code| Failure::Status(StatusCode::from_u16(code).unwrap());
        for (failure, of_key, of_set) in [
            (status(404), Err(AuthError::UnknownKey), Ok(())),
            (
                status(410),
                Err(AuthError::UnknownKey),
                Err(AuthError::KeysUnavailable),
            ),
            (status(403), Ok(()), Ok(())),
            (status(503), Ok(()), Ok(())),
            (REJECTED, Ok(()), Ok(())),
        ] {
            let clock = TestClock::new();
            let mut key = State::<One>::default();
            let mut set = State::<Names>::default();
            let mut end = |first: bool| {
                let began = clock.now();
                let (_sender, done) = watch::channel(false);
                let task = runtime.spawn(std::future::pending::<()>());
                let mut number = 0;
                let mut start = |count| {
                    number = count;
                    (done.clone(), task.abort_handle())
                };
                key.begin(began, &mut start);
                set.begin(began, &mut start);
                let outcome = |good: bool| if good { Ok(()) } else { Err(failure) };
                key.end(number, began, outcome(first).map(|()| One));
                let names = outcome(first).map(|()| Names(vec!["a".to_owned()]));
                set.end(number, began, names);
            };
            end(true);
            clock.forward(FRESH);
            end(false);
            let found = key.settle(clock.now(), |_| true).map(drop);
            assert_eq!(found, of_key, "{failure}");
            let found = set.settle(clock.now(), |_| true).map(drop);
            assert_eq!(found, of_set, "{failure}");
        }
    }

    #[test]
    fn a_key_that_its_host_does_not_have_is_unknown() {
        for (failure, expected) in [
            (
                Failure::Status(StatusCode::NOT_FOUND),
                AuthError::UnknownKey,
            ),
            (
                Failure::Status(StatusCode::FORBIDDEN),
                AuthError::UnknownKey,
            ),
            (
                Failure::Status(StatusCode::BAD_GATEWAY),
                AuthError::KeysUnavailable,
            ),
            (REJECTED, AuthError::KeysUnavailable),
        ] {
            let clock = TestClock::new();
            let mut state = State::<One>::default();
            let (_sender, done) = watch::channel(false);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let task = runtime.spawn(std::future::pending::<()>());
            state.begin(clock.now(), |_| (done, task.abort_handle()));
            state.end(1, clock.now(), Err(failure));
            let rejection = state.settle(clock.now(), |_| true).unwrap_err();
            assert_eq!(rejection, expected, "{failure}");
        }
        let mut rig = Rig::new();
        rig.fetch(Err(Failure::Status(StatusCode::NOT_FOUND)));
        assert_eq!(rig.next("a"), "reject");
    }
}
