//! Changes of a DynamoDB table.

use super::facts::{REGION, TIME_MS, arn, builder, value};
use crate::event::Patch;
use serde::Serialize;
use serde_json::{Value, json};

/// Builder of the event with which Lambda hands over changes of a DynamoDB table.
///
/// Keys and items are plain JSON here, and in the event as DynamoDB writes them.
///
/// ```
/// use lambda_api_testing::DynamoDbEvent;
/// use serde_json::json;
///
/// let event = DynamoDbEvent::new()
///     .table("orders")
///     .inserted(&json!({"id": 7}), &json!({"id": 7, "sku": "tea"}))
///     .removed(&json!({"id": 6}), &json!({"id": 6, "sku": "milk"}))
///     .to_value();
/// let change = &event["Records"][0];
/// assert_eq!(change["eventName"], "INSERT");
/// assert_eq!(change["dynamodb"]["NewImage"], json!({"id": {"N": "7"}, "sku": {"S": "tea"}}));
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct DynamoDbEvent {
    table: String,
    changes: Vec<Change>,
    patches: Vec<Patch>,
}

#[derive(Clone, Debug)]
struct Change {
    name: &'static str,
    keys: Value,
    old: Option<Value>,
    new: Option<Value>,
}

impl DynamoDbEvent {
    /// No changes, of the table `table`.
    pub fn new() -> Self {
        Self {
            table: "table".to_owned(),
            changes: Vec::new(),
            patches: Vec::new(),
        }
    }

    /// The name of the table, or the ARN of its stream.
    pub fn table(mut self, name_or_arn: &str) -> Self {
        name_or_arn.clone_into(&mut self.table);
        self
    }

    /// Adds the change of a new item.
    #[track_caller]
    pub fn inserted(
        self,
        keys: &(impl Serialize + ?Sized),
        new: &(impl Serialize + ?Sized),
    ) -> Self {
        self.change("INSERT", value(keys), None, Some(value(new)))
    }

    /// Adds the change of an item, with both of its images.
    #[track_caller]
    pub fn modified(
        self,
        keys: &(impl Serialize + ?Sized),
        old: &(impl Serialize + ?Sized),
        new: &(impl Serialize + ?Sized),
    ) -> Self {
        self.change("MODIFY", value(keys), Some(value(old)), Some(value(new)))
    }

    /// Adds the change of an item that is gone.
    #[track_caller]
    pub fn removed(
        self,
        keys: &(impl Serialize + ?Sized),
        old: &(impl Serialize + ?Sized),
    ) -> Self {
        self.change("REMOVE", value(keys), Some(value(old)), None)
    }

    fn change(
        mut self,
        name: &'static str,
        keys: Value,
        old: Option<Value>,
        new: Option<Value>,
    ) -> Self {
        self.changes.push(Change {
            name,
            keys,
            old,
            new,
        });
        self
    }

    fn event(&self) -> Value {
        let stream = match self.table.starts_with("arn:") {
            true => self.table.clone(),
            false => {
                let stream = format!("table/{}/stream/2026-01-01T00:00:00.000", self.table);
                arn("dynamodb", &stream)
            }
        };
        let changes = self.changes.iter().enumerate();
        let records: Vec<_> = changes
            .map(|(at, change)| change.record(at, &stream))
            .collect();
        json!({"Records": records})
    }
}

builder!(DynamoDbEvent, default);

impl Change {
    fn record(&self, at: usize, stream: &str) -> Value {
        let mut change = json!({
            "ApproximateCreationDateTime": TIME_MS / 1000,
            "Keys": item(&self.keys),
            "SequenceNumber": format!("4421584500000000{at:010}"),
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        });
        for (name, image) in [("OldImage", &self.old), ("NewImage", &self.new)] {
            if let Some(image) = image {
                change[name] = item(image);
            }
        }
        json!({
            "eventID": format!("{at:032x}"),
            "eventName": self.name,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": REGION,
            "dynamodb": change,
            "eventSourceARN": stream,
        })
    }
}

/// An item as DynamoDB writes it.
fn item(plain: &Value) -> Value {
    match plain {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), attribute(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => panic!("expected an item as a JSON object, found {other}"),
    }
}

fn attribute(plain: &Value) -> Value {
    match plain {
        Value::Null => json!({"NULL": true}),
        Value::Bool(flag) => json!({"BOOL": flag}),
        Value::Number(number) => json!({"N": number.to_string()}),
        Value::String(text) => json!({"S": text}),
        Value::Array(items) => json!({"L": items.iter().map(attribute).collect::<Vec<_>>()}),
        Value::Object(_) => json!({"M": item(plain)}),
    }
}
