//! What the handlers of events need: what sends the events, permissions, and queues for what failed.
//!
//! All of it is resources, and not `Events` of the function: the policies that AWS SAM adds for those of
//! SQS, DynamoDB and Kinesis allow every queue and every stream of the account, and only a resource can have
//! properties that are added by hand.

mod queue;
mod wiring;

pub(in crate::template) use wiring::Wired;

use crate::{
    events::{Listed, RecordKind, Trigger},
    template::{described::Described, values::Values},
};
use wiring::Wiring;

/// What the handlers of events add to a template. The variables are added to the values.
pub(in crate::template) fn wire(
    api: &Described<'_>,
    values: &mut Values,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Wired {
    let mut wiring = Wiring::new(api, values);
    for listed in &api.handlers {
        add(&mut wiring, listed);
    }
    wiring.done(errors, warnings)
}

/// Adds what one handler needs.
fn add(wiring: &mut Wiring<'_>, listed: &Listed) {
    match &listed.trigger {
        Trigger::Records { kind, from } => match kind {
            RecordKind::Sqs => queue::add(wiring, listed, from.as_ref()),
            RecordKind::S3 | RecordKind::Sns | RecordKind::DynamoDb | RecordKind::Kinesis => {}
        },
        Trigger::EventBridge { .. } | Trigger::Schedule { .. } => {}
        Trigger::Any { .. } => {}
    }
}
