//! Events of EventBridge, and of its schedules.

use super::facts::{ACCOUNT, REGION, TIME_S, arn, builder, uuid, value};
use crate::event::Patch;
use serde::Serialize;
use serde_json::{Value, json};

/// Builder of an event of EventBridge.
///
/// ```
/// use lambda_api_testing::EventBridgeEvent;
/// use serde_json::json;
///
/// let event = EventBridgeEvent::new("shop.orders", "OrderPlaced").detail(&json!({"id": 7})).to_value();
/// assert_eq!(event["source"], "shop.orders");
/// assert_eq!(event["detail-type"], "OrderPlaced");
/// assert_eq!(event["detail"]["id"], 7);
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct EventBridgeEvent {
    source: String,
    detail_type: String,
    detail: Value,
    resources: Vec<String>,
    patches: Vec<Patch>,
}

impl EventBridgeEvent {
    /// An event with this source and detail type, and an empty detail.
    pub fn new(source: &str, detail_type: &str) -> Self {
        Self {
            source: source.to_owned(),
            detail_type: detail_type.to_owned(),
            detail: json!({}),
            resources: Vec::new(),
            patches: Vec::new(),
        }
    }

    /// The event of a new object, of a bucket that sends its notifications to EventBridge. Unlike in the
    /// notifications of S3 itself, the key is not encoded.
    pub fn object_created(bucket: &str, key: &str) -> Self {
        let detail = json!({
            "version": "0",
            "bucket": {"name": bucket},
            "object": {
                "key": key,
                "size": 1024,
                "etag": "d41d8cd98f00b204e9800998ecf8427e",
                "sequencer": "0055AED6DCD90281E5",
            },
            "request-id": "C3D13FE58DE4C810",
            "requester": ACCOUNT,
            "source-ip-address": "192.0.2.7",
            "reason": "PutObject",
        });
        Self::new("aws.s3", "Object Created")
            .resource(&format!("arn:aws:s3:::{bucket}"))
            .detail(&detail)
    }

    /// The detail.
    #[track_caller]
    pub fn detail(mut self, detail: &(impl Serialize + ?Sized)) -> Self {
        self.detail = value(detail);
        self
    }

    /// Adds the ARN of a resource that the event is about.
    pub fn resource(mut self, arn: &str) -> Self {
        self.resources.push(arn.to_owned());
        self
    }

    fn event(&self) -> Value {
        json!({
            "version": "0",
            "id": uuid(4, 0),
            "detail-type": self.detail_type,
            "source": self.source,
            "account": ACCOUNT,
            "time": TIME_S,
            "region": REGION,
            "resources": self.resources,
            "detail": self.detail,
        })
    }
}

builder!(EventBridgeEvent);

/// Builder of the event of a schedule: of a rule of EventBridge that has one.
///
/// EventBridge Scheduler sends the input that it was given, as it is: use `json!` for that.
///
/// ```
/// use lambda_api_testing::ScheduleEvent;
///
/// let event = ScheduleEvent::new().rule("nightly").to_value();
/// assert_eq!(event["detail-type"], "Scheduled Event");
/// assert_eq!(event["resources"][0], "arn:aws:events:eu-west-1:123456789012:rule/nightly");
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct ScheduleEvent {
    rule: String,
    time: String,
    patches: Vec<Patch>,
}

impl ScheduleEvent {
    /// An event of the rule `schedule`.
    pub fn new() -> Self {
        Self {
            rule: "schedule".to_owned(),
            time: TIME_S.to_owned(),
            patches: Vec::new(),
        }
    }

    /// The name of the rule.
    pub fn rule(mut self, name: &str) -> Self {
        name.clone_into(&mut self.rule);
        self
    }

    /// The time for which the event was planned, such as `2026-01-02T03:04:00Z`.
    pub fn time(mut self, time: &str) -> Self {
        time.clone_into(&mut self.time);
        self
    }

    fn event(&self) -> Value {
        let rule = arn("events", &format!("rule/{}", self.rule));
        let event = EventBridgeEvent::new("aws.events", "Scheduled Event").resource(&rule);
        event.set("/time", self.time.as_str()).to_value()
    }
}

builder!(ScheduleEvent, default);
