//! Events that are not HTTP requests.

use super::{TIME_LIMIT, TestClient, show};
use crate::{TestEvent, TrackedFuture, events::record_ids};
use bytes::Bytes;
use lambda_api::events::{Seen, watched};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;
use tokio::time::timeout;

impl TestClient {
    /// Invokes the function with an event that is not an HTTP request: a builder such as
    /// [`SqsEvent`](crate::SqsEvent), or JSON.
    ///
    /// Lambda reads which records of a batch failed (`ReportBatchItemFailures`), as it does with the template of
    /// the API, unless [`Api::report_batch_item_failures`](lambda_api::Api::report_batch_item_failures) or the
    /// variable `LAMBDA_API_PARTIAL` says otherwise.
    ///
    /// The event is handled as on Lambda, with the settings of the client for invocations. An event that fails is no
    /// panic; [`EventOutcome`] has the error. The functions of
    /// [`Api::after_response`](lambda_api::Api::after_response) have run.
    ///
    /// ```
    /// use lambda_api::{Api, Error, Json, event_handler, events};
    /// use lambda_api_testing::{SqsEvent, TestClient};
    ///
    /// #[event_handler(sqs)]
    /// async fn ship(Json(order): Json<u64>) -> Result<(), Error> {
    ///     match order {
    ///         7 => Err(Error::msg("sold out")),
    ///         _ => Ok(()),
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let client = TestClient::new(Api::new().events(events![ship])).await;
    /// client.event(SqsEvent::new().message(&6)).await.assert_ok().assert_taken_by("ship");
    /// # }
    /// ```
    pub fn event(&self, event: impl TestEvent) -> TrackedFuture<'static, EventOutcome> {
        let (app, lambda) = (self.app.clone(), self.next_context());
        let limit = self.deadline.unwrap_or(TIME_LIMIT);
        let event = event.to_bytes();
        TrackedFuture::new(async move {
            let handled = watched(app.handle_event(event.clone(), lambda));
            let Ok((handled, seen)) = timeout(limit, handled).await else {
                let seconds = limit.as_secs_f64();
                let error = Failed {
                    error_type: "Sandbox.Timedout".to_owned(),
                    message: format!("Task timed out after {seconds:.2} seconds"),
                };
                return Ok(EventOutcome::new(event, Err(error), Seen::default()));
            };
            let response = handled.map_err(|error| Failed {
                error_type: error.error_type().to_owned(),
                message: error.to_string(),
            });
            Ok(EventOutcome::new(event, response, seen))
        })
    }
}

/// Outcome of an event that is not an HTTP request: what Lambda gets.
///
/// A failed assertion shows the event, the outcome, and why the handlers failed.
#[derive(Debug)]
#[must_use = "an outcome may be a failure"]
pub struct EventOutcome {
    event: Bytes,
    response: Result<Vec<u8>, Failed>,
    seen: Seen,
}

/// The error that Lambda reports.
#[derive(Debug)]
struct Failed {
    error_type: String,
    message: String,
}

impl EventOutcome {
    fn new(event: Bytes, response: Result<Vec<u8>, Failed>, seen: Seen) -> Self {
        Self {
            event,
            response,
            seen,
        }
    }

    /// Asserts that the invocation succeeded, and that no record failed.
    #[track_caller]
    pub fn assert_ok(&self) -> &Self {
        if self.response.is_err() {
            self.fail("expected a response, found an error");
        }
        let failed = self.failed_ids();
        if !failed.is_empty() {
            self.fail(&format!("expected no failed records, found {failed:?}"));
        }
        self
    }

    /// Asserts that the invocation failed with an error of this
    /// [type](lambda_api::events::EventError::error_type), such as `HandlerError`. Lambda retries it, as
    /// the source of the event has it.
    #[track_caller]
    pub fn assert_failed(&self, error_type: &str) -> &Self {
        match self.error_type() {
            Some(found) if found == error_type => self,
            Some(found) => self.fail(&format!("expected the error {error_type}, found {found}")),
            None => self.fail(&format!(
                "expected the error {error_type}, found a response"
            )),
        }
    }

    /// Asserts that the response names these records as failed, and no others: by their places in
    /// the event, which begin at 0.
    #[track_caller]
    pub fn assert_failed_records(&self, expected: &[usize]) -> &Self {
        let ids = record_ids(&self.event);
        let failed = self.failed_ids();
        let place = |id: &String| ids.iter().position(|known| known == id);
        let mut found: Vec<_> = failed.iter().map(place).collect();
        found.sort_unstable();
        let mut expected: Vec<_> = expected.iter().copied().map(Some).collect();
        expected.sort_unstable();
        if found != expected {
            let shown = |places: &[Option<usize>]| {
                let name =
                    |place: &Option<usize>| place.map_or("?".to_owned(), |at| at.to_string());
                places.iter().map(name).collect::<Vec<_>>().join(", ")
            };
            let (expected, found) = (shown(&expected), shown(&found));
            self.fail(&format!(
                "expected failed records [{expected}], found [{found}]"
            ));
        }
        self
    }

    /// Asserts which function took the event: the name of an event handler, or `on_other_event`.
    #[track_caller]
    pub fn assert_taken_by(&self, handler: &str) -> &Self {
        match self.seen.taken {
            Some(taken) if taken.name == handler => self,
            Some(taken) => self.fail(&format!(
                "expected {handler} to take the event, found {taken}"
            )),
            None => self.fail(&format!(
                "expected {handler} to take the event, nothing did"
            )),
        }
    }

    /// The response, which is JSON.
    ///
    /// # Panics
    /// If the invocation failed, or the response does not fit the type.
    #[must_use]
    #[track_caller]
    pub fn response<T: DeserializeOwned>(&self) -> T {
        let Ok(response) = &self.response else {
            self.fail("expected a response, found an error");
        };
        match serde_json::from_slice(response) {
            Ok(response) => response,
            Err(error) => self.fail(&format!("the response does not fit the type: {error}")),
        }
    }

    /// The ids of the records that the response names as failed, in its order: message ids of SQS, sequence
    /// numbers of streams. A failed record only appears here if Lambda reads such responses; otherwise
    /// the invocation fails.
    ///
    /// # Panics
    /// If the invocation failed.
    #[must_use]
    #[track_caller]
    pub fn failed_ids(&self) -> Vec<String> {
        let response: Value = self.response();
        let failures = response["batchItemFailures"].as_array();
        let failures = failures.into_iter().flatten();
        let id = |failure: &Value| {
            failure["itemIdentifier"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        failures.map(id).collect()
    }

    /// The type of the error, if the invocation failed.
    #[must_use]
    pub fn error_type(&self) -> Option<&str> {
        self.response
            .as_ref()
            .err()
            .map(|failed| &*failed.error_type)
    }

    /// The message of the error, if the invocation failed. The caller of the function gets it.
    #[must_use]
    pub fn error_message(&self) -> Option<&str> {
        self.response.as_ref().err().map(|failed| &*failed.message)
    }

    #[cold]
    #[track_caller]
    fn fail(&self, why: &str) -> ! {
        panic!("{why}\n\n{self}")
    }
}

/// The event, the outcome, and why handlers failed.
impl fmt::Display for EventOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "event    {}", show::indented(&self.event))?;
        if let Some(taken) = self.seen.taken {
            writeln!(f, "taken by {taken}")?;
        }
        match &self.response {
            Ok(response) => write!(f, "response {}", show::indented(response))?,
            Err(failed) => write!(f, "error    {}: {}", failed.error_type, failed.message)?,
        }
        for cause in &self.seen.causes {
            write!(f, "\nlog      {}", show::indented(cause.as_bytes()))?;
        }
        Ok(())
    }
}
