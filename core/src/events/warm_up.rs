//! Invocations that only keep a function warm.

use super::event::Event;
use serde_json::Value;

/// Responds to invocations that only keep the function warm, for
/// [`Api::on_other_event`](crate::Api::on_other_event).
///
/// These are scheduled events of EventBridge and its Scheduler, the events of the plugin `serverless-plugin-warmup`, and
/// events with a member `warmer` that is `true`. Other events still fail.
///
/// In a program with handlers of `schedule`, a scheduled event that none of them takes fails, too: its rule was perhaps
/// renamed, and its work would not be done. Add a handler for the rule that keeps the function warm, such as
/// `#[event_handler(schedule("rate(5 minutes)", rule = "warm"))]` of a function that does nothing.
///
/// ```
/// use lambda_api::{Api, events};
///
/// let api = Api::new().on_other_event(events::warm_up);
/// ```
#[must_use]
pub fn warm_up(event: &Event) -> Option<Value> {
    let members: Value = event.read().ok()?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let is_warm_up = match (text("source"), text("detail-type")) {
        (Some("aws.events" | "aws.scheduler"), Some("Scheduled Event")) => !event.has_schedules(),
        (Some("serverless-plugin-warmup"), _) => true,
        _ => members.get("warmer") == Some(&Value::Bool(true)),
    };
    is_warm_up.then_some(Value::Null)
}
