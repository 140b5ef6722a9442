//! Queues of SQS.

use super::wiring::Wiring;
use crate::{
    events::Listed,
    setting::Setting,
    template::tree::{Map, Node},
};

/// How often a message is received before it is in the dead-letter queue. AWS recommends 5 at least.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
const RECEIVES: u32 = 5;
/// The visibility timeout by the timeout of the function, from the same page.
const VISIBILITY: u64 = 6;
/// The longest time for which SQS keeps a message: 14 days.
pub(super) const LONGEST: u32 = 1_209_600;

/// Adds the mapping of a queue, and the queue if it is not one that exists.
pub(super) fn add(wiring: &mut Wiring<'_>, listed: &Listed, from: Option<&Setting>) {
    let id = Wiring::id(listed, from, "Queue");
    let arn = match from.and_then(|from| wiring.values.known(from)) {
        Some(known) => arn(known),
        None => created(wiring, &id, from),
    };
    wiring.allow(
        &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
        ],
        arn.clone(),
    );
    wiring.map(&format!("{id}Mapping"), arn, Map::new());
}

/// The ARN of a queue by its ARN or its name.
fn arn(known: Node) -> Node {
    match known {
        Node::Text(name) if !name.contains(':') => Node::sub(format!(
            "arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{name}"
        )),
        known => known,
    }
}

fn created(wiring: &mut Wiring<'_>, id: &str, from: Option<&Setting>) -> Node {
    let failed = format!("{id}DeadLetters");
    let arn = |id: &str| Node::GetAtt(format!("{id}.Arn"));
    let timeout = wiring.function.timeout_or_default().as_secs();
    let redrive = Map::new()
        .with("deadLetterTargetArn", arn(&failed))
        .with("maxReceiveCount", RECEIVES);
    let queue = Map::new()
        .with("VisibilityTimeout", timeout.saturating_mul(VISIBILITY))
        .with("RedrivePolicy", redrive);
    wiring.resource(id, "AWS::SQS::Queue", Map::new(), queue);
    wiring.output(id);
    let queue = Map::new().with("MessageRetentionPeriod", LONGEST);
    wiring.resource(&failed, "AWS::SQS::Queue", Map::new(), queue);
    wiring.output(&failed);
    if let Some(variable) = from.and_then(Setting::variable) {
        wiring.values.set(variable, arn(id));
    }
    arn(id)
}
