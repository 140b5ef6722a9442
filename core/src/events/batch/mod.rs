//! Batches of records.

mod concurrent;
mod lanes;

use super::{
    error::EventError,
    event::Event,
    failures::BatchFailures,
    handler::Handler,
    record::Record,
    record_kind::RecordKind,
    run::{Clock, failed, run_within},
};
use crate::{BoxFuture, Error, log};
use concurrent::Concurrent;
use lanes::Lanes;
use serde_json::json;
use std::{
    collections::HashSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tracing::Instrument;

/// How many records, or groups of a FIFO queue, are handled at once: the size of the batch of an SQS
/// mapping that states none.
const CONCURRENCY: usize = 10;

/// How batches are handled, and what is said about their failures.
pub(super) struct Batches {
    /// Whether Lambda reads which records failed; `None` if nothing says it.
    partial: Option<bool>,
    is_noted: AtomicBool,
}

/// The records of one queue, stream, table, topic or bucket.
pub(super) struct Batch<'e> {
    pub(super) event: &'e Event,
    pub(super) kind: RecordKind,
    pub(super) is_fifo: bool,
}

impl Batches {
    pub(super) fn new(partial: Option<bool>) -> Self {
        Self {
            partial,
            is_noted: AtomicBool::new(false),
        }
    }

    /// Handles a batch record by record, and returns what Lambda gets.
    pub(super) async fn each(
        &self,
        handler: &Handler,
        call: CallRecord,
        batch: Batch<'_>,
    ) -> Result<Vec<u8>, EventError> {
        let clock = Clock::start(batch.event.data());
        let lanes = batch.lanes();
        let limit = handler.concurrency.unwrap_or(CONCURRENCY);
        let failed = batch.each(&lanes, call, clock, limit).await;
        self.respond(&batch, &lanes.failed_from(&failed))
    }

    /// Handles a batch as a whole, and returns what Lambda gets.
    pub(super) async fn whole(
        &self,
        handler: &Handler,
        call: CallBatch,
        batch: Batch<'_>,
    ) -> Result<Vec<u8>, EventError> {
        let clock = Clock::start(batch.event.data());
        let handled = run_within(call(batch.event), clock).await;
        let failures = handled.map_err(|failure| failed(failure, handler.name))?;
        let failed = failures.of(&batch.event.data).ok_or_else(of_another)?;
        reported(&batch, &failed);
        self.respond(&batch, &batch.lanes().failed_from(&failed))
    }

    fn respond(&self, batch: &Batch<'_>, failed: &[usize]) -> Result<Vec<u8>, EventError> {
        let records = batch.event.records();
        let failed: Vec<_> = failed
            .iter()
            .filter_map(|index| records.get(*index))
            .collect();
        if !batch.kind.is_reported() {
            return match failed.is_empty() {
                true => Ok(b"null".to_vec()),
                false => Err(batch_failed(failed.len(), records.len())),
            };
        }
        let mut ids: Vec<_> = failed.iter().filter_map(|record| record.id()).collect();
        if !failed.is_empty() {
            if self.partial != Some(true) {
                self.note();
                return Err(batch_failed(failed.len(), records.len()));
            }
            // Lambda deletes a failed message that the response does not name.
            if ids.len() < failed.len() {
                tracing::error!(
                    target: "lambda_api",
                    "failed records have no id by which Lambda knows them: the whole batch fails"
                );
                return Err(batch_failed(failed.len(), records.len()));
            }
        }
        // Two records of an invalid event may have one id.
        let mut known = HashSet::new();
        ids.retain(|id| known.insert(*id));
        if batch.kind.is_stream() {
            // The checkpoint: Lambda sends everything from there on again.
            ids.truncate(1);
        }
        let items: Vec<_> = ids.iter().map(|id| json!({"itemIdentifier": id})).collect();
        Ok(json!({"batchItemFailures": items}).to_string().into_bytes())
    }

    /// Says once that a failed record makes Lambda send the whole batch again.
    #[cold]
    fn note(&self) {
        if self.partial.is_none() && !self.is_noted.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "lambda_api",
                "a failed record fails the whole batch, which Lambda sends again: if the event source \
                 mapping has `ReportBatchItemFailures`, set `LAMBDA_API_PARTIAL` to `true`, or call \
                 `Api::report_batch_item_failures`"
            );
        }
    }
}

/// Logs each record that a handler of batches reports. Why it failed, the handler knows alone.
fn reported(batch: &Batch<'_>, failed: &[usize]) {
    let records = batch.event.records();
    for record in failed.iter().filter_map(|index| records.get(*index)) {
        log::record_span(record.id()).in_scope(
            || tracing::error!(target: "lambda_api", "a handler of batches reported that this record failed"),
        );
    }
}

type CallRecord = for<'e> fn(&'e Record) -> BoxFuture<'e, Result<(), Error>>;

type CallBatch = for<'e> fn(&'e Event) -> BoxFuture<'e, Result<BatchFailures, Error>>;

impl Batch<'_> {
    fn lanes(&self) -> Lanes {
        Lanes::of(self.kind, self.is_fifo, self.event.records())
    }

    /// Calls the handler for each record, and returns the places of those that failed. What follows them
    /// in their lanes is not called.
    async fn each(
        &self,
        lanes: &Lanes,
        call: CallRecord,
        clock: Clock,
        limit: usize,
    ) -> Vec<usize> {
        let records = self.event.records();
        let (failed, late) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let lane = |lane: &'_ [usize]| {
            let lane: Vec<_> = lane.iter().filter_map(|at| records.get(*at)).collect();
            let (failed, late) = (&failed, &late);
            async move {
                match until_failure(&lane, call, clock).await {
                    Ok(()) => {}
                    Err(End::Failed(at)) => locked(failed).push(at),
                    Err(End::Late(left)) => locked(late).extend(left),
                }
            }
        };
        Concurrent::new(limit, lanes.0.iter().map(|one| lane(one))).await;
        let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        let late = late.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(first) = late.first().and_then(|at| records.get(*at)) {
            // One record of the log for all of them: it is written in the time that is left.
            let span = log::record_span(first.id());
            span.in_scope(|| not_handled(late.len(), "the deadline was near"));
        }
        failed.extend(late);
        failed
    }
}

/// Handles the records of a lane one after the other, until one fails.
async fn until_failure(lane: &[&Record], call: CallRecord, clock: Clock) -> Result<(), End> {
    let mut left = lane;
    while let Some((record, behind)) = left.split_first() {
        if clock.is_over() {
            return Err(End::Late(left.iter().map(|late| late.index()).collect()));
        }
        left = behind;
        let span = log::record_span(record.id());
        let handled = run_within(call(record), clock)
            .instrument(span.clone())
            .await;
        if let Err(failure) = handled {
            span.in_scope(|| {
                failure.log();
                not_handled(left.len(), "this one failed");
            });
            return Err(End::Failed(record.index()));
        }
    }
    Ok(())
}

/// Why a lane ended before its last record.
enum End {
    /// The record at this place failed.
    Failed(usize),
    /// The records at these places had not begun shortly before the deadline.
    Late(Vec<usize>),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says how many records were not handled.
#[cold]
fn not_handled(count: usize, why: &str) {
    if count > 0 {
        tracing::warn!(target: "lambda_api", count, "records were not handled, because {why}");
    }
}

fn batch_failed(failed: usize, all: usize) -> EventError {
    EventError::failed("BatchFailed", format!("{failed} of {all} records failed"))
}

#[cold]
fn of_another() -> EventError {
    tracing::error!(target: "lambda_api", "a batch handler reported a record of another batch");
    EventError::failed(
        "InvalidBatch",
        "the batch handler reported a record of another batch",
    )
}

#[cfg(test)]
mod tests;
