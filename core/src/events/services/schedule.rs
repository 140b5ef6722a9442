//! Schedules of EventBridge.

use super::super::{kinds::Kinds, meta::EventKind, parts::or_default, sealed::Sealed};
use super::time::rfc3339;
use serde::Deserialize;
use std::time::SystemTime;

/// What EventBridge says about a scheduled event: of a rule with a schedule, or of EventBridge Scheduler
/// without an input of its own.
#[derive(Clone, Debug, Deserialize)]
pub struct Schedule {
    id: String,
    #[serde(default, deserialize_with = "or_default")]
    time: String,
    #[serde(default, deserialize_with = "or_default")]
    resources: Vec<String>,
}

impl Sealed for Schedule {}

impl EventKind for Schedule {
    const KINDS: Kinds = Kinds::SCHEDULE;
    const IN_RECORDS: bool = false;
    const NAME: &'static str = "the scheduled event";
}

impl Schedule {
    /// The id of the event. It may be delivered twice.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The time of the schedule. `None` if the event does not have a time in RFC 3339.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        rfc3339(&self.time)
    }

    /// The names of the rules or schedules.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        let arns = self.resources.iter();
        arns.filter_map(|arn| arn.rsplit('/').next())
    }

    /// The ARNs of the rules or schedules.
    pub fn arns(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(String::as_str)
    }
}
