//! Batches of records.

use super::{
    error::EventError,
    event::Event,
    handle_event::Setup,
    handler::{Call, Handler},
    outcome::BatchFailures,
    run::{failed, run},
};
use serde_json::json;

/// Handles a batch, record by record or as a whole, and returns what Lambda gets.
pub(super) async fn handle(
    handler: &Handler,
    event: &Event,
    setup: &Setup,
) -> Result<Vec<u8>, EventError> {
    let mut failures = BatchFailures::default();
    match handler.call {
        Call::Record(call) => {
            for record in event.records() {
                if let Err(failure) = run(call(record), event).await {
                    failed(failure, handler.name);
                    failures.add(record);
                }
            }
        }
        Call::Batch(call) => match run(call(event), event).await {
            Ok(found) => failures = found,
            Err(failure) => return Err(failed(failure, handler.name)),
        },
        Call::Event(_) => {}
    }
    let items: Vec<_> = failures
        .ids()
        .iter()
        .map(|id| json!({"itemIdentifier": id}))
        .collect();
    if !items.is_empty() && !setup.partial {
        return Err(EventError::failed(
            "BatchFailed",
            format!(
                "{} of {} records failed",
                items.len(),
                event.records().len()
            ),
        ));
    }
    let response = json!({"batchItemFailures": items});
    Ok(response.to_string().into_bytes())
}
