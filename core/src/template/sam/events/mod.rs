//! What the handlers of events need: what sends the events, permissions, and queues for what failed.
//!
//! All of it is resources, and not `Events` of the function: the policies that AWS SAM adds for those of
//! SQS, DynamoDB and Kinesis allow every queue and every stream of the account, and only a resource can get
//! more properties by hand.

mod authorizer;
mod bucket;
mod failed;
mod pattern;
mod queue;
mod rule;
mod socket;
mod stream;
mod topic;
mod wiring;

pub(in crate::template) use stream::is_read;
pub(in crate::template) use wiring::Wired;

use crate::{
    events::{Listed, RecordKind, Trigger},
    template::{described::Described, plan::Plan, values::Values},
};
use wiring::Wiring;

/// What the handlers of events add to a template. The variables are added to the values.
pub(in crate::template) fn wire(
    api: &Described<'_>,
    plan: Option<&Plan>,
    values: &mut Values,
    errors: &mut Vec<String>,
    warnings: &mut Vec<String>,
) -> Wired {
    let mut wiring = Wiring::new(api, values);
    for listed in api.handlers {
        add(&mut wiring, listed);
    }
    authorizer::add(&mut wiring, api, plan);
    socket::add(&mut wiring, api);
    failed::add(&mut wiring);
    wiring.done(errors, warnings)
}

/// Adds what one handler needs.
fn add(wiring: &mut Wiring<'_>, listed: &Listed) {
    match &listed.trigger {
        Trigger::Records { kind, from } => {
            let from = from.as_ref();
            match kind {
                RecordKind::Sqs => queue::add(wiring, listed, from),
                RecordKind::S3 => bucket::add(wiring, listed, from),
                RecordKind::Sns => topic::add(wiring, listed, from),
                RecordKind::DynamoDb => stream::add_of_table(wiring, listed, from),
                RecordKind::Kinesis => stream::add(wiring, listed, from),
            }
        }
        Trigger::EventBridge {
            source,
            detail_type,
            detail,
        } => rule::add(wiring, listed, [source, detail_type], detail),
        Trigger::Schedule { expression, rule } => {
            rule::add_schedule(wiring, listed, *expression, *rule);
        }
        // Which API asks it depends on all handlers, and all handlers of WebSocket APIs are routes of one.
        Trigger::Authorizer(_) | Trigger::WebSocket(_) => {}
        // Whatever invokes the function.
        Trigger::Any { .. } => {
            let handler = &listed.handler;
            wiring.comment(format!(
                "{}::{} takes other events: what sends them needs the permission to invoke the function.",
                handler.module, handler.name
            ));
            wiring.failures.is_asynchronous = true;
        }
    }
}
