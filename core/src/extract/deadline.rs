//! When an invocation ends.

use super::FromRequest;
use crate::{Invocation, Request};
use std::{
    convert::Infallible,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// No function runs longer than this
/// ([Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)): a
/// deadline that passed longer ago is none of a running invocation. Local emulators send the
/// constant 600000, ten minutes into 1970.
const LONGEST_RUN: Duration = Duration::from_secs(15 * 60);

/// The moment at which Lambda ends the invocation.
///
/// ```
/// use lambda_api::Deadline;
/// use std::time::Duration;
///
/// async fn report(deadline: Deadline) -> &'static str {
///     // Leave a second for the reply.
///     let budget = deadline.remaining().saturating_sub(Duration::from_secs(1));
///     if budget < Duration::from_secs(5) { "too late to start" } else { "started" }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// assert_eq!(report(Deadline::none()).await, "started");
/// let soon = std::time::SystemTime::now() + Duration::from_secs(2);
/// assert_eq!(report(Deadline::from(soon)).await, "too late to start");
/// # }
/// ```
///
/// Outside Lambda there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadline(Option<SystemTime>);

impl Deadline {
    /// No deadline at all.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// The deadline as Lambda says it: milliseconds since the epoch.
    pub(crate) fn of(milliseconds: Option<u64>, now: SystemTime) -> Self {
        let at = milliseconds
            .and_then(|milliseconds| UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds)));
        Self(at.filter(|at| {
            now.duration_since(*at)
                .map_or(true, |passed| passed <= LONGEST_RUN)
        }))
    }

    /// The moment itself; `None` when there is no deadline.
    #[must_use]
    pub fn at(self) -> Option<SystemTime> {
        self.0
    }

    /// The time that is left: nothing once it has passed, and [`Duration::MAX`] when there is no
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

    const NOW: Option<fn(&'r Request) -> Result<Self, Infallible>> = Some(|request| {
        let lambda = Invocation::of(request).lambda();
        Ok(Self::of(lambda.deadline_ms, SystemTime::now()))
    });
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{get, now},
        *,
    };

    const NOW_MS: u64 = 1_700_000_000_000;

    fn present() -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(NOW_MS)
    }

    fn remaining(milliseconds: u64) -> Duration {
        Deadline::of(Some(milliseconds), present()).remaining_at(present())
    }

    #[test]
    fn the_time_left_counts_from_now() {
        assert_eq!(remaining(NOW_MS + 2_500), Duration::from_millis(2_500));
        assert_eq!(Deadline::of(Some(NOW_MS), present()).at(), Some(present()));
    }

    #[test]
    fn a_deadline_that_has_passed_leaves_nothing() {
        assert_eq!(remaining(NOW_MS - 1), Duration::ZERO);
    }

    #[test]
    fn a_deadline_in_the_far_past_is_none() {
        assert_eq!(remaining(600_000), Duration::MAX);
        assert_eq!(Deadline::of(Some(0), present()), Deadline::none());
    }

    #[test]
    fn a_deadline_beyond_the_clock_does_not_panic() {
        let _ = remaining(u64::MAX);
    }

    #[test]
    fn outside_lambda_there_is_none() {
        let Ok(deadline) = now::<Deadline>(&get("/"));
        assert_eq!(deadline.at(), None);
        assert_eq!(deadline.remaining(), Duration::MAX);
    }
}
