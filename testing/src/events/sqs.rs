//! Messages of SQS.

use super::{
    EventBridgeEvent, S3Event, SnsEvent,
    facts::{REGION, TIME_MS, arn, builder, last, uuid, value},
};
use crate::event::Patch;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Builder of the event with which Lambda hands over messages of a queue.
///
/// ```
/// use lambda_api_testing::SqsEvent;
/// use serde_json::json;
///
/// let event = SqsEvent::new()
///     .queue("orders")
///     .message(&json!({"sku": "tea"}))
///     .message(&json!({"sku": "milk"}))
///     .receive_count(3)
///     .to_value();
/// let second = &event["Records"][1];
/// assert_eq!(second["eventSourceARN"], "arn:aws:sqs:eu-west-1:123456789012:orders");
/// assert_eq!(second["body"], r#"{"sku":"milk"}"#);
/// assert_eq!(second["attributes"]["ApproximateReceiveCount"], "3");
/// ```
///
/// The checksums of the messages, `md5OfBody`, are left out.
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct SqsEvent {
    queue: String,
    /// The group of the messages that are added next.
    group: Option<String>,
    messages: Vec<Message>,
    patches: Vec<Patch>,
}

#[derive(Clone, Debug)]
struct Message {
    id: String,
    body: String,
    group: Option<String>,
    receive_count: u32,
    attributes: Map<String, Value>,
}

impl SqsEvent {
    /// No messages, of the queue `queue`.
    pub fn new() -> Self {
        Self {
            queue: "queue".to_owned(),
            group: None,
            messages: Vec::new(),
            patches: Vec::new(),
        }
    }

    /// The name of the queue, or its ARN.
    pub fn queue(mut self, name_or_arn: &str) -> Self {
        name_or_arn.clone_into(&mut self.queue);
        self
    }

    /// Makes it a FIFO queue, and the messages that are added next messages of this group. The name of
    /// the queue gets the suffix `.fifo` if it lacks it.
    ///
    /// ```
    /// use lambda_api_testing::SqsEvent;
    ///
    /// let event = SqsEvent::new().queue("orders").fifo("alice").text("one").fifo("bob").text("two");
    /// let records = event.to_value()["Records"].take();
    /// assert_eq!(records[0]["eventSourceARN"], "arn:aws:sqs:eu-west-1:123456789012:orders.fifo");
    /// assert_eq!(records[1]["attributes"]["MessageGroupId"], "bob");
    /// ```
    pub fn fifo(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }

    /// Adds a message whose body is JSON.
    #[track_caller]
    pub fn message(self, body: &(impl Serialize + ?Sized)) -> Self {
        self.text(value(body).to_string())
    }

    /// Adds a message whose body is any text.
    pub fn text(mut self, body: impl Into<String>) -> Self {
        self.messages.push(Message {
            id: uuid(1, self.messages.len()),
            body: body.into(),
            group: self.group.clone(),
            receive_count: 1,
            attributes: Map::new(),
        });
        self
    }

    /// Adds a message with notifications of a bucket that sends them to the queue.
    pub fn s3(self, event: &S3Event) -> Self {
        self.text(event.to_value().to_string())
    }

    /// Adds a message for each notification of a topic that the queue is subscribed to, without raw
    /// message delivery.
    pub fn sns(self, event: &SnsEvent) -> Self {
        let bodies = event.bodies().into_iter();
        bodies.fold(self, |event, body| event.text(body.to_string()))
    }

    /// Adds a message with the event of a rule whose target is the queue.
    pub fn event_bridge(self, event: &EventBridgeEvent) -> Self {
        self.text(event.to_value().to_string())
    }

    /// Sets the id of the message that was added last.
    ///
    /// # Panics
    /// If there is no message.
    #[track_caller]
    pub fn message_id(mut self, id: &str) -> Self {
        id.clone_into(&mut last(&mut self.messages, "message").id);
        self
    }

    /// Sets how often the message that was added last has been received.
    ///
    /// # Panics
    /// If there is no message.
    #[track_caller]
    pub fn receive_count(mut self, count: u32) -> Self {
        last(&mut self.messages, "message").receive_count = count;
        self
    }

    /// Adds an attribute, as text, to the message that was added last.
    ///
    /// # Panics
    /// If there is no message.
    #[track_caller]
    pub fn attribute(mut self, name: &str, text: &str) -> Self {
        let attribute = json!({
            "dataType": "String",
            "stringValue": text,
            "stringListValues": [],
            "binaryListValues": [],
        });
        let message = last(&mut self.messages, "message");
        message.attributes.insert(name.to_owned(), attribute);
        self
    }

    fn arn(&self) -> String {
        let is_fifo = self.messages.iter().any(|message| message.group.is_some());
        let mut queue = match self.queue.starts_with("arn:") {
            true => self.queue.clone(),
            false => arn("sqs", &self.queue),
        };
        if is_fifo && !queue.ends_with(".fifo") {
            queue.push_str(".fifo");
        }
        queue
    }

    fn event(&self) -> Value {
        let arn = self.arn();
        let records = self.messages.iter().enumerate();
        let records: Vec<_> = records
            .map(|(at, message)| message.record(at, &arn))
            .collect();
        json!({"Records": records})
    }
}

builder!(SqsEvent, default);

impl Message {
    fn record(&self, at: usize, arn: &str) -> Value {
        let mut attributes = json!({
            "ApproximateReceiveCount": self.receive_count.to_string(),
            "SentTimestamp": TIME_MS.to_string(),
            "SenderId": "AIDAEXAMPLE0000000000",
            "ApproximateFirstReceiveTimestamp": (TIME_MS + 1).to_string(),
        });
        if let Some(group) = &self.group {
            attributes["MessageGroupId"] = json!(group);
            attributes["MessageDeduplicationId"] = json!(format!("deduplication-{at}"));
            attributes["SequenceNumber"] = json!(format!("188494960000000{at:05}"));
        }
        json!({
            "messageId": self.id,
            "receiptHandle": format!("AQEBexample{at}"),
            "body": self.body,
            "attributes": attributes,
            "messageAttributes": self.attributes,
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
            "awsRegion": REGION,
        })
    }
}
