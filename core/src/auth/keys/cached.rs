//! A document that many requests share, and the one fetch they wait for together.

use super::{
    AuthError, Clock, Document, Location,
    failure::Failure,
    fetch::Fetcher,
    state::{Done, Next, State},
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{runtime::Handle, sync::watch, time::timeout};
use tracing::Instrument;

/// How long a request waits for a fetch that it could do without. It waits at all because Lambda
/// freezes the process after the response, so that nothing runs in the background.
const MOMENT: Duration = Duration::from_millis(500);

/// A fetch ends by itself within its limit; one that is older by so much was frozen.
const MARGIN: Duration = Duration::from_secs(2);

/// How often a request begins anew when what it waits for is abandoned.
const ROUNDS: usize = 3;

/// A document that is fetched when it is needed, and shared.
///
/// A fetch is a task of its own. The request that began it waits like all others; if it is dropped,
/// because of its deadline or a disconnect, the fetch goes on.
pub(crate) struct Cached<D> {
    shared: Arc<Shared<D>>,
}

struct Shared<D> {
    location: Location,
    clock: Clock,
    fetcher: Fetcher,
    moment: Duration,
    /// Never locked while anything is waited for.
    state: Mutex<State<D>>,
}

impl<D> Clone for Cached<D> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// Shows neither the URL nor the keys.
impl<D> fmt::Debug for Cached<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached").finish_non_exhaustive()
    }
}

enum Step<D> {
    Done(Result<Arc<D>, AuthError>),
    Wait(Done, Duration),
}

impl<D: Document> Cached<D> {
    /// Does nothing yet.
    pub(crate) fn new(location: Location, clock: Clock) -> Self {
        Self::with(location, clock, Fetcher::default(), MOMENT)
    }

    pub(super) fn with(
        location: Location,
        clock: Clock,
        fetcher: Fetcher,
        moment: Duration,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                location,
                clock,
                fetcher,
                moment,
                state: Mutex::new(State::default()),
            }),
        }
    }

    /// The document to check a token with that names this key.
    ///
    /// A document without the key means that the issuer does not have it, by a fetch of the last ten
    /// seconds. A fresh document with the key is returned at once.
    ///
    /// # Errors
    /// [`AuthError::KeysUnavailable`] when there is no document, or none with this key and the
    /// issuer cannot be asked; [`Document::MISSING`] when the host says that there is nothing at
    /// the URL.
    pub(crate) async fn get(&self, kid: Option<&str>) -> Result<Arc<D>, AuthError> {
        self.find(|document| document.holds(kid)).await
    }

    /// Fetches the document unless there is a fresh one. A failure is only logged: the first request
    /// that needs the document tries again, however soon that is.
    pub(crate) async fn prepare(&self) {
        if self.find(|_| true).await.is_err() {
            self.shared.state().forgive();
        }
    }

    async fn find(&self, wanted: impl Fn(&D) -> bool) -> Result<Arc<D>, AuthError> {
        let (done, patience) = match self.step(&wanted) {
            Step::Done(response) => return response,
            Step::Wait(done, patience) => (done, patience),
        };
        // What ends the wait does not matter, only what is there then.
        let _ = timeout(patience, self.wait(done, &wanted)).await;
        self.shared.state().settle((self.shared.clock)(), &wanted)
    }

    /// Waits until a fetch has ended: this one, or another one if this is abandoned.
    async fn wait(&self, mut done: Done, wanted: &impl Fn(&D) -> bool) {
        for _ in 0..ROUNDS {
            if done.wait_for(|done| *done).await.is_ok() {
                return;
            }
            match self.step(wanted) {
                Step::Done(_) => return,
                Step::Wait(next, _) => done = next,
            }
        }
    }

    fn step(&self, wanted: &impl Fn(&D) -> bool) -> Step<D> {
        let shared = &self.shared;
        let now = (shared.clock)();
        let patience = shared.fetcher.limit.saturating_add(MARGIN);
        let mut state = shared.state();
        match state.next(now, patience, wanted) {
            Next::Done(response) => Step::Done(response),
            Next::Join(done) => Step::Wait(done, patience),
            Next::Fetch { needed } => match Handle::try_current() {
                Ok(runtime) => {
                    let done = self.start(&mut state, now, &runtime);
                    Step::Wait(done, if needed { patience } else { shared.moment })
                }
                Err(_) => {
                    warn(Failure::NoRuntime);
                    Step::Done(match state.settle(now, wanted) {
                        Ok(document) if wanted(&document) => Ok(document),
                        _ => Err(AuthError::KeysUnavailable),
                    })
                }
            },
        }
    }

    fn start(&self, state: &mut State<D>, now: SystemTime, runtime: &Handle) -> Done {
        let (sender, done) = watch::channel(false);
        let shared = Arc::clone(&self.shared);
        let waiting = done.clone();
        state.begin(now, |number| {
            let task = async move {
                let outcome = shared.fetch().await;
                shared.state().end(number, now, outcome);
                sender.send_replace(true);
            };
            let task = runtime.spawn(task.in_current_span());
            (waiting, task.abort_handle())
        });
        done
    }
}

impl<D: Document> Shared<D> {
    async fn fetch(&self) -> Result<D, Failure> {
        let fetched = self.fetcher.fetch(&self.location).await;
        let outcome = fetched.and_then(|bytes| D::parse(&bytes).ok_or(Failure::NotADocument));
        if let Err(failure) = &outcome {
            warn(*failure);
        }
        outcome
    }
}

impl<D> Shared<D> {
    /// A panic elsewhere leaves nothing half done: what is locked is set in one go.
    fn state(&self) -> MutexGuard<'_, State<D>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn warn(failure: Failure) {
    tracing::warn!(target: "lambda_api", reason = %failure, "keys could not be fetched");
}

#[cfg(test)]
mod tests {
    use super::Cached;
    use crate::auth::{
        AuthError,
        keys::{
            Location, Url,
            fetch::Fetcher,
            state::{FRESH, KEPT, PAUSE},
            testing::{Names, Server, ServerResponse, TestClock, body, status},
        },
    };
    use std::{
        future::Future,
        io,
        pin::pin,
        sync::{
            Arc, Mutex,
            atomic::{AtomicBool, Ordering},
        },
        task::{Context, Poll, Waker},
        time::Duration,
    };
    use tokio::runtime::Builder;
    use tracing::Instrument;

    /// Long enough that a busy machine is not taken for a slow server.
    const PATIENT: Duration = Duration::from_secs(60);

    fn cached_with(server: &Server, clock: &TestClock, limit: Duration) -> Cached<Names> {
        let url = Url::parse_loopback_allowed(&server.url("/keys")).unwrap();
        let fetcher = Fetcher {
            limit,
            connect: PATIENT,
            tls: None,
        };
        Cached::with(Location::Url(url), clock.clock(), fetcher, PATIENT)
    }

    fn cached(server: &Server, clock: &TestClock) -> Cached<Names> {
        cached_with(server, clock, PATIENT)
    }

    fn now<F: Future>(future: F) -> Option<F::Output> {
        let mut context = Context::from_waker(Waker::noop());
        match pin!(future).poll(&mut context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    #[tokio::test]
    async fn a_hundred_requests_share_one_fetch() {
        let server = Server::start(|_, _| ServerResponse::Held(body("keys a")));
        let cached = cached(&server, &TestClock::new());
        let requests: Vec<_> = (0..100)
            .map(|_| {
                let cached = cached.clone();
                tokio::spawn(async move { cached.get(Some("a")).await })
            })
            .collect();
        server.wait_for_requests(1).await;
        server.release();
        let mut documents = Vec::new();
        for request in requests {
            documents.push(request.await.unwrap().unwrap());
        }
        let first = documents.first().unwrap();
        assert!(documents.iter().all(|other| Arc::ptr_eq(first, other)));
        assert_eq!((server.connections(), server.requests()), (1, 1));
    }

    #[tokio::test]
    async fn a_fresh_document_is_there_without_waiting() {
        let server = Server::start(|_, _| ServerResponse::Send(body("keys a")));
        let cached = cached(&server, &TestClock::new());
        cached.prepare().await;
        let document = now(cached.get(Some("a"))).expect("it does not wait");
        assert_eq!(*document.unwrap(), Names(vec!["a".to_owned()]));
        cached.prepare().await;
        assert_eq!(server.requests(), 1);
    }

    #[tokio::test]
    async fn a_dropped_request_does_not_cancel_the_fetch() {
        let server = Server::start(|_, _| ServerResponse::Held(body("keys a")));
        let cached = cached(&server, &TestClock::new());
        let first = tokio::spawn({
            let cached = cached.clone();
            async move { cached.get(Some("a")).await }
        });
        server.wait_for_requests(1).await;
        let second = tokio::spawn({
            let cached = cached.clone();
            async move { cached.get(Some("a")).await }
        });
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        // One that is dropped before it waits at all.
        assert!(now(cached.get(Some("a"))).is_none());
        server.release();
        assert!(second.await.unwrap().is_ok());
        assert!(cached.get(Some("a")).await.is_ok());
        assert_eq!(server.requests(), 1);
    }

    #[tokio::test]
    async fn abandoned_fetches_continue() {
        let server = Server::start(|_, _| ServerResponse::Held(body("keys a")));
        let cached = cached(&server, &TestClock::new());
        assert!(now(cached.prepare()).is_none());
        server.wait_for_requests(1).await;
        server.release();
        assert!(cached.get(Some("a")).await.is_ok());
        assert_eq!(server.requests(), 1);
    }

    #[tokio::test]
    async fn a_storm_of_unknown_keys_makes_one_fetch_in_ten_seconds() {
        let server = Server::start(|_, _| ServerResponse::Send(body("keys a")));
        let clock = TestClock::new();
        let cached = cached(&server, &clock);
        for round in 1..=3 {
            let requests: Vec<_> = (0..1000)
                .map(|number| {
                    let cached = cached.clone();
                    let kid = format!("unknown-{number}");
                    tokio::spawn(async move { cached.get(Some(&kid)).await })
                })
                .collect();
            for request in requests {
                // The document is there; that it lacks the key is for the caller to say.
                assert_eq!(
                    *request.await.unwrap().unwrap(),
                    Names(vec!["a".to_owned()])
                );
            }
            assert!(cached.get(Some("a")).await.is_ok());
            assert_eq!(server.requests(), round);
            clock.forward(PAUSE);
        }
    }

    #[tokio::test]
    async fn a_rotated_key_is_found() {
        let server = Server::start(|number, _| match number {
            1 => ServerResponse::Send(body("keys a")),
            _ => ServerResponse::Send(body("keys a b")),
        });
        let clock = TestClock::new();
        let cached = cached(&server, &clock);
        assert!(cached.get(Some("a")).await.is_ok());
        clock.forward(PAUSE);
        let document = cached.get(Some("b")).await.unwrap();
        assert_eq!(document.0, ["a", "b"]);
        assert_eq!(server.requests(), 2);
    }

    #[tokio::test]
    async fn an_issuer_that_comes_up_is_found_without_a_restart() {
        let mut server = Server::down(|_, _| ServerResponse::Send(body("keys a")));
        let clock = TestClock::new();
        let cached = cached(&server, &clock);
        for _ in 0..3 {
            assert_eq!(cached.get(Some("a")).await, Err(AuthError::KeysUnavailable));
            let rejected = now(cached.get(Some("a"))).expect("it is too early to try again");
            assert_eq!(rejected, Err(AuthError::KeysUnavailable));
            clock.forward(PAUSE);
        }
        server.up();
        assert!(cached.get(Some("a")).await.is_ok());
    }

    #[tokio::test]
    async fn a_prefetch_that_failed_delays_no_request() {
        for rejected in ["403 Forbidden", "404 Not Found", "410 Gone", "503 Later"] {
            let server = Server::start(move |number, _| match number {
                1 => ServerResponse::Send(status(rejected, "content-length: 0", "")),
                _ => ServerResponse::Send(body("keys a")),
            });
            let cached = cached(&server, &TestClock::new());
            cached.prepare().await;
            assert!(cached.get(Some("a")).await.is_ok(), "{rejected}");
            assert_eq!(server.requests(), 2);
        }
    }

    #[tokio::test]
    async fn an_outage_is_survived_for_a_day() {
        let down = Arc::new(AtomicBool::new(false));
        let server = Server::start({
            let down = Arc::clone(&down);
            move |_, _| match down.load(Ordering::SeqCst) {
                true => ServerResponse::Send(status("503 Later", "content-length: 0", "")),
                false => ServerResponse::Send(body("keys a")),
            }
        });
        let clock = TestClock::new();
        let cached = cached(&server, &clock);
        assert!(cached.get(Some("a")).await.is_ok());
        down.store(true, Ordering::SeqCst);
        clock.forward(FRESH);
        assert!(cached.get(Some("a")).await.is_ok());
        assert_eq!(server.requests(), 2);
        // No storm: the others wait for the next try.
        for _ in 0..100 {
            assert!(now(cached.get(Some("a"))).is_some_and(|response| response.is_ok()));
        }
        assert_eq!(server.requests(), 2);
        clock.forward(KEPT - FRESH);
        let rejected = cached.get(Some("a")).await;
        assert_eq!(rejected, Err(AuthError::KeysUnavailable));
        down.store(false, Ordering::SeqCst);
        clock.forward(PAUSE);
        assert!(cached.get(Some("a")).await.is_ok());
    }

    #[tokio::test]
    async fn garbage_takes_no_good_document_away() {
        let server = Server::start(|number, _| match number {
            1 => ServerResponse::Send(body("keys a")),
            _ => ServerResponse::Send(body("<html>")),
        });
        let clock = TestClock::new();
        let cached = cached(&server, &clock);
        assert!(cached.get(Some("a")).await.is_ok());
        clock.forward(FRESH);
        assert!(cached.get(Some("a")).await.is_ok());
        clock.forward(PAUSE);
        let unknown = cached.get(Some("b")).await;
        assert_eq!(unknown, Err(AuthError::KeysUnavailable));
        assert_eq!(server.requests(), 3);
    }

    #[tokio::test]
    async fn a_slow_issuer_does_not_block_cached_keys() {
        let server = Server::start(|number, _| match number {
            1 => ServerResponse::Send(body("keys a")),
            _ => ServerResponse::Held(body("keys a b")),
        });
        let clock = TestClock::new();
        let url = Url::parse_loopback_allowed(&server.url("/keys")).unwrap();
        let fetcher = Fetcher {
            limit: PATIENT,
            connect: PATIENT,
            tls: None,
        };
        let moment = Duration::from_millis(1);
        let cached = Cached::<Names>::with(Location::Url(url), clock.clock(), fetcher, moment);
        cached.prepare().await;
        clock.forward(FRESH);
        assert_eq!(cached.get(Some("a")).await.unwrap().0, ["a"]);
        assert!(now(cached.get(Some("a"))).is_some());
        server.wait_for_requests(2).await;
        server.release();
        assert_eq!(cached.get(Some("b")).await.unwrap().0, ["a", "b"]);
        assert_eq!(server.requests(), 2);
    }

    #[tokio::test]
    async fn a_silent_issuer_times_out_and_recovers() {
        let server = Server::start(|number, _| match number {
            1 => ServerResponse::Stall(Vec::new()),
            _ => ServerResponse::Send(body("keys a")),
        });
        let clock = TestClock::new();
        let cached = cached_with(&server, &clock, Duration::from_millis(100));
        let rejected = cached.get(Some("a")).await;
        assert_eq!(rejected, Err(AuthError::KeysUnavailable));
        // On a busy machine the limit may be too short for a second fetch, too.
        for _ in 0..100 {
            clock.forward(PAUSE);
            if cached.get(Some("a")).await.is_ok() {
                return;
            }
        }
        panic!("no fetch was good in a hundred");
    }

    #[tokio::test]
    async fn a_frozen_fetch_does_not_block_requests() {
        let server = Server::start(|number, _| match number {
            1 => ServerResponse::Stall(Vec::new()),
            _ => ServerResponse::Send(body("keys a")),
        });
        let clock = TestClock::new();
        let cached = cached(&server, &clock);
        let first = tokio::spawn({
            let cached = cached.clone();
            async move { cached.get(Some("a")).await }
        });
        server.wait_for_requests(1).await;
        clock.forward(PATIENT + PAUSE);
        assert!(cached.get(Some("a")).await.is_ok());
        // Who waited for the frozen one has the other's document.
        assert!(first.await.unwrap().is_ok());
        server.wait_for_left(1).await;
    }

    #[test]
    fn a_runtime_that_ends_does_not_harm_the_next() {
        let server = Server::start(|number, _| match number {
            1 => ServerResponse::Stall(Vec::new()),
            _ => ServerResponse::Send(body("keys a")),
        });
        let cached = cached(&server, &TestClock::new());
        let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
        runtime().block_on(async {
            assert!(now(cached.get(Some("a"))).is_none());
            server.wait_for_requests(1).await;
        });
        assert!(runtime().block_on(cached.get(Some("a"))).is_ok());
    }

    #[test]
    fn without_a_runtime_there_are_no_keys_and_no_panic() {
        let server = Server::start(|_, _| ServerResponse::Send(body("keys a")));
        let cached = cached(&server, &TestClock::new());
        assert_eq!(
            now(cached.get(Some("a"))),
            Some(Err(AuthError::KeysUnavailable))
        );
        assert_eq!(server.connections(), 0);
    }

    /// What is logged at all levels.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_failure_is_logged_once_without_what_was_sent() {
        let server =
            Server::start(|_, _| ServerResponse::Send(status("404 Secret", "a: b", "<html>")));
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .without_time()
            .with_writer({
                let log = log.clone();
                move || log.clone()
            })
            .finish();
        // With one subscriber alone, a thread of another test decides whether a record is written at all.
        let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
        let _guard = tracing::subscriber::set_default(subscriber);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(async {
            let span = tracing::info_span!("request", id = 7);
            let cached = cached(&server, &TestClock::new());
            cached.get(Some("a-key")).instrument(span).await
        });
        assert_eq!(outcome, Err(AuthError::KeysUnavailable));
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            text,
            " WARN request{id=7}: lambda_api: keys could not be fetched reason=the status of the \
             response is 404 Not Found, not 200; redirects are not followed\n"
        );
    }

    #[test]
    fn its_futures_are_send_and_debug_shows_nothing() {
        fn assert_send<T: Send>(_: T) {}
        let server = Server::start(|_, _| ServerResponse::Send(body("keys a")));
        let cached = cached(&server, &TestClock::new());
        assert_send(cached.get(Some("a")));
        assert_send(cached.prepare());
        assert_eq!(format!("{cached:?}"), "Cached { .. }");
    }
}
