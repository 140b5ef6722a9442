//! When a request must be answered, and what is answered when it was not.

use crate::{
    Invocation, Problem, Request,
    error::{Trace, framework},
    state::States,
};
use std::{
    fmt,
    time::{Duration, SystemTime},
};
use tokio::time::Instant;

/// What an application says of deadlines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Timing {
    /// How long the gateway waits, where that is not what its source is known for.
    pub(crate) gateway: Option<Duration>,
    /// How long before the deadline a handler is stopped.
    pub(crate) margin: Option<Duration>,
    /// The reply says when to try again.
    pub(crate) retry_after: Option<Duration>,
}

/// What is left for the reply, where nothing else is said: at 128 MB of memory a function has a
/// fourteenth of a processor, and the reply has to be written, sent, and passed on.
const MARGIN: Duration = Duration::from_millis(500);

/// Of the whole time, as one part of so many, the margin is no more: a function with a timeout of
/// one second is to have the better part of it.
const MARGIN_PART: u32 = 4;

/// No invocation takes longer: see
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LONGEST: Duration = Duration::from_secs(15 * 60);

impl Timing {
    /// When a handler is stopped; `None` when there is no deadline.
    pub(crate) fn stop(&self, invocation: &Invocation) -> Option<SystemTime> {
        let deadline = invocation.deadline_behind(self.gateway)?;
        let stop = deadline.checked_sub(self.margin(invocation, deadline));
        // A margin of more than all time there is leaves none.
        Some(stop.unwrap_or(SystemTime::UNIX_EPOCH))
    }

    fn margin(&self, invocation: &Invocation, deadline: SystemTime) -> Duration {
        if let Some(margin) = self.margin {
            return margin;
        }
        let received = invocation.lambda().received;
        let whole = received.and_then(|received| deadline.duration_since(received).ok());
        whole.map_or(MARGIN, |whole| MARGIN.min(whole / MARGIN_PART))
    }

    /// The time that is left for a request that has to wait now.
    #[cold]
    pub(crate) fn limit(&self, invocation: &Invocation) -> Option<Limit> {
        let stop = self.stop(invocation)?;
        let now = SystemTime::now();
        let Some(received) = invocation.lambda().received else {
            return Some(Limit {
                left: stop.duration_since(now).unwrap_or_default(),
                gone: Duration::ZERO,
                route: None,
            });
        };
        let whole = stop.duration_since(received).unwrap_or_default();
        let gone = now.duration_since(received).ok();
        // An arrival at another time is that of a test, on a clock of its own.
        let gone = gone.filter(|gone| *gone <= LONGEST).unwrap_or_default();
        Some(Limit {
            left: whole.saturating_sub(gone),
            gone,
            route: None,
        })
    }

    /// The reply to a request that was stopped.
    #[cold]
    pub(crate) fn problem(&self, late: Late) -> Problem {
        let trace = Trace {
            elapsed: Some(late.after),
            ..Trace::default()
        };
        framework::timed_out(late.to_string(), self.retry_after).with_trace(trace)
    }
}

/// When a request is stopped by what is around it, in its extensions: by the timeout of its route, or
/// by the application that this one is mounted in.
#[derive(Clone, Copy, Debug)]
struct Stop(SystemTime);

impl Stop {
    fn of(request: &Request) -> Option<SystemTime> {
        request.extensions().get::<Self>().map(|stop| stop.0)
    }
}

/// The timeout of a route, as it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteClock {
    timeout: Duration,
    started: Instant,
}

impl RouteClock {
    /// Starts it, and tells extractors of it.
    pub(crate) fn start(timeout: Duration, request: &mut Request) -> Self {
        if let Some(stop) = SystemTime::now().checked_add(timeout) {
            // A mounted application's own timeout can only be shorter.
            let stop = Stop::of(request).map_or(stop, |outer| outer.min(stop));
            request.extensions_mut().insert(Stop(stop));
        }
        Self {
            timeout,
            started: Instant::now(),
        }
    }

    #[cold]
    pub(crate) fn limit(&self) -> Limit {
        let gone = self.started.elapsed();
        Limit {
            left: self.timeout.saturating_sub(gone),
            gone,
            route: Some(self.timeout),
        }
    }
}

/// When the handler of a request is stopped, as far as is known.
pub(crate) fn stop_of(request: &Request) -> Option<SystemTime> {
    let invocation = Invocation::of(request);
    let whole = match States::of(request) {
        Some(states) => states.timing.stop(invocation),
        None => invocation.deadline(),
    };
    match (whole, Stop::of(request)) {
        (Some(whole), Some(around)) => Some(whole.min(around)),
        (one, other) => one.or(other),
    }
}

/// Lets extractors of a mounted application know when the one around it stops the request.
pub(crate) fn keep_stop(request: &mut Request) {
    if let Some(stop) = stop_of(request) {
        request.extensions_mut().insert(Stop(stop));
    }
}

/// How long something may go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) left: Duration,
    /// How long it has gone on already.
    pub(crate) gone: Duration,
    /// It is the timeout of a route, of this length.
    pub(crate) route: Option<Duration>,
}

/// What was stopped, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Late {
    /// How long it ran.
    pub(crate) after: Duration,
    /// It was the timeout of a route, of this length.
    pub(crate) route: Option<Duration>,
}

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.after.as_millis();
        match self.route {
            Some(timeout) => write!(
                f,
                "stopped after {after} ms: the timeout of the route is {} ms",
                timeout.as_millis()
            ),
            None => write!(f, "stopped after {after} ms, shortly before the deadline"),
        }
    }
}

impl std::error::Error for Late {}
