//! The failed records of a batch.

use super::{data::Data, record::Record};
use std::{fmt, sync::Arc};

/// The records of a batch that failed, as a batch handler returns them.
///
/// ```
/// use lambda_api::{event_handler, events::{BatchFailures, Record}};
///
/// #[event_handler(sqs, batch)]
/// async fn import(messages: &[Record]) -> BatchFailures {
///     let is_empty = |message: &&Record| message.text().is_none_or(str::is_empty);
///     messages.iter().filter(is_empty).collect()
/// }
/// ```
///
/// What follows a failed record in its group of a FIFO queue is reported as failed, too, so that Lambda sends
/// it again in order. In a stream, Lambda begins again at the first record that failed.
#[derive(Clone, Default)]
pub struct BatchFailures {
    failed: Vec<usize>,
    /// The batch of the records that were added.
    batch: Option<Arc<Data>>,
    /// Whether there were records of two batches.
    is_mixed: bool,
}

impl BatchFailures {
    /// Adds a record that failed.
    pub fn add(&mut self, record: &Record) {
        let batch = self
            .batch
            .get_or_insert_with(|| Arc::clone(record.shared()));
        self.is_mixed |= !Arc::ptr_eq(batch, record.shared());
        self.failed.push(record.index());
    }

    /// Returns the failures of a batch of which all records failed.
    #[must_use]
    pub fn all(records: &[Record]) -> Self {
        records.iter().collect()
    }

    /// Returns `true` if no record was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.failed.is_empty()
    }

    /// The places of the failed records in a batch; `None` if a record is of another one.
    pub(super) fn of(self, batch: &Arc<Data>) -> Option<Vec<usize>> {
        let is_of = self.batch.is_none_or(|known| Arc::ptr_eq(&known, batch));
        (is_of && !self.is_mixed).then_some(self.failed)
    }
}

impl<'r> Extend<&'r Record> for BatchFailures {
    fn extend<I: IntoIterator<Item = &'r Record>>(&mut self, records: I) {
        for record in records {
            self.add(record);
        }
    }
}

impl<'r> FromIterator<&'r Record> for BatchFailures {
    fn from_iter<I: IntoIterator<Item = &'r Record>>(records: I) -> Self {
        let mut failures = Self::default();
        failures.extend(records);
        failures
    }
}

impl fmt::Debug for BatchFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BatchFailures").field(&self.failed).finish()
    }
}
