//! On Lambda: the pollers, and the end of the process.

use super::{
    client::{Address, Client},
    in_flight::InFlight,
    invoke::InvokeId,
    poller::{Ended, Poller},
    snapshot,
    terminate::Terminate,
    wake::Wake,
};
use crate::{App, BoxError, error::Chain};
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{runtime::Handle, task::JoinSet};

/// Whether this process was started by Lambda, or by an emulator of it.
pub(super) fn is_here() -> bool {
    std::env::var_os("AWS_LAMBDA_RUNTIME_API").is_some()
}

/// Whether Lambda sends several invocations at once (Managed Instances).
pub(super) fn is_concurrent() -> bool {
    concurrency() > 1
}

/// How many invocations Lambda sends at once.
fn concurrency() -> u32 {
    let limit = std::env::var("AWS_LAMBDA_MAX_CONCURRENCY").ok();
    limit.and_then(|limit| limit.parse().ok()).unwrap_or(1)
}

/// For how long the start waits for keys. Lambda gives it ten seconds in all.
const PREPARE: Duration = Duration::from_secs(2);

/// Handles invocations until Lambda ends the process, or should. Those in flight at its end go on
/// beside the shutdown hooks.
pub(super) async fn run(app: App) -> Result<(), BoxError> {
    let address = Address::here().ok_or("AWS_LAMBDA_RUNTIME_API is no address")?;
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

/// Runs the hooks, while invocations in flight go on.
async fn shut_down(
    app: &App,
    serving: impl Future<Output = Result<(), BoxError>>,
    in_flight: &InFlight,
) {
    // The end of the loop, for which there are reasons now, does not cut the hooks off.
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
    // A poller never ends alone: what ends one is wrong for all of them.
    match tasks.join_next().await {
        Some(Ok(ended)) => end(ended),
        Some(Err(error)) => Err(error.into()),
        None => Ok(()),
    }
}

fn end(ended: Ended) -> Result<(), BoxError> {
    Err(match ended {
        // Whoever tells of the end looks for the place of a panic.
        Ended::Panicked(panic) => panic.into(),
        ended => ended.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Api, runtime::log::capture};
    use tokio::time::sleep;

    /// The records of an end with one invocation in flight, which takes so long, and a hook.
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
    fn what_is_in_flight_ends_beside_the_hooks() {
        let ms = Duration::from_millis;
        for (invocation, hook) in [(440, 10), (10, 440)] {
            let records = records_of_an_end(ms(invocation), ms(hook));
            let given_up = |record: &serde_json::Value| record.get("limit_ms").is_some();
            assert!(!records.iter().any(given_up), "{records:?}");
        }
    }

    #[test]
    fn what_is_given_up_is_named() {
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
