//! Notifications of SNS.

use super::{
    S3Event,
    facts::{REGION, TIME, arn, builder, last, uuid, value},
};
use crate::event::Patch;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Builder of the event that SNS sends for a notification of a topic.
///
/// ```
/// use lambda_api_testing::SnsEvent;
/// use serde_json::json;
///
/// let event = SnsEvent::new().topic("orders").message(&json!({"sku": "tea"})).subject("placed").to_value();
/// let notification = &event["Records"][0]["Sns"];
/// assert_eq!(notification["TopicArn"], "arn:aws:sns:eu-west-1:123456789012:orders");
/// assert_eq!(notification["Message"], r#"{"sku":"tea"}"#);
/// ```
///
/// For a queue that is subscribed to the topic, see [`SqsEvent::sns`](crate::SqsEvent::sns).
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct SnsEvent {
    topic: String,
    notifications: Vec<Notification>,
    patches: Vec<Patch>,
}

#[derive(Clone, Debug)]
struct Notification {
    message: String,
    subject: Option<String>,
    attributes: Map<String, Value>,
}

impl SnsEvent {
    /// No notifications, of the topic `topic`.
    pub fn new() -> Self {
        Self {
            topic: "topic".to_owned(),
            notifications: Vec::new(),
            patches: Vec::new(),
        }
    }

    /// The name of the topic, or its ARN.
    pub fn topic(mut self, name_or_arn: &str) -> Self {
        name_or_arn.clone_into(&mut self.topic);
        self
    }

    /// Adds a notification whose message is JSON. SNS sends one with each event.
    #[track_caller]
    pub fn message(self, message: &(impl Serialize + ?Sized)) -> Self {
        self.text(value(message).to_string())
    }

    /// Adds a notification whose message is any text.
    pub fn text(mut self, message: impl Into<String>) -> Self {
        self.notifications.push(Notification {
            message: message.into(),
            subject: None,
            attributes: Map::new(),
        });
        self
    }

    /// Adds a notification with those of a bucket that sends them to the topic.
    pub fn s3(self, event: &S3Event) -> Self {
        self.text(event.to_value().to_string())
    }

    /// Sets the subject of the notification that was added last.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn subject(mut self, subject: &str) -> Self {
        last(&mut self.notifications, "notification").subject = Some(subject.to_owned());
        self
    }

    /// Adds an attribute, as text, to the notification that was added last.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn attribute(mut self, name: &str, text: &str) -> Self {
        let attribute = json!({"Type": "String", "Value": text});
        let notification = last(&mut self.notifications, "notification");
        notification.attributes.insert(name.to_owned(), attribute);
        self
    }

    fn arn(&self) -> String {
        match self.topic.starts_with("arn:") {
            true => self.topic.clone(),
            false => arn("sns", &self.topic),
        }
    }

    fn event(&self) -> Value {
        let arn = self.arn();
        let notifications = self.notifications.iter().enumerate();
        let record = |(at, notification): (usize, &Notification)| {
            json!({
                "EventVersion": "1.0",
                "EventSubscriptionArn": format!("{arn}:{}", uuid(3, 0)),
                "EventSource": "aws:sns",
                "Sns": notification.content(at, &arn),
            })
        };
        json!({"Records": notifications.map(record).collect::<Vec<_>>()})
    }

    /// The bodies of the messages in a queue that is subscribed. Some members are spelled differently.
    pub(super) fn bodies(&self) -> Vec<Value> {
        let mut event = self.to_value();
        let records = event["Records"].as_array_mut().map(std::mem::take);
        let records = records.unwrap_or_default().into_iter();
        records
            .map(|mut record| in_queue(record["Sns"].take()))
            .collect()
    }
}

/// A notification as the body of a message.
fn in_queue(mut notification: Value) -> Value {
    if let Some(members) = notification.as_object_mut() {
        for (direct, queued) in [
            ("SigningCertUrl", "SigningCertURL"),
            ("UnsubscribeUrl", "UnsubscribeURL"),
        ] {
            if let Some(url) = members.remove(direct) {
                members.insert(queued.to_owned(), url);
            }
        }
        if members.get("Subject").is_some_and(Value::is_null) {
            members.remove("Subject");
        }
    }
    notification
}

builder!(SnsEvent, default);

impl Notification {
    fn content(&self, at: usize, arn: &str) -> Value {
        let host = format!("https://sns.{REGION}.amazonaws.com");
        json!({
            "Type": "Notification",
            "MessageId": uuid(2, at),
            "TopicArn": arn,
            "Subject": self.subject,
            "Message": self.message,
            "Timestamp": TIME,
            "SignatureVersion": "1",
            "Signature": "ZXhhbXBsZQ==",
            "SigningCertUrl": format!("{host}/SimpleNotificationService-example.pem"),
            "UnsubscribeUrl": format!("{host}/?Action=Unsubscribe&SubscriptionArn={arn}:{}", uuid(3, 0)),
            "MessageAttributes": self.attributes,
        })
    }
}
