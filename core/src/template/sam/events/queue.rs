//! Queues of SQS.

use super::wiring::{LONGEST_RETENTION, Wiring, arn_of, attribute};
use crate::{
    events::{Listed, QueueUrl},
    setting::Setting,
    template::tree::{Map, Node},
};

/// How often a message is received before it is moved to the dead-letter queue. AWS recommends at least 5.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
const RECEIVES: u32 = 5;
/// The visibility timeout in timeouts of the function, from the same page.
const VISIBILITY: u64 = 6;

/// The end of the name of a FIFO queue.
const FIFO: &str = ".fifo";
const LONGEST_NAME: usize = 80;

/// Adds the mapping of a queue, and the queue if the program does not name one.
pub(super) fn add(wiring: &mut Wiring<'_>, listed: &Listed, from: Option<&Setting>) {
    let id = wiring.id(listed, from, "Queue");
    let arn = match from.and_then(|from| wiring.values.known(from)) {
        Some(known) => {
            of_url(&known).unwrap_or_else(|| arn_of(known, "sqs:${AWS::Region}:${AWS::AccountId}:"))
        }
        None => created(wiring, &id, from),
    };
    let actions = [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
    ];
    wiring.allow(&actions, arn.clone());
    wiring.map(&id, arn, Map::new());
}

/// The ARN of a queue that is given by its URL.
fn of_url(known: &Node) -> Option<Node> {
    let Node::Text(text) = known else {
        return None;
    };
    let url = QueueUrl::parse(text)?;
    let region = url.region.unwrap_or("${AWS::Region}");
    let (account, name) = (url.account, url.name);
    Some(Node::sub(format!(
        "arn:${{AWS::Partition}}:sqs:{region}:{account}:{name}"
    )))
}

fn created(wiring: &mut Wiring<'_>, id: &str, from: Option<&Setting>) -> Node {
    let failed = format!("{id}DeadLetters");
    let timeout = wiring.function.timeout_or_default().as_secs();
    let local = from.and_then(Setting::local);
    let is_fifo = local.is_some_and(|name| name.ends_with(FIFO));
    // The dead-letter queue of a FIFO queue is one, too.
    let kind = |id: &str| if is_fifo { fifo(id) } else { Map::new() };
    let redrive = Map::new()
        .with("deadLetterTargetArn", attribute(&failed, "Arn"))
        .with("maxReceiveCount", RECEIVES);
    let queue = kind(id)
        .with("VisibilityTimeout", timeout.saturating_mul(VISIBILITY))
        .with("RedrivePolicy", redrive);
    wiring.resource(id, "AWS::SQS::Queue", Map::new(), queue);
    let queue = kind(&failed).with("MessageRetentionPeriod", LONGEST_RETENTION);
    wiring.resource(&failed, "AWS::SQS::Queue", Map::new(), queue);
    wiring.output(id);
    wiring.output(&failed);
    let arn = attribute(id, "Arn");
    wiring.set(from, arn.clone());
    arn
}

/// What a FIFO queue has beside the other properties. CloudFormation does not shorten the names that it chooses for
/// these queues.
fn fifo(id: &str) -> Map {
    let name = format!("${{AWS::StackName}}-{id}{FIFO}");
    let longest = LONGEST_NAME.saturating_sub(id.len() + 1 + FIFO.len());
    let comment =
        format!("SQS allows {LONGEST_NAME} characters: the name of the stack can have {longest}.");
    let mut properties = Map::new();
    properties.push_with(vec![comment], "QueueName", Node::sub(name));
    properties.with("FifoQueue", true)
}
