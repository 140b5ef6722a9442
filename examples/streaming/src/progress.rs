//! The progress of an import, as server-sent events.

use futures_util::stream;
use lambda_api::{
    State, api_handler,
    extract::LastEventId,
    response::sse::{Event, Sse},
};
use serde::Serialize;
use std::{convert::Infallible, time::Duration};

/// The batches of the import.
pub(crate) const BATCHES: u32 = 20;
/// Then the client connects again. Shorter than the 29 and 30 seconds that gateways wait for a whole response.
pub(crate) const FOLLOWED: Duration = Duration::from_secs(20);
/// Shorter than the time after which a gateway or a proxy closes an idle connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// An import that is running elsewhere. A real program would ask a table or a queue.
#[derive(Clone)]
pub(crate) struct Import {
    pace: Duration,
}

impl Import {
    pub(crate) fn new(pace: Duration) -> Self {
        Self { pace }
    }

    /// Waits for the batch after this one.
    async fn next(&self, batch: u32) -> u32 {
        tokio::time::sleep(self.pace).await;
        batch + 1
    }
}

#[derive(Serialize)]
struct Progress {
    done: u32,
    of: u32,
}

/// Follow the import.
///
/// Each event is a batch that is done, and its id says where to continue. The events end after 20 seconds, and a
/// browser connects again. When all batches are done, the response is a 204, which ends that.
#[api_handler(GET "/import/events")]
pub(crate) async fn events(last: Option<LastEventId>, State(import): State<Import>) -> Sse {
    let seen = last.and_then(|last| last.0.parse().ok()).unwrap_or(0);
    if seen >= BATCHES {
        return Sse::done();
    }
    let events = stream::unfold(seen, move |done| {
        let import = import.clone();
        async move {
            if done >= BATCHES {
                return None;
            }
            let done = import.next(done).await;
            let progress = Progress { done, of: BATCHES };
            let event = Event::new()
                .id(done.to_string())
                .event("progress")
                .retry(Duration::from_secs(1))
                .json(&progress);
            Some((Ok::<_, Infallible>(event), done))
        }
    });
    Sse::new(events)
        .keep_alive(KEEP_ALIVE)
        .max_duration(FOLLOWED)
}
