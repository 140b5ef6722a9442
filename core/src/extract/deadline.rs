//! The deadline of an invocation.

use super::FromRequest;
use crate::{Request, deadline::stop_of};
use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

/// Extractor for the deadline of the request: the time at which the handler is stopped.
///
/// The deadline is the earliest of:
///
/// - the deadline of Lambda, or the timeout of the gateway
///   ([`Source::timeout`](crate::event::Source::timeout),
///   [`Api::gateway_timeout`](crate::Api::gateway_timeout)), less the time for the response
///   ([`Api::deadline_margin`](crate::Api::deadline_margin)),
/// - the end of the timeout of the route.
///
/// A handler that is still running at that time is dropped, and the client gets a 504 problem,
/// `timed_out`.
///
/// Use it to set the timeout of a call, or to check whether there is enough time to start some
/// work:
///
/// ```
/// use lambda_api::extract::Deadline;
/// use std::time::Duration;
///
/// async fn report(deadline: Deadline) -> &'static str {
///     // Leave a second for the response.
///     let budget = deadline.remaining().saturating_sub(Duration::from_secs(1));
///     if budget < Duration::from_secs(5) { "too late to start" } else { "started" }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // In a test, the handler is an ordinary function.
/// assert_eq!(report(Deadline::none()).await, "started");
/// let soon = Deadline::after(Duration::from_secs(2));
/// assert_eq!(report(soon).await, "too late to start");
/// # }
/// ```
///
/// A request that does not come from an event only has the timeout of its route. The same applies to
/// an emulator that sends a deadline in the far past
/// ([`LambdaContext::deadline`](crate::LambdaContext::deadline)).
///
/// The deadline is based on the system's clock: pausing tokio's clock in a test does not stop it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline(Option<SystemTime>);

impl Deadline {
    /// Creates a value without a deadline.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// Creates a deadline this far from now, to call a handler in a test. There is no deadline if
    /// the time exceeds the range of the clock.
    #[must_use]
    pub fn after(left: Duration) -> Self {
        Self(SystemTime::now().checked_add(left))
    }

    /// Returns the time of the deadline; `None` if there is none.
    #[must_use]
    pub fn at(self) -> Option<SystemTime> {
        self.0
    }

    /// Returns the remaining time: zero after the deadline, and [`Duration::MAX`] if there is no
    /// deadline.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.remaining_at(SystemTime::now())
    }

    fn remaining_at(self, now: SystemTime) -> Duration {
        match self.0 {
            Some(at) => at.duration_since(now).unwrap_or(Duration::ZERO),
            None => Duration::MAX,
        }
    }
}

impl From<SystemTime> for Deadline {
    fn from(at: SystemTime) -> Self {
        Self(Some(at))
    }
}

impl<'r> FromRequest<'r> for Deadline {
    type Rejection = Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Infallible>> =
        Some(|request| Ok(Self(stop_of(request))));
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now},
        *,
    };
    use crate::{
        LambdaContext,
        event::{self, DecodeOptions},
    };

    /// A request of an event with this deadline.
    fn request(deadline_ms: u64) -> Request {
        let lambda = LambdaContext {
            deadline_ms: Some(deadline_ms),
            ..LambdaContext::default()
        };
        let event = r#"{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}"#;
        event::decode(event.into(), lambda, &DecodeOptions::default()).unwrap()
    }

    fn deadline(deadline_ms: u64) -> Deadline {
        let Ok(deadline) = now(&request(deadline_ms));
        deadline
    }

    #[test]
    fn the_time_left_counts_from_now() {
        let deadline = deadline(1_700_000_002_500);
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_002_500);
        assert_eq!(deadline.at(), Some(at));
        let left = |before| deadline.remaining_at(at - Duration::from_secs(before));
        assert_eq!(left(3), Duration::from_secs(3));
        assert_eq!(left(0), Duration::ZERO);
        assert_eq!(
            deadline.remaining_at(at + Duration::from_secs(3)),
            Duration::ZERO
        );
        assert_eq!(deadline.remaining(), Duration::ZERO);
    }

    #[test]
    fn the_gateway_gives_up_before_lambda_does() {
        let received = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let seconds = |lambda: Option<u64>, event: &'static str| {
            let lambda = LambdaContext {
                deadline_ms: lambda.map(|seconds| (1_700_000_000 + seconds) * 1000),
                received: Some(received),
                ..LambdaContext::default()
            };
            let request = event::decode(event.into(), lambda, &DecodeOptions::default()).unwrap();
            let Ok(deadline) = now::<Deadline>(&request);
            deadline
                .at()
                .map(|at| at.duration_since(received).unwrap().as_secs())
        };
        let rest = r#"{"httpMethod": "GET", "path": "/", "resource": "/"}"#;
        let http = r#"{"rawPath": "/", "requestContext": {"http": {"method": "GET"}}}"#;
        let alb = r#"{"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}}"#;
        for (lambda, event, expected) in [
            (Some(900), rest, Some(29)),
            (Some(900), http, Some(30)),
            (Some(900), alb, Some(900)),
            (Some(3), rest, Some(3)),
            (None, http, Some(30)),
            (None, alb, None),
        ] {
            assert_eq!(seconds(lambda, event), expected, "{event}");
        }
    }

    #[test]
    fn a_deadline_in_the_far_past_is_none() {
        assert_eq!(deadline(600_000), Deadline::none());
        assert_eq!(deadline(600_000).remaining(), Duration::MAX);
    }

    #[test]
    fn a_deadline_beyond_the_clock_does_not_panic() {
        let _ = deadline(u64::MAX).remaining();
    }

    #[test]
    fn a_deadline_from_now_has_the_given_duration() {
        let left = Deadline::after(Duration::from_secs(60)).remaining();
        assert!(left <= Duration::from_secs(60), "{left:?}");
        assert!(left > Duration::from_secs(30), "{left:?}");
        assert_eq!(Deadline::after(Duration::MAX), Deadline::none());
    }

    #[test]
    fn outside_lambda_there_is_none() {
        let Ok(deadline) = now::<Deadline>(&get("/"));
        assert_eq!(deadline.at(), None);
        assert_eq!(deadline.remaining(), Duration::MAX);
    }
}
