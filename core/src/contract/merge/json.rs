//! JSON whose members keep their order.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};
use std::fmt;

#[derive(Clone, Debug)]
pub(super) enum Json {
    Scalar(Value),
    Array(Vec<Self>),
    Object(Members),
}

/// The members of an object.
pub(super) type Members = Vec<(String, Json)>;

impl Json {
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let member = self.members().iter().find(|(own, _)| own == name)?;
        Some(&member.1)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    pub(super) fn elements(&self) -> &[Self] {
        match self {
            Self::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The members of an object; `None` for anything else.
    pub(super) fn members_mut(&mut self) -> Option<&mut Members> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut Self> {
        let mut members = self.members_mut()?.iter_mut();
        Some(&mut members.find(|(own, _)| own == name)?.1)
    }

    /// A member, which is `default` if there is none. `None` if this is no object.
    pub(super) fn entry(&mut self, name: &str, default: Self) -> Option<&mut Self> {
        if self.get(name).is_none() {
            self.members_mut()?.push((name.to_owned(), default));
        }
        self.get_mut(name)
    }

    /// This value without texts for people.
    pub(super) fn without_texts(&self) -> Self {
        match self {
            Self::Scalar(_) => self.clone(),
            Self::Array(elements) => {
                Self::Array(elements.iter().map(Self::without_texts).collect())
            }
            Self::Object(members) => {
                let is_text = |name: &str, value: &Self| {
                    ["description", "title"].contains(&name) && value.text().is_some()
                };
                let members = members.iter().filter(|(name, value)| !is_text(name, value));
                let members = members.map(|(name, value)| (name.clone(), value.without_texts()));
                Self::Object(members.collect())
            }
        }
    }

    /// Calls a function for each text in this value that is the member `name` of an object.
    pub(super) fn each_text(&mut self, name: &str, visit: &mut dyn FnMut(&mut String)) {
        match self {
            Self::Scalar(_) => {}
            Self::Array(elements) => elements
                .iter_mut()
                .for_each(|one| one.each_text(name, visit)),
            Self::Object(members) => {
                for (own, value) in members {
                    match value {
                        Self::Scalar(Value::String(text)) if own == name => visit(text),
                        value => value.each_text(name, visit),
                    }
                }
            }
        }
    }
}

/// Equal whatever the order of members is.
impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(one), Self::Scalar(other)) => one == other,
            (Self::Array(one), Self::Array(other)) => one == other,
            (Self::Object(one), Self::Object(members)) => {
                one.len() == members.len()
                    && one
                        .iter()
                        .all(|(name, value)| other.get(name) == Some(value))
            }
            _ => false,
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scalar(value) => value.serialize(serializer),
            Self::Array(elements) => serializer.collect_seq(elements),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

/// The only member of what `serde_json` makes of a number with its feature `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

struct Read;

impl<'de> Visitor<'de> for Read {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        let number = Number::from_f64(value).map_or(Value::Null, Value::Number);
        Ok(Json::Scalar(number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Scalar(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Json, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element()? {
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut members: Members = Vec::new();
        while let Some(name) = object.next_key::<String>()? {
            // With `arbitrary_precision`, which another crate may turn on, a number is such a map.
            if members.is_empty() && name == NUMBER {
                let digits: String = object.next_value()?;
                let number = serde_json::from_str(&digits).map_err(A::Error::custom)?;
                return Ok(Json::Scalar(Value::Number(number)));
            }
            members.push((name, object.next_value()?));
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Json {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn members_and_numbers_stay_as_they_are() {
        let text = r#"{"b":[1,-2,1.5,18446744073709551615],"a":{"d":null,"c":"\n","é":true}}"#;
        assert_eq!(serde_json::to_string(&parsed(text)).unwrap(), text);
    }

    #[test]
    fn numbers_of_any_precision_are_numbers() {
        let found = parsed(r#"{"a":{"$serde_json::private::Number":"15"},"b":2}"#);
        assert_eq!(serde_json::to_string(&found).unwrap(), r#"{"a":15,"b":2}"#);
    }

    #[test]
    fn the_order_of_members_is_no_difference() {
        assert_eq!(
            parsed(r#"{"a":1,"b":[{"c":2,"d":3}]}"#),
            parsed(r#"{"b":[{"d":3,"c":2}],"a":1}"#)
        );
        for other in [
            r#"{"a":1}"#,
            r#"{"a":1,"b":2}"#,
            r#"{"a":1,"c":3}"#,
            r#"[1,2]"#,
        ] {
            assert_ne!(parsed(r#"{"a":1,"b":3}"#), parsed(other));
        }
    }
}
