//! Which handler took an event, for callers that show it.

use super::handler::Handler;
use std::{cell::RefCell, fmt, future::Future};

tokio::task_local! {
    static TAKEN: RefCell<Option<Taken>>;
}

/// What took an event: a handler of [`Api::events`](crate::Api::events), or the function of
/// [`Api::on_other_event`](crate::Api::on_other_event).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(hidden)]
pub struct Taken {
    /// The name of the function.
    pub name: &'static str,
    /// Where it is defined.
    place: Option<(&'static str, u32)>,
}

impl Taken {
    pub(crate) const BY_ON_OTHER: Self = Self {
        name: "on_other_event",
        place: None,
    };

    pub(super) fn by(handler: &Handler) -> Self {
        Self {
            name: handler.name,
            place: Some((handler.file, handler.line)),
        }
    }

    /// Tells the caller of [`watched`], if there is one.
    pub(super) fn note(self) {
        let _ = TAKEN.try_with(|taken| taken.replace(Some(self)));
    }
}

/// `ship (src/main.rs:7)`.
impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((file, line)) => write!(f, "{} ({file}:{line})", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// Runs an invocation, and returns what took its event; `None` for HTTP requests and for events that
/// nothing took.
#[doc(hidden)]
pub async fn watched<F: Future>(invocation: F) -> (F::Output, Option<Taken>) {
    let run = async {
        let output = invocation.await;
        (output, TAKEN.with(RefCell::take))
    };
    TAKEN.scope(RefCell::default(), run).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_invocation_has_what_took_its_event() {
        Taken::BY_ON_OTHER.note();
        let (_, taken) = watched(async {}).await;
        assert_eq!(taken, None);
        let (_, taken) = watched(async { Taken::BY_ON_OTHER.note() }).await;
        assert_eq!(taken, Some(Taken::BY_ON_OTHER));
    }

    #[test]
    fn a_handler_is_shown_with_its_place() {
        let ship = Taken {
            name: "ship",
            place: Some(("src/main.rs", 7)),
        };
        assert_eq!(ship.to_string(), "ship (src/main.rs:7)");
        assert_eq!(Taken::BY_ON_OTHER.to_string(), "on_other_event");
    }
}
