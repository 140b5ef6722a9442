//! Notifications of S3.

use super::facts::{REGION, TIME, builder, last};
use crate::event::Patch;
use serde_json::{Value, json};

/// Builder of the event that S3 sends about objects.
///
/// ```
/// use lambda_api_testing::S3Event;
///
/// let event = S3Event::new().object("photos", "summer 2026/sea+sky.png").size(512).to_value();
/// let object = &event["Records"][0]["s3"]["object"];
/// // S3 writes keys as forms do.
/// assert_eq!(object["key"], "summer+2026/sea%2Bsky.png");
/// assert_eq!(object["size"], 512);
/// ```
#[derive(Clone, Debug)]
#[must_use = "an event is made by `to_value` or `to_bytes`, or sent by a client"]
pub struct S3Event {
    objects: Vec<Object>,
    patches: Vec<Patch>,
}

#[derive(Clone, Debug)]
struct Object {
    event_name: String,
    bucket: String,
    key: String,
    size: u64,
    version_id: Option<String>,
}

impl S3Event {
    /// No notifications.
    pub fn new() -> Self {
        Self {
            objects: Vec::new(),
            patches: Vec::new(),
        }
    }

    /// The event that S3 sends when a notification is configured. It has no `Records`.
    #[must_use]
    pub fn test(bucket: &str) -> Value {
        json!({
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": TIME,
            "Bucket": bucket,
            "RequestId": "C3D13FE58DE4C810",
            "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
        })
    }

    /// Adds a notification of a new object, of 1024 bytes. The key is encoded as S3 does.
    pub fn object(mut self, bucket: &str, key: &str) -> Self {
        self.objects.push(Object {
            event_name: "ObjectCreated:Put".to_owned(),
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            size: 1024,
            version_id: None,
        });
        self
    }

    /// Adds a notification of an object that was deleted.
    pub fn deleted(self, bucket: &str, key: &str) -> Self {
        self.object(bucket, key).event_name("ObjectRemoved:Delete")
    }

    /// Sets the name of the notification that was added last, such as `ObjectCreated:Copy`.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn event_name(mut self, name: &str) -> Self {
        name.clone_into(&mut last(&mut self.objects, "object").event_name);
        self
    }

    /// Sets the size of the object that was added last.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn size(mut self, bytes: u64) -> Self {
        last(&mut self.objects, "object").size = bytes;
        self
    }

    /// Sets the version of the object that was added last; without one, the bucket has no versions.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn version_id(mut self, id: &str) -> Self {
        last(&mut self.objects, "object").version_id = Some(id.to_owned());
        self
    }

    fn event(&self) -> Value {
        let objects = self.objects.iter().enumerate();
        let records: Vec<_> = objects.map(|(at, object)| object.record(at)).collect();
        json!({"Records": records})
    }
}

builder!(S3Event, default);

impl Object {
    fn record(&self, at: usize) -> Value {
        let mut object = json!({
            "key": form_encoded(&self.key),
            "sequencer": format!("0055AED6DCD9{at:06X}"),
        });
        let removals = ["ObjectRemoved:", "LifecycleExpiration:"];
        if !removals
            .iter()
            .any(|name| self.event_name.starts_with(name))
        {
            object["size"] = json!(self.size);
            object["eTag"] = json!("d41d8cd98f00b204e9800998ecf8427e");
        }
        if let Some(version) = &self.version_id {
            object["versionId"] = json!(version);
        }
        json!({
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": REGION,
            "eventTime": TIME,
            "eventName": self.event_name,
            "userIdentity": {"principalId": "AWS:AIDAEXAMPLE0000000000"},
            "requestParameters": {"sourceIPAddress": "192.0.2.7"},
            "responseElements": {
                "x-amz-request-id": "C3D13FE58DE4C810",
                "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD",
            },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "notification",
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": {"principalId": "A3NL1KOZZKEXAMPLE"},
                    "arn": format!("arn:aws:s3:::{}", self.bucket),
                },
                "object": object,
            },
        })
    }
}

/// A key as S3 writes it: form-encoded, with its slashes.
fn form_encoded(key: &str) -> String {
    let segments = key.split('/');
    let segments = segments.map(|one| form_urlencoded::byte_serialize(one.as_bytes()).collect());
    segments.collect::<Vec<String>>().join("/")
}
