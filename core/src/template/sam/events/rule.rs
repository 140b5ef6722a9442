//! Rules of EventBridge, for events and for schedules.

use super::{
    pattern,
    wiring::{Wiring, attribute, failed_events},
};
use crate::{
    events::Listed,
    template::tree::{Map, Node},
};

const PRINCIPAL: &str = "events.amazonaws.com";

/// Adds the rule for events: by source, type and detail, of which an empty list stands for any.
pub(super) fn add(
    wiring: &mut Wiring<'_>,
    listed: &Listed,
    [source, detail_type]: [&[&str]; 2],
    detail: &[(&str, &str)],
) {
    let some = |texts: &[&str]| Some(Node::texts(texts)).filter(|_| !texts.is_empty());
    let nested = pattern::nested(detail).unwrap_or_else(|path| {
        wiring.errors.push(format!(
            "the event handler {}: `{path}` of the detail is to be two things at once, so no event matches",
            listed.handler.origin()
        ));
        Map::new()
    });
    let mut pattern = Map::new()
        .with_some("source", some(source))
        .with_some("detail-type", some(detail_type))
        .with_some("detail", Some(nested).filter(|all| !all.is_empty()));
    if pattern.is_empty() {
        // A rule cannot have an empty pattern.
        pattern.push("account", vec![Node::reference("AWS::AccountId")]);
        wiring.warnings.push(format!(
            "the event handler {} takes all events of the default event bus",
            listed.handler.origin()
        ));
    }
    rule(wiring, listed, Map::new().with("EventPattern", pattern));
}

/// Adds the rule of a schedule.
pub(super) fn add_schedule(
    wiring: &mut Wiring<'_>,
    listed: &Listed,
    expression: Option<&str>,
    name: Option<&str>,
) {
    let Some(expression) = expression else {
        wiring.errors.push(format!(
            "the event handler {} has no schedule: write it for the template, as in `schedule(\"rate(1 day)\")`",
            listed.handler.origin()
        ));
        return;
    };
    // A handler may name the event bus, too: `default/nightly`.
    let name = name.and_then(|name| name.rsplit('/').next());
    let properties = Map::new()
        .with_some("Name", name)
        .with("ScheduleExpression", expression);
    rule(wiring, listed, properties);
}

fn rule(wiring: &mut Wiring<'_>, listed: &Listed, properties: Map) {
    wiring.failures.is_asynchronous = true;
    let id = wiring.id(listed, None, "Rule");
    let arn = attribute(&id, "Arn");
    let failed = Map::new().with("Arn", failed_events());
    let target = Map::new()
        .with("Id", "Function")
        .with("Arn", attribute("Function", "Arn"))
        .with("DeadLetterConfig", failed);
    let properties = properties.with("Targets", vec![Node::Map(target)]);
    wiring.resource(&id, "AWS::Events::Rule", Map::new(), properties);
    wiring.failures.senders.push((PRINCIPAL, arn.clone()));
    let source = Map::new().with("SourceArn", arn);
    wiring.permit(&format!("{id}Permission"), PRINCIPAL, source);
}
