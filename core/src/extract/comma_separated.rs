//! Comma-separated values.

use super::string_de::Values;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// Extractor for a comma-separated list: `?ids=1,2,3`.
///
/// ```
/// use lambda_api::{api_handler, extract::CommaSeparated};
///
/// // GET /orders?ids=1,2,3
/// #[api_handler(GET "/orders")]
/// async fn orders(#[query] ids: CommaSeparated<u64>) -> String {
///     format!("{} orders", ids.0.len())
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() { assert_eq!(orders(CommaSeparated(vec![1, 2, 3])).await, "3 orders"); }
/// ```
///
/// Use it for arguments marked `#[query]` and `#[header]`, and for fields of
/// [`Query`](crate::Query) and [`Form`](crate::extract::Form).
///
/// - A repeated key continues the list: `?ids=1,2&ids=3` has three items.
/// - White space around items and empty items are removed, as in the lists of headers ([RFC 9110,
///   section 5.6.1](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1)). An item cannot contain
///   a comma.
/// - The request is rejected if an item is not a valid `T`.
/// - Without the key the list is empty; a field needs `#[serde(default)]` for that.
///
/// For repeated keys only, `?id=1&id=2`, use `Vec<T>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CommaSeparated<T>(pub Vec<T>);

#[cfg(feature = "validate")]
mod rules {
    use super::CommaSeparated;
    use crate::validate::{HasLength, Items, Validate, Violations, unsaid::Unsaid};

    impl<T> HasLength for CommaSeparated<T> {
        fn length(&self) -> Option<usize> {
            self.0.length()
        }
    }

    impl<T> Items for CommaSeparated<T> {
        type Item = T;

        fn each(&self, violations: &mut Violations, check: &mut dyn FnMut(&T, &mut Violations)) {
            self.0.each(violations, check);
        }
    }

    impl<T: Validate> Validate for CommaSeparated<T> {
        fn validate(&self, violations: &mut Violations) {
            self.0.validate(violations);
        }

        fn __unsaid(unsaid: &mut Unsaid) {
            Vec::<T>::__unsaid(unsaid);
        }
    }
}

impl<T> Default for CommaSeparated<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for CommaSeparated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Lists(PhantomData))
    }
}

struct Lists<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Lists<T> {
    type Value = CommaSeparated<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence of comma-separated values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lists: A) -> Result<CommaSeparated<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(Line(line)) = lists.next_element()? {
            for item in line.split(',').map(str::trim) {
                if !item.is_empty() {
                    let item = Values::text(Cow::Owned(item.to_owned()));
                    items.push(T::deserialize(item).map_err(A::Error::custom)?);
                }
            }
        }
        Ok(CommaSeparated(items))
    }
}

#[derive(Deserialize)]
struct Line<'a>(#[serde(borrow)] Cow<'a, str>);
