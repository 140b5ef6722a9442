//! Objects of S3.

use super::super::{kinds::Kinds, meta::EventKind, parts::or_default, sealed::Sealed};
use super::time::rfc3339;
use percent_encoding::percent_decode;
use serde::Deserialize;
use std::time::SystemTime;

/// What S3 says about an object in a notification.
///
/// The key is decoded: S3 sends keys as in a form, with `+` for a space and `%XX` for other bytes.
///
/// Notifications may arrive twice, and in any order. [`sequencer`](S3::sequencer) compares two of one
/// key.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Notification")]
pub struct S3 {
    event_name: String,
    bucket: String,
    key: String,
    size: Option<u64>,
    etag: Option<String>,
    version_id: Option<String>,
    sequencer: Option<String>,
    time: String,
    region: String,
}

impl Sealed for S3 {}

impl EventKind for S3 {
    const KINDS: Kinds = Kinds::S3;
    const IN_RECORDS: bool = true;
    const NAME: &'static str = "the notification of S3";
}

impl S3 {
    /// What happened, such as `ObjectCreated:Put`; through EventBridge it is a type such as `Object Created`.
    #[must_use]
    pub fn event_name(&self) -> &str {
        &self.event_name
    }

    /// Whether the object was created or replaced.
    #[must_use]
    pub fn is_created(&self) -> bool {
        self.is_named(&["ObjectCreated:"], "Object Created")
    }

    /// Whether the object was deleted, or a delete marker was set, by a caller or by a lifecycle rule.
    #[must_use]
    pub fn is_removed(&self) -> bool {
        // Lifecycle rules have notifications of their own:
        // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configure-notification.html>
        self.is_named(
            &["ObjectRemoved:", "LifecycleExpiration:"],
            "Object Deleted",
        )
    }

    fn is_named(&self, notifications: &[&str], event: &str) -> bool {
        let name = self.event_name.strip_prefix("s3:");
        let name = name.unwrap_or(&self.event_name);
        name == event || notifications.iter().any(|one| name.starts_with(one))
    }

    /// The name of the bucket.
    #[must_use]
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// The key of the object, decoded.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The size in bytes, if the object was created.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.size
    }

    /// The entity tag of the object.
    #[must_use]
    pub fn etag(&self) -> Option<&str> {
        self.etag.as_deref()
    }

    /// The version of the object, if the bucket has versions.
    #[must_use]
    pub fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    /// A hexadecimal number that grows with each change of a key. To compare two, fill the shorter one with zeros
    /// on the left.
    #[must_use]
    pub fn sequencer(&self) -> Option<&str> {
        self.sequencer.as_deref()
    }

    /// When it happened. `None` if the event does not have a time in RFC 3339.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        rfc3339(&self.time)
    }

    /// The region of the bucket.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}

/// A record of a notification.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    event_name: String,
    #[serde(default, deserialize_with = "or_default")]
    event_time: String,
    #[serde(default, deserialize_with = "or_default")]
    aws_region: String,
    s3: Entity,
}

#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Entity {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Bucket {
    name: String,
}

/// An object, in the spelling of notifications and in that of EventBridge.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Object {
    key: String,
    size: Option<u64>,
    #[serde(alias = "eTag")]
    etag: Option<String>,
    #[serde(rename = "versionId", alias = "version-id")]
    version_id: Option<String>,
    sequencer: Option<String>,
}

impl TryFrom<Notification> for S3 {
    type Error = &'static str;

    fn try_from(record: Notification) -> Result<Self, Self::Error> {
        let Entity { bucket, mut object } = record.s3;
        // A replacement for what is not UTF-8 would name another object.
        object.key = decode(&object.key).ok_or("the key of the object is not UTF-8")?;
        Ok(Self::new(
            record.event_name,
            (bucket, object),
            record.event_time,
            record.aws_region,
        ))
    }
}

impl S3 {
    fn new(
        event_name: String,
        (bucket, object): (Bucket, Object),
        time: String,
        region: String,
    ) -> Self {
        Self {
            event_name,
            bucket: bucket.name,
            key: object.key,
            size: object.size,
            etag: object.etag,
            version_id: object.version_id,
            sequencer: object.sequencer,
            time,
            region,
        }
    }
}

/// An event of S3 from EventBridge. Its key is not encoded.
#[derive(Deserialize)]
pub(super) struct ThroughEventBridge {
    #[serde(rename = "detail-type")]
    detail_type: String,
    #[serde(default, deserialize_with = "or_default")]
    time: String,
    #[serde(default, deserialize_with = "or_default")]
    region: String,
    detail: Entity,
}

impl From<ThroughEventBridge> for S3 {
    fn from(event: ThroughEventBridge) -> Self {
        let Entity { bucket, object } = event.detail;
        Self::new(
            event.detail_type,
            (bucket, object),
            event.time,
            event.region,
        )
    }
}

fn decode(key: &str) -> Option<String> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode(spaced.as_bytes()).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_decoded_as_in_a_form() {
        for (key, expected) in [
            ("a.jpg", Some("a.jpg")),
            ("my+holiday%2Fday+1%2B2.jpg", Some("my holiday/day 1+2.jpg")),
            ("caf%C3%A9", Some("café")),
            ("100%25", Some("100%")),
            ("100%", Some("100%")),
            ("%C3", None),
        ] {
            assert_eq!(decode(key).as_deref(), expected, "{key}");
        }
    }

    #[test]
    fn names_of_both_spellings_are_known() {
        for (name, is_created, is_removed) in [
            ("ObjectCreated:Put", true, false),
            ("s3:ObjectCreated:CompleteMultipartUpload", true, false),
            ("Object Created", true, false),
            ("ObjectRemoved:DeleteMarkerCreated", false, true),
            ("LifecycleExpiration:Delete", false, true),
            ("s3:LifecycleExpiration:DeleteMarkerCreated", false, true),
            ("Object Deleted", false, true),
            ("LifecycleTransition", false, false),
            ("ObjectRestore:Completed", false, false),
            ("s3:Replication:OperationFailedReplication", false, false),
        ] {
            let object: S3 = serde_json::from_value(json!({
                "eventName": name, "eventTime": "", "awsRegion": "",
                "s3": {"bucket": {"name": "b"}, "object": {"key": "k"}},
            }))
            .unwrap();
            assert_eq!(
                (object.is_created(), object.is_removed()),
                (is_created, is_removed),
                "{name}"
            );
        }
    }
}
