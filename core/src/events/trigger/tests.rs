//! Which handlers would take the same events.

use super::*;
use crate::env;

fn records(kind: RecordKind, from: impl Into<Setting>) -> Trigger {
    Trigger::Records {
        kind,
        from: Some(from.into()),
    }
}

fn any_record(kind: RecordKind) -> Trigger {
    Trigger::Records { kind, from: None }
}

fn bridge(
    source: &'static [&'static str],
    detail_type: &'static [&'static str],
    detail: &'static [(&'static str, &'static str)],
) -> Trigger {
    Trigger::EventBridge {
        source,
        detail_type,
        detail,
    }
}

fn schedule(rule: Option<&'static str>) -> Trigger {
    Trigger::Schedule {
        expression: None,
        rule,
    }
}

fn any(key: Option<&'static str>) -> Trigger {
    Trigger::Any { key }
}

#[test]
fn handlers_that_take_the_same_events_overlap() {
    use RecordKind::{S3, Sns, Sqs};
    const ORDERS: &str = "arn:aws:sqs:eu-west-1:123456789012:orders";
    const ELSEWHERE: &str = "arn:aws:sqs:us-east-1:123456789012:orders";
    const URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
    for (one, other, expected) in [
        (any_record(Sqs), any_record(Sqs), true),
        (any_record(Sqs), any_record(Sns), false),
        (any_record(Sqs), records(Sqs, "orders"), true),
        (records(Sqs, "orders"), records(Sqs, "orders"), true),
        (records(Sqs, "orders"), records(Sqs, "imports"), false),
        (records(Sqs, "orders"), records(Sns, "orders"), false),
        (records(Sqs, "orders"), records(Sqs, ORDERS), true),
        (records(Sqs, URL), records(Sqs, ORDERS), true),
        (records(Sqs, ELSEWHERE), records(Sqs, ORDERS), false),
        (records(S3, "a"), records(S3, "arn:aws:s3:::a"), true),
        (records(Sqs, env("A")), records(Sqs, env("A")), true),
        (records(Sqs, env("A")), records(Sqs, env("B")), false),
        (records(Sqs, env("A")), records(Sqs, "orders"), false),
        (bridge(&[], &[], &[]), bridge(&["a"], &["b"], &[]), true),
        (bridge(&["a"], &[], &[]), bridge(&[], &["b"], &[]), true),
        (
            bridge(&["a", "b"], &[], &[]),
            bridge(&["b", "c"], &[], &[]),
            true,
        ),
        (bridge(&["a"], &[], &[]), bridge(&["b"], &[], &[]), false),
        (
            bridge(&["a"], &["b"], &[]),
            bridge(&["a"], &["c"], &[]),
            false,
        ),
        (
            bridge(&["a"], &[], &[("x", "1")]),
            bridge(&["a"], &[], &[("x", "2")]),
            false,
        ),
        (
            bridge(&["a"], &[], &[("x", "1")]),
            bridge(&["a"], &[], &[("y", "2")]),
            true,
        ),
        (schedule(None), schedule(Some("a")), true),
        (schedule(Some("a")), schedule(Some("a")), true),
        (schedule(Some("a")), schedule(Some("b")), false),
        (schedule(Some("a")), schedule(Some("default/a")), true),
        (schedule(Some("x/a")), schedule(Some("y/a")), false),
        (schedule(Some("a/x")), schedule(Some("a")), false),
        (schedule(Some("a")), bridge(&[], &[], &[]), true),
        (schedule(None), bridge(&["aws.scheduler"], &[], &[]), true),
        (
            schedule(None),
            bridge(&["aws.events"], &["Scheduled Event"], &[]),
            true,
        ),
        (
            schedule(None),
            bridge(&["aws.events"], &["Other"], &[]),
            false,
        ),
        (schedule(None), bridge(&["shop"], &[], &[]), false),
        (schedule(None), any(None), false),
        (any_record(Sqs), any(None), false),
        (any(None), any(None), true),
        (any(None), any(Some("a")), false),
        (any(Some("a")), any(Some("a")), true),
        (any(Some("a")), any(Some("b")), false),
    ] {
        assert_eq!(one.overlaps(&other), expected, "{one} and {other}");
        assert_eq!(other.overlaps(&one), expected, "{other} and {one}");
    }
}

#[test]
fn the_handlers_of_any_are_asked_last() {
    let mut triggers = [
        any(None),
        any(Some("requestContext")),
        Trigger::WebSocket(SocketRoute::Default),
        Trigger::WebSocket(SocketRoute::Named("send")),
    ];
    triggers.sort_by_key(Trigger::rank);
    let order = triggers.map(|trigger| trigger.to_string());
    assert_eq!(
        order,
        [
            "route = send",
            "message",
            "any(key = requestContext)",
            "any"
        ]
    );
}

#[test]
fn texts_of_a_detail_fit_as_in_a_pattern() {
    for (detail, expected) in [
        (r#"{"order": {"state": "paid"}}"#, true),
        (r#"{"order": {"state": ["open", "paid"]}}"#, true),
        (r#"{"order": [{"state": "open"}, {"state": "paid"}]}"#, true),
        (r#"{"order": {"state": "open"}}"#, false),
        (r#"{"order": {"state": ["open"]}}"#, false),
        (r#"{"order": {"state": {"paid": "paid"}}}"#, false),
        (r#"{"order": "paid"}"#, false),
        (r#"{"order.state": "paid"}"#, false),
        (r#"{"order": {"state": 7}}"#, false),
        ("null", false),
        ("{", false),
    ] {
        let found = matches(detail, &[("order.state", "paid")]);
        assert_eq!(found, expected, "{detail}");
    }
    assert!(matches(
        r#"{"a": "1", "b": "2"}"#,
        &[("a", "1"), ("b", "2")]
    ));
    assert!(!matches(r#"{"a": "1"}"#, &[("a", "1"), ("b", "2")]));
}

#[test]
fn rules_are_known_by_their_name_in_the_arn() {
    for (arn, rule, expected) in [
        ("arn:aws:events:eu-west-1:1:rule/nightly", "nightly", true),
        (
            "arn:aws:events:eu-west-1:1:rule/bus/nightly",
            "nightly",
            true,
        ),
        (
            "arn:aws:events:eu-west-1:1:rule/bus/nightly",
            "bus/nightly",
            true,
        ),
        (
            "arn:aws:scheduler:eu-west-1:1:schedule/default/nightly",
            "nightly",
            true,
        ),
        ("arn:aws:events:eu-west-1:1:rule/nightly", "night", false),
        ("arn:aws:events:eu-west-1:1:rule/bus/nightly", "bus", false),
        ("nightly", "nightly", false),
    ] {
        assert_eq!(is_rule(arn, rule), expected, "{arn} {rule}");
    }
}
