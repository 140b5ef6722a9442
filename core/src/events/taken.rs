//! Which handler took an event and why it failed, for callers that show it.

use super::handler::Handler;
use std::{cell::RefCell, fmt, future::Future};

tokio::task_local! {
    static SEEN: RefCell<Seen>;
}

/// What is seen of one invocation.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Seen {
    /// What took the event; `None` for HTTP requests and for events that nothing took.
    pub taken: Option<Taken>,
    /// Why handlers failed, as the log has it.
    pub causes: Vec<String>,
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
        let _ = SEEN.try_with(|seen| seen.borrow_mut().taken = Some(self));
    }
}

/// Tells the caller of [`watched`], if there is one, why a handler failed.
pub(super) fn note_cause(cause: impl FnOnce() -> String) {
    let _ = SEEN.try_with(|seen| seen.borrow_mut().causes.push(cause()));
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

/// Runs an invocation, and returns what was seen of it.
#[doc(hidden)]
pub async fn watched<F: Future>(invocation: F) -> (F::Output, Seen) {
    let run = async {
        let output = invocation.await;
        (output, SEEN.with(RefCell::take))
    };
    SEEN.scope(RefCell::default(), run).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_invocation_has_what_took_its_event() {
        Taken::BY_ON_OTHER.note();
        let ((), seen) = watched(async {}).await;
        assert_eq!((seen.taken, seen.causes.len()), (None, 0));
        let noted = async {
            Taken::BY_ON_OTHER.note();
            note_cause(|| "lost".to_owned());
        };
        let ((), seen) = watched(noted).await;
        assert_eq!(seen.taken, Some(Taken::BY_ON_OTHER));
        assert_eq!(seen.causes, ["lost"]);
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
