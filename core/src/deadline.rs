//! The deadline of a request, and the response after it.

use crate::{
    Invocation, Problem, Request,
    error::{Trace, framework},
    event::Source,
    matched_route::states_of,
    timing::Timing,
};
use std::{
    fmt,
    time::{Duration, SystemTime},
};
use tokio::time::Instant;

/// The default margin for sending the response: at 128 MB of memory a function has a fourteenth of
/// a processor, and the response has to be written, sent, and passed on.
const MARGIN: Duration = Duration::from_millis(500);

/// The margin is at most this fraction of the whole time, so that a function with a timeout of one
/// second can use most of it.
const MARGIN_PART: u32 = 4;

/// The longest duration of an invocation: see
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const LONGEST: Duration = Duration::from_secs(15 * 60);

impl Timing {
    /// The time at which a handler is stopped; `None` if there is no deadline.
    pub(crate) fn stop(&self, invocation: &Invocation) -> Option<SystemTime> {
        // A gateway waits for the whole response only if it buffers it.
        let gateway = match self.gateway {
            None if self.streams_to(invocation.source()) => Some(Duration::MAX),
            gateway => gateway,
        };
        let deadline = invocation.deadline_behind(gateway)?;
        let stop = deadline.checked_sub(self.margin(invocation, deadline));
        // The margin exceeds the whole time: stop at once.
        Some(stop.unwrap_or(SystemTime::UNIX_EPOCH))
    }

    /// How long a response may be sent after its handler or its body is stopped by the deadline.
    pub(crate) fn sending(&self, invocation: &Invocation) -> Duration {
        let deadline = invocation.lambda().deadline();
        deadline.map_or(MARGIN, |deadline| self.margin(invocation, deadline)) / 2
    }

    /// Whether a source gets responses as streams.
    pub(crate) fn streams_to(&self, source: Option<Source>) -> bool {
        match source {
            Some(Source::FunctionUrl) => self.streams.function_url,
            Some(Source::RestApi) => self.streams.rest_api,
            _ => false,
        }
    }

    fn margin(&self, invocation: &Invocation, deadline: SystemTime) -> Duration {
        if let Some(margin) = self.margin {
            return margin;
        }
        let received = invocation.lambda().received;
        let whole = received.and_then(|received| deadline.duration_since(received).ok());
        whole.map_or(MARGIN, |whole| MARGIN.min(whole / MARGIN_PART))
    }

    /// The remaining time of a request that has to wait now.
    #[cold]
    pub(crate) fn limit(&self, invocation: &Invocation) -> Option<Limit> {
        let stop = self.stop(invocation)?;
        let now = SystemTime::now();
        let Some(received) = invocation.lambda().received else {
            return Some(Limit::within(stop.duration_since(now).unwrap_or_default()));
        };
        let whole = stop.duration_since(received).unwrap_or_default();
        let gone = now.duration_since(received).ok();
        // In a test, the arrival time can be far from that of the clock.
        let gone = gone.filter(|gone| *gone <= LONGEST).unwrap_or_default();
        Some(Limit {
            left: whole.saturating_sub(gone),
            gone,
            by: LimitedBy::Deadline,
        })
    }

    /// The response to a request that was stopped.
    #[cold]
    pub(crate) fn problem(&self, late: Elapsed) -> Problem {
        let trace = Trace {
            elapsed: Some(late.after),
            ..Trace::default()
        };
        framework::timed_out(late.to_string(), self.retry_after).with_trace(trace)
    }
}

/// The time at which something around the request stops it, kept in its extensions: the timeout of
/// its route, or the application that this one is mounted in.
#[derive(Clone, Copy, Debug)]
struct Stop(SystemTime);

impl Stop {
    fn of(request: &Request) -> Option<SystemTime> {
        let stop = request.extensions().get::<Self>().map(|stop| stop.0);
        #[cfg(feature = "server")]
        let stop = earlier(stop, RequestEnd::of(request));
        stop
    }
}

fn earlier(one: Option<SystemTime>, other: Option<SystemTime>) -> Option<SystemTime> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The end of a route's timeout, in the extensions of a response that streams.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteEnd(pub(crate) Instant);

/// A running timeout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    timeout: Duration,
    started: Instant,
    by: LimitedBy,
}

impl Clock {
    /// Starts the timeout of a route, and makes it known to extractors.
    pub(crate) fn of_route(timeout: Duration, request: &mut Request) -> Self {
        if let Some(stop) = SystemTime::now().checked_add(timeout) {
            // The timeout of a mounted application can only be shorter.
            let stop = Stop::of(request).map_or(stop, |outer| outer.min(stop));
            request.extensions_mut().insert(Stop(stop));
        }
        Self::start(timeout, LimitedBy::Route(timeout))
    }

    /// Starts the timeout of a request to a server, and makes it known to extractors.
    #[cfg(feature = "server")]
    pub(crate) fn of_request(timeout: Duration, request: &mut Request) -> Self {
        let clock = Self::start(timeout, LimitedBy::Request(timeout));
        if let Some(end) = clock.end() {
            request.extensions_mut().insert(RequestEnd(end));
        }
        clock
    }

    /// Starts the timeout of streams.
    pub(crate) fn of_stream(timeout: Duration) -> Self {
        Self::start(timeout, LimitedBy::Stream(timeout))
    }

    fn start(timeout: Duration, by: LimitedBy) -> Self {
        let started = Instant::now();
        Self {
            timeout,
            started,
            by,
        }
    }

    /// When the timeout ends.
    pub(crate) fn end(&self) -> Option<Instant> {
        self.started.checked_add(self.timeout)
    }

    #[cold]
    pub(crate) fn limit(&self) -> Limit {
        let gone = self.started.elapsed();
        Limit {
            left: self.timeout.saturating_sub(gone),
            gone,
            by: self.by,
        }
    }
}

/// When a request to a server is stopped. The wall clock is only read for those who ask.
#[cfg(feature = "server")]
#[derive(Clone, Copy, Debug)]
struct RequestEnd(Instant);

#[cfg(feature = "server")]
impl RequestEnd {
    fn of(request: &Request) -> Option<SystemTime> {
        let left = request.extensions().get::<Self>()?.0;
        SystemTime::now().checked_add(left.saturating_duration_since(Instant::now()))
    }
}

/// The time at which the handler of a request is stopped, if known.
pub(crate) fn stop_of(request: &Request) -> Option<SystemTime> {
    let invocation = Invocation::of(request);
    let whole = match states_of(request.extensions()) {
        Some(states) => states.timing.stop(invocation),
        None => invocation.deadline(),
    };
    earlier(whole, Stop::of(request))
}

/// Makes the time at which the outer application stops a request known to extractors of a mounted
/// one.
pub(crate) fn keep_stop(request: &mut Request) {
    if let Some(stop) = stop_of(request) {
        request.extensions_mut().insert(Stop(stop));
    }
}

/// A time limit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    pub(crate) left: Duration,
    /// The time that has elapsed already.
    pub(crate) gone: Duration,
    pub(crate) by: LimitedBy,
}

impl Limit {
    /// A limit that begins now.
    pub(crate) fn within(left: Duration) -> Self {
        Self {
            left,
            gone: Duration::ZERO,
            by: LimitedBy::Deadline,
        }
    }
}

/// What sets a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitedBy {
    /// The deadline of the invocation.
    Deadline,
    /// The timeout of the route.
    Route(Duration),
    /// The timeout of streams.
    Stream(Duration),
    /// The timeout of requests to a server.
    #[cfg(feature = "server")]
    Request(Duration),
}

/// A time limit that was exceeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Elapsed {
    /// How long it ran.
    pub(crate) after: Duration,
    pub(crate) by: LimitedBy,
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = self.after.as_millis();
        write!(f, "stopped after {after} ms")?;
        match self.by {
            LimitedBy::Deadline => f.write_str(", shortly before the deadline"),
            LimitedBy::Route(timeout) => {
                write!(
                    f,
                    ": the timeout of the route is {} ms",
                    timeout.as_millis()
                )
            }
            LimitedBy::Stream(timeout) => {
                write!(f, ": the timeout of streams is {} ms", timeout.as_millis())
            }
            #[cfg(feature = "server")]
            LimitedBy::Request(timeout) => {
                write!(f, ": the timeout of requests is {} ms", timeout.as_millis())
            }
        }
    }
}

impl std::error::Error for Elapsed {}
