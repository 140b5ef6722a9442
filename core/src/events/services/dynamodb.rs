//! Changes of tables of DynamoDB.

use super::super::{
    from_record::FromRecord, kinds::Kinds, meta::EventKind, parts::or_default, record::Record,
    sealed::Sealed, trigger::Origin,
};
use super::{attribute_value::Item, time::since_epoch};
use crate::Error;
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
use std::{any::type_name, time::SystemTime};

/// What happened to an item.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "UPPERCASE")]
#[non_exhaustive]
pub enum ChangeKind {
    /// The item is new.
    Insert,
    /// The item was changed.
    Modify,
    /// The item was removed, by a program or since it was expired.
    Remove,
}

/// What DynamoDB says about a change of an item.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DynamoDb {
    #[serde(rename = "eventID")]
    event_id: String,
    event_name: ChangeKind,
    #[serde(rename = "eventSourceARN")]
    stream_arn: String,
    #[serde(default, deserialize_with = "or_default")]
    aws_region: String,
    user_identity: Option<UserIdentity>,
    dynamodb: Inner,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inner {
    sequence_number: String,
    approximate_creation_date_time: Option<f64>,
    size_bytes: Option<u64>,
    stream_view_type: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserIdentity {
    principal_id: String,
}

impl Sealed for DynamoDb {}

impl EventKind for DynamoDb {
    const KINDS: Kinds = Kinds::DYNAMODB;
    const IN_RECORDS: bool = true;
    const NAME: &'static str = "the record of DynamoDB";
}

impl DynamoDb {
    /// The id of the event.
    #[must_use]
    pub fn event_id(&self) -> &str {
        &self.event_id
    }

    /// What happened to the item.
    #[must_use]
    pub fn kind(&self) -> ChangeKind {
        self.event_name
    }

    /// Whether DynamoDB removed the item since its time to live is over.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        let principal = self.user_identity.as_ref().map(|user| &*user.principal_id);
        self.event_name == ChangeKind::Remove && principal == Some("dynamodb.amazonaws.com")
    }

    /// The number of the change in its shard.
    #[must_use]
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }

    /// When the change was made, to the second.
    #[must_use]
    pub fn changed_at(&self) -> Option<SystemTime> {
        since_epoch(self.dynamodb.approximate_creation_date_time?)
    }

    /// The size of the record in bytes.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.dynamodb.size_bytes
    }

    /// Which images the stream has: `NEW_AND_OLD_IMAGES`, `NEW_IMAGE`, `OLD_IMAGE` or `KEYS_ONLY`.
    #[must_use]
    pub fn view_type(&self) -> Option<&str> {
        self.dynamodb.stream_view_type.as_deref()
    }

    /// The ARN of the stream.
    #[must_use]
    pub fn stream_arn(&self) -> &str {
        &self.stream_arn
    }

    /// The name of the table.
    #[must_use]
    pub fn table(&self) -> &str {
        Origin::of(&self.stream_arn).name()
    }

    /// The region of the table.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.aws_region
    }
}

/// Argument of a handler of `dynamodb`: a change of an item, with its images as `T` and its keys as `K`.
///
/// Images are read from DynamoDB's JSON, such as `{"id": {"N": "7"}}`, as if it was `{"id": 7}`. Numbers are exact
/// or an error: an integer type takes the integers that it can hold, and `String` takes every number with all its
/// digits. Only `f64` is the nearest one. Where a type does not say what it expects (`serde_json::Value`,
/// `#[serde(flatten)]`, untagged and tagged enums), a number is `u64`, `i64` or `f64`, and an error if none of these has all
/// its digits: there, `String` and `i128` take no number. Sets are sequences. Binary values are bytes (`Vec<u8>`,
/// `[u8; 16]`, `Bytes`).
///
/// An image is `None` if the change or the stream has none: a new item has no old image, and a stream of
/// `KEYS_ONLY` has no images.
///
/// ```
/// use lambda_api::{event_handler, events::{Change, ChangeKind}};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Order { sku: String, amount: u64 }
///
/// #[derive(Deserialize)]
/// struct Key { id: String }
///
/// #[event_handler(dynamodb)]
/// async fn index(change: Change<Order, Key>) {
///     match (change.kind, change.new) {
///         (ChangeKind::Remove, _) => println!("{} was removed", change.keys.id),
///         (_, Some(order)) => println!("{}: {} of {}", change.keys.id, order.amount, order.sku),
///         (_, None) => {}
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change<T, K = IgnoredAny> {
    /// What happened.
    pub kind: ChangeKind,
    /// The key attributes of the item.
    pub keys: K,
    /// The item before the change.
    pub old: Option<T>,
    /// The item after the change.
    pub new: Option<T>,
}

impl<'e, T: DeserializeOwned, K: DeserializeOwned> FromRecord<'e> for Change<T, K> {
    type Rejection = Error;

    const KINDS: Kinds = Kinds::DYNAMODB;

    fn from_record(record: &'e Record) -> Result<Self, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Raw<'e> {
            event_name: ChangeKind,
            #[serde(borrow)]
            dynamodb: Images<'e>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Images<'e> {
            #[serde(borrow, default)]
            keys: Item<'e>,
            #[serde(borrow, default)]
            old_image: Option<Item<'e>>,
            #[serde(borrow, default)]
            new_image: Option<Item<'e>>,
        }
        let Raw {
            event_name,
            dynamodb,
        } = record
            .parse()
            .map_err(|error| Error::new(error).context("expected a change of DynamoDB"))?;
        Ok(Self {
            kind: event_name,
            keys: read(dynamodb.keys, "keys")?,
            old: match dynamodb.old_image {
                Some(image) => Some(read(image, "old image")?),
                None => None,
            },
            new: match dynamodb.new_image {
                Some(image) => Some(read(image, "new image")?),
                None => None,
            },
        })
    }
}

fn read<T: DeserializeOwned>(item: Item<'_>, which: &str) -> Result<T, Error> {
    item.read().map_err(|error| {
        let ty = type_name::<T>();
        Error::new(error).context(format!("`{ty}` does not fit the {which} of the item"))
    })
}
