//! One test, through every source.

use crate::AtCaller;
use lambda_api::event::Source;
use std::{
    any::Any,
    fmt::Write,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

/// Runs a test once for each [`Source`], one after the other.
///
/// A failure does not keep the others from running: in the end there is one panic, at the line
/// that awaits, which names the sources on which the test failed. What exactly failed is printed
/// by the failing assertions themselves, as always.
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
/// Here each source gets an API of its own. Where they may share one, and its state,
/// [`TestClient::on_every_source`](crate::TestClient::on_every_source) is shorter.
pub fn on_every_source<T, F>(test: T) -> AtCaller<impl Future<Output = Result<(), String>>>
where
    T: FnMut(Source) -> F,
    F: Future<Output = ()>,
{
    AtCaller::new(run(test))
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

/// Which sources, and why; those that failed in the same way stand together.
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
