//! The invocation loop on Lambda, and the shutdown of the process.

use super::{
    client::{Address, Client},
    invoke::InvokeId,
    poller::{Ended, Poller},
    snapshot,
    terminate::Terminate,
    wake::Wake,
};
use crate::{App, BoxError, environment::concurrency, error::Chain, hooks::InFlight};
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{runtime::Handle, task::JoinSet};

/// The time limit for loading keys at startup. Lambda allows ten seconds for the whole startup.
const PREPARE: Duration = Duration::from_secs(2);

/// Handles invocations until the process receives SIGTERM or has to end. At shutdown, invocations
/// in flight continue while the hooks run.
pub(crate) async fn run(app: App) -> Result<(), BoxError> {
    let address = Address::here().ok_or("AWS_LAMBDA_RUNTIME_API is not a valid address")?;
    app.prepare(PREPARE).await;
    let terminate = Terminate::listen(app.hooks(), &address).await;
    let in_flight = terminate.is_expected().then(Arc::<InFlight>::default);
    let mut serving = pin!(serve(&app, address, in_flight.clone()));
    tokio::select! {
        ended = &mut serving => return ended,
        () = terminate.signalled() => {}
    }
    shut_down(&app, serving, &in_flight.unwrap_or_default()).await;
    Ok(())
}

/// Runs the hooks while invocations in flight continue.
async fn shut_down(
    app: &App,
    serving: impl Future<Output = Result<(), BoxError>>,
    in_flight: &InFlight,
) {
    // The loop may now fail, since Lambda is shutting down. That must not cancel the hooks.
    let serving = async {
        if let Err(error) = serving.await {
            let error = Chain(&*error).to_string();
            tracing::warn!(target: "lambda_api", error, "the Lambda runtime failed while the process ended");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = app.hooks().shut_down(in_flight) => {}
        () = serving => {}
    }
}

async fn serve(
    app: &App,
    address: Address,
    in_flight: Option<Arc<InFlight>>,
) -> Result<(), BoxError> {
    let mut client = Client::new(address.clone());
    if snapshot::is_due() {
        snapshot::around(&mut client, app.hooks()).await?;
    }
    let pollers = concurrency();
    let poller = |client, wake| Poller {
        app: app.clone(),
        client,
        among_several: pollers > 1,
        in_flight: in_flight.clone(),
        wake,
        last: InvokeId::default(),
    };
    if pollers <= 1 {
        return end(poller(client, None).run().await);
    }
    let wake = Wake::start(Handle::current()).map(Arc::new);
    let mut tasks = JoinSet::new();
    for _ in 0..pollers {
        tasks.spawn(poller(Client::new(address.clone()), wake.clone()).run());
    }
    // What ends one poller affects all of them, so the process ends.
    match tasks.join_next().await {
        Some(Ok(ended)) => end(ended),
        Some(Err(error)) => Err(error.into()),
        None => Ok(()),
    }
}

fn end(ended: Ended) -> Result<(), BoxError> {
    Err(match ended {
        // Keeps the type, so that the location of the panic can be reported.
        Ended::Panicked(panic) => panic.into(),
        ended => ended.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Api, log::capture};
    use tokio::time::sleep;

    /// The records of a shutdown with one invocation in flight and one hook of these durations.
    fn records_of_an_end(invocation: Duration, hook: Duration) -> Vec<serde_json::Value> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        capture(|| {
            runtime.block_on(async {
                let api = Api::new().on_shutdown(move || sleep(hook));
                let app = api.build().await.expect("an app");
                let in_flight = InFlight::default();
                let serving = async {
                    let entered = in_flight.enter("request-1");
                    sleep(invocation).await;
                    drop(entered);
                    Err(BoxError::from("reset"))
                };
                shut_down(&app, serving, &in_flight).await;
            });
        })
    }

    #[test]
    fn hooks_run_to_their_end_though_the_loop_ends_before() {
        let records = records_of_an_end(Duration::ZERO, Duration::from_millis(300));
        assert_eq!(records.len(), 1, "{records:?}");
        assert_eq!(records[0]["error"], "reset");
    }

    #[test]
    fn inflight_invocations_end_beside_hooks() {
        let ms = Duration::from_millis;
        for (invocation, hook) in [(440, 10), (10, 440)] {
            let records = records_of_an_end(ms(invocation), ms(hook));
            let given_up = |record: &serde_json::Value| record.get("limit_ms").is_some();
            assert!(!records.iter().any(given_up), "{records:?}");
        }
    }

    #[test]
    fn abandoned_invocations_are_named() {
        let (long, short) = (Duration::from_secs(5), Duration::ZERO);
        let of_hook = "lambda_api::runtime::lambda::tests::";
        for (invocation, hook) in [(long, short), (short, long), (long, long)] {
            let records = records_of_an_end(invocation, hook);
            let record = records.last().expect("a record");
            assert_eq!(record["limit_ms"], 500, "{records:?}");
            let is_long = |time| time == long;
            assert_eq!(record.get("request_ids").is_some(), is_long(invocation));
            assert_eq!(record.get("hooks").is_some(), is_long(hook));
            if is_long(hook) {
                assert!(
                    record["hooks"].as_str().unwrap().starts_with(of_hook),
                    "{record}"
                );
            }
        }
    }
}
