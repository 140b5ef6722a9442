//! A field that is absent, `null` or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Visitor, ser::Error as _};
use std::{fmt, marker::PhantomData};

/// A field of a merge patch ([RFC 7396](https://www.rfc-editor.org/rfc/rfc7396)): absent, `null` or a
/// value.
///
/// ```
/// use lambda_api::{Json, Patch};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct OrderPatch {
///     #[serde(default)]
///     note: Patch<String>,
///     #[serde(default)]
///     gift: Patch<bool>,
/// }
///
/// struct Order { note: Option<String>, gift: Option<bool> }
///
/// // PATCH /orders/{id}
/// async fn patch_order(Json(patch): Json<OrderPatch>) {
///     let mut order = Order { note: Some("urgent".to_owned()), gift: Some(true) };
///     patch.note.apply(&mut order.note);
///     patch.gift.apply(&mut order.gift);
///     # assert_eq!((order.note, order.gift), (None, Some(true)));
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // `{"note": null}` removes the note and keeps the rest.
/// let patch = serde_json::from_str(r#"{"note": null}"#).unwrap();
/// patch_order(Json(patch)).await;
/// # }
/// ```
///
/// The field needs `#[serde(default)]`. Without it, an absent field is rejected as missing; it never
/// becomes `null`. For the same reason, an absent value cannot be serialised: add
/// `#[serde(skip_serializing_if = "Patch::is_absent")]`.
///
/// In a form or a query, an empty value is `null` for types that cannot be read from an empty text.
///
/// Validation rules apply to the value, if there is one; `required` rejects both `null` and an absent
/// field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Patch<T> {
    /// The request does not have the field: keep the current value.
    #[default]
    Absent,
    /// The field is `null`: remove the current value.
    Null,
    /// The new value.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether the request does not have the field.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Changes the current value: an absent field keeps it, `null` removes it.
    pub fn apply(self, current: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *current = None,
            Self::Value(value) => *current = Some(value),
        }
    }

    /// The same, with a reference to the value.
    #[must_use]
    pub fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(value),
        }
    }

    /// Converts the value, if there is one.
    #[must_use]
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(convert(value)),
        }
    }

    /// The value, if there is one.
    #[must_use]
    pub fn value(self) -> Option<T> {
        match self {
            Self::Absent | Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

const NAME: &str = "Patch";

/// Reads the field as a newtype of an `Option`. For a missing field, serde's derive would read `None`
/// from an `Option`, but reports it for a newtype.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, Newtype(PhantomData))
    }
}

struct Newtype<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Newtype<T> {
    type Value = Patch<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Patch<T>, D::Error> {
        let value = Option::deserialize(deserializer)?;
        Ok(value.map_or(Patch::Null, Patch::Value))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::Absent => {
                return Err(S::Error::custom(
                    "an absent `Patch` cannot be serialised: the field needs \
                     `#[serde(skip_serializing_if = \"Patch::is_absent\")]`",
                ));
            }
            Self::Null => None,
            Self::Value(value) => Some(value),
        };
        serializer.serialize_newtype_struct(NAME, &value)
    }
}

#[cfg(feature = "validate")]
mod rules {
    use super::Patch;
    use crate::validate::{
        AsNumber, AsText, HasLength, Items, Optional, Validate, Violations, inside::Inside,
        unsaid::Unsaid,
    };

    impl<T> Patch<T> {
        fn present(&self) -> Option<&T> {
            self.as_ref().value()
        }
    }

    impl<T: AsNumber> AsNumber for Patch<T> {
        type Number = T::Number;

        fn as_number(&self) -> Option<T::Number> {
            self.present()?.as_number()
        }
    }

    impl<T: AsText> AsText for Patch<T> {
        fn as_text(&self) -> Option<&str> {
            self.present()?.as_text()
        }
    }

    impl<T: HasLength> HasLength for Patch<T> {
        fn length(&self) -> Option<usize> {
            self.present()?.length()
        }
    }

    impl<T> Optional for Patch<T> {
        fn is_present(&self) -> bool {
            self.present().is_some()
        }
    }

    impl<T: Items> Items for Patch<T> {
        type Item = T::Item;

        fn each(
            &self,
            violations: &mut Violations,
            check: &mut dyn FnMut(&T::Item, &mut Violations),
        ) {
            if let Some(items) = self.present() {
                items.each(violations, check);
            }
        }
    }

    impl<T: Validate> Validate for Patch<T> {
        fn validate(&self, violations: &mut Violations) {
            if let Some(value) = self.present() {
                value.validate(violations);
            }
        }

        fn __unsaid(unsaid: &mut Unsaid) {
            Inside::<T>::new().unsaid(&[], unsaid);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Form, Query,
            testing::{get, now, post},
        },
        *,
    };
    use Patch::{Absent, Null, Value};

    #[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
    struct Fields {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        n: Patch<u8>,
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        text: Patch<String>,
    }

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Flat {
        #[serde(flatten)]
        fields: Fields,
    }

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    #[serde(tag = "kind")]
    enum Tagged {
        A(Fields),
        B {
            #[serde(default, skip_serializing_if = "Patch::is_absent")]
            n: Patch<u8>,
        },
    }

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    #[serde(untagged)]
    enum Untagged {
        A(Fields),
    }

    fn fields(n: Patch<u8>) -> Fields {
        Fields { n, text: Absent }
    }

    #[test]
    fn absent_null_and_value_are_told_apart_everywhere() {
        for (member, n) in [("", Absent), (r#""n":null"#, Null), (r#""n":3"#, Value(3))] {
            let json = format!("{{{member}}}");
            assert_eq!(serde_json::from_str(&json).ok(), Some(fields(n)));
            assert_eq!(serde_json::to_string(&fields(n)).unwrap(), json);
            let flat = Flat { fields: fields(n) };
            assert_eq!(serde_json::from_str(&json).ok(), Some(flat));
            let untagged = Untagged::A(fields(n));
            assert_eq!(serde_json::from_str(&json).ok(), Some(untagged));
            let separator = if member.is_empty() { "" } else { "," };
            for (kind, tagged) in [("A", Tagged::A(fields(n))), ("B", Tagged::B { n })] {
                let json = format!(r#"{{"kind":"{kind}"{separator}{member}}}"#);
                assert_eq!(serde_json::to_string(&tagged).unwrap(), json);
                assert_eq!(serde_json::from_str(&json).ok(), Some(tagged));
            }
        }
    }

    #[test]
    fn a_forgotten_default_is_a_missing_field() {
        #[derive(Debug, Deserialize)]
        struct Forgot {
            #[allow(dead_code)]
            n: Patch<u8>,
        }
        #[derive(Debug, Deserialize)]
        struct FlatForgot {
            #[allow(dead_code)]
            #[serde(flatten)]
            inner: Forgot,
        }
        #[derive(Debug, Deserialize)]
        #[serde(tag = "kind")]
        enum TaggedForgot {
            A(#[allow(dead_code)] Forgot),
        }
        for error in [
            serde_json::from_str::<Forgot>("{}").unwrap_err(),
            serde_json::from_str::<FlatForgot>("{}").unwrap_err(),
            serde_json::from_str::<TaggedForgot>(r#"{"kind": "A"}"#).unwrap_err(),
        ] {
            assert!(
                error.to_string().starts_with("missing field `n`"),
                "{error}"
            );
        }
        let form = post("application/x-www-form-urlencoded", "");
        let rejection = now::<Form<Forgot>>(&form).unwrap_err();
        assert_eq!(rejection.to_string(), "field `n`: missing");
        let rejection = now::<Query<FlatForgot>>(&get("/?m=1")).unwrap_err();
        assert_eq!(rejection.to_string(), "query parameter `n`: missing");
    }

    #[test]
    fn a_wrong_value_is_neither_null_nor_absent() {
        for json in [r#"{"n":300}"#, r#"{"n":"x"}"#, r#"{"n":[]}"#] {
            assert!(serde_json::from_str::<Fields>(json).is_err(), "{json}");
            assert!(serde_json::from_str::<Flat>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_empty_form_field_is_null_unless_a_text_may_be_empty() {
        for (body, n, text) in [
            ("", Absent, Absent),
            ("n=&text=", Null, Value(String::new())),
            ("n=3&text=3", Value(3), Value("3".to_owned())),
        ] {
            let expected = Fields { n, text };
            let form = post("application/x-www-form-urlencoded", body);
            assert_eq!(
                now::<Form<Flat>>(&form).unwrap().0.fields,
                expected,
                "{body}"
            );
            assert_eq!(now::<Form<Fields>>(&form).unwrap().0, expected, "{body}");
            let query = get(&format!("/?{body}"));
            assert_eq!(now::<Query<Fields>>(&query).unwrap().0, expected, "{body}");
        }
    }

    #[test]
    fn an_absent_value_is_not_serialised_as_null() {
        let error = serde_json::to_string(&[Patch::<u8>::Absent]).unwrap_err();
        assert!(error.to_string().contains("skip_serializing_if"), "{error}");
    }

    #[test]
    fn a_patch_changes_an_option() {
        for (patch, expected) in [(Absent, Some(1)), (Null, None), (Value(2), Some(2))] {
            let mut current = Some(1);
            patch.apply(&mut current);
            assert_eq!(current, expected);
            assert_eq!(patch.map(|n| n + 1).value(), patch.value().map(|n| n + 1));
            assert_eq!(patch.as_ref().value().copied(), patch.value());
        }
    }
}
