//! Topics of SNS.

use super::wiring::{Wiring, arn_of, attribute, failed_events};
use crate::{
    events::Listed,
    setting::Setting,
    template::tree::{Map, Node},
};

const PRINCIPAL: &str = "sns.amazonaws.com";

/// Adds the subscription to a topic, and the topic if the program does not name one.
pub(super) fn add(wiring: &mut Wiring<'_>, listed: &Listed, from: Option<&Setting>) {
    wiring.failures.is_asynchronous = true;
    let id = wiring.id(listed, from, "Topic");
    let topic = match from.and_then(|from| wiring.values.known(from)) {
        Some(known) => arn_of(known, "sns:${AWS::Region}:${AWS::AccountId}:"),
        None => {
            wiring.resource(&id, "AWS::SNS::Topic", Map::new(), Map::new());
            wiring.output(&id);
            let topic = Node::reference(&id);
            wiring.set(from, topic.clone());
            topic
        }
    };
    let source = Map::new().with("SourceArn", topic.clone());
    wiring.permit(&format!("{id}Permission"), PRINCIPAL, source);
    wiring.failures.senders.push((PRINCIPAL, topic.clone()));
    let redrive = Map::new().with("deadLetterTargetArn", failed_events());
    let subscription = Map::new()
        .with("Protocol", "lambda")
        .with("Endpoint", attribute("Function", "Arn"))
        .with("TopicArn", topic)
        .with("RedrivePolicy", redrive);
    let id = format!("{id}Subscription");
    wiring.resource(&id, "AWS::SNS::Subscription", Map::new(), subscription);
}
