//! A test that runs once for each source.

use crate::tracked_future::unwrap;
use lambda_api::event::Source;
use std::{
    any::Any,
    fmt::{self, Write},
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::{Context, Poll},
};

/// Runs a test once for each [`Source`], one after the other.
///
/// A failure does not stop the test on the other sources. At the end there is one panic, at the line
/// that awaits, which names the sources on which the test failed.
///
/// ```
/// use lambda_api::{Api, api_handler, routes};
/// use lambda_api_testing::{TestClient, on_every_source};
///
/// #[api_handler(GET "/health")]
/// async fn health() -> &'static str { "ok" }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// on_every_source(async |source| {
///     let client = TestClient::new(Api::new().routes(routes![health])).await.via(source);
///     client.get("/health").await.assert_text("ok");
/// })
/// .await;
/// # }
/// ```
///
/// Here each source gets its own API. To share one,
/// [`TestClient::on_every_source`](crate::TestClient::on_every_source) is shorter.
pub fn on_every_source<'a, T, F>(test: T) -> OnEverySource<'a>
where
    T: FnMut(Source) -> F + 'a,
    F: Future<Output = ()> + 'a,
{
    OnEverySource(Box::pin(run(test)))
}

/// Future of [`on_every_source`]. It need not be `Send`.
///
/// # Panics
/// At the line that awaits it, if the test fails on any source.
#[must_use = "futures do nothing unless they are awaited"]
pub struct OnEverySource<'a>(Pin<Box<dyn Future<Output = Result<(), String>> + 'a>>);

impl Future for OnEverySource<'_> {
    type Output = ();

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.0.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(result) => {
                unwrap(result);
                Poll::Ready(())
            }
        }
    }
}

impl fmt::Debug for OnEverySource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnEverySource")
    }
}

pub(super) async fn run<F>(mut test: impl FnMut(Source) -> F) -> Result<(), String>
where
    F: Future<Output = ()>,
{
    let mut failed = Vec::new();
    for source in Source::ALL {
        if let Err(panic) = caught(test(source)).await {
            failed.push((source, first_line(&*panic)));
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(summary(&failed))
    }
}

/// The sources and their errors; sources with the same error share a line.
fn summary(failed: &[(Source, String)]) -> String {
    let mut groups: Vec<(Vec<&str>, &str)> = Vec::new();
    for (source, why) in failed {
        match groups.iter_mut().find(|(_, known)| known == why) {
            Some((names, _)) => names.push(source.name()),
            None => groups.push((vec![source.name()], why)),
        }
    }
    let all = Source::ALL.len();
    let mut text = format!("the test failed on {} of {all} sources", failed.len());
    for (names, why) in groups {
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {}: {why}", names.join(", "));
    }
    text
}

/// The result of a future, or the panic that ended it.
async fn caught<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|context| {
        // The future is not polled again after a panic.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    })
    .await
}

fn first_line(panic: &(dyn Any + Send)) -> String {
    let text = match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text.as_str(),
        (None, Some(text)) => text,
        (None, None) => "a panic without a text",
    };
    text.lines().next().unwrap_or_default().to_owned()
}
