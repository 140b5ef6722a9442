//! The JSON of a reply, taken apart without losing the order of headers.

use super::{
    InvalidReply,
    content::{kind, no_json},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

/// Members of an object in their order.
pub(super) type Pairs<V> = Vec<(String, V)>;

/// The keys that replies have, each as it was found.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) status: Option<Value>,
    headers: Option<Member>,
    multi_headers: Option<Member>,
    cookies: Option<Member>,
    pub(super) body: Option<Value>,
    pub(super) base64: Option<Value>,
    /// The first key that payload format 1.0 does not have.
    pub(super) unknown: Option<String>,
}

impl Shape {
    pub(super) fn parse(reply: &[u8]) -> Result<Self, InvalidReply> {
        let members = match serde_json::from_slice(reply).map_err(|error| no_json(&error))? {
            Member::Object(members) => members,
            Member::Other(value) => {
                let text = format!("the reply must be a JSON object, found {}", kind(&value));
                return Err(InvalidReply::new(text));
            }
        };
        let mut shape = Shape::default();
        for (key, member) in members {
            match key.as_str() {
                "statusCode" => shape.status = Some(member.into_value()),
                "headers" => shape.headers = Some(member),
                "multiValueHeaders" => shape.multi_headers = Some(member),
                "body" => shape.body = Some(member.into_value()),
                "isBase64Encoded" => shape.base64 = Some(member.into_value()),
                _ => {
                    if key == "cookies" {
                        shape.cookies = Some(member);
                    }
                    shape.unknown.get_or_insert(key);
                }
            }
        }
        Ok(shape)
    }

    /// `headers`; with `lenient`, numbers and booleans are taken for their text.
    pub(super) fn single_headers(&self, lenient: bool) -> Result<Pairs<String>, InvalidReply> {
        members("headers", self.headers.as_ref())?
            .iter()
            .map(|(name, value)| Ok((name.clone(), header_text(name, value, lenient)?)))
            .collect()
    }

    /// `multiValueHeaders`, likewise.
    pub(super) fn multi_headers(&self, lenient: bool) -> Result<Pairs<Vec<String>>, InvalidReply> {
        members("multiValueHeaders", self.multi_headers.as_ref())?
            .iter()
            .map(|(name, values)| {
                let Member::Other(Value::Array(values)) = values else {
                    let text = format!(
                        "the values of `{name}` in `multiValueHeaders` must be an array, found {}",
                        values.kind()
                    );
                    return Err(InvalidReply::new(text));
                };
                let values = values
                    .iter()
                    .map(|value| value_text(name, value, lenient))
                    .collect::<Result<_, _>>()?;
                Ok((name.clone(), values))
            })
            .collect()
    }

    pub(super) fn cookies(&self) -> Result<Vec<String>, InvalidReply> {
        let found = match &self.cookies {
            None | Some(Member::Other(Value::Null)) => return Ok(Vec::new()),
            Some(Member::Other(Value::Array(cookies))) => {
                let texts = cookies
                    .iter()
                    .map(|cookie| cookie.as_str().map(str::to_owned));
                match texts.collect::<Option<Vec<String>>>() {
                    Some(texts) => return Ok(texts),
                    None => "an array with other things",
                }
            }
            Some(other) => other.kind(),
        };
        let text = format!("`cookies` must be an array of strings, found {found}");
        Err(InvalidReply::new(text))
    }

    pub(super) fn refuse_multi_headers(&self, source: &str) -> Result<(), InvalidReply> {
        if members("multiValueHeaders", self.multi_headers.as_ref())?.is_empty() {
            return Ok(());
        }
        let text = format!("{source} needs `headers`, found `multiValueHeaders`");
        Err(InvalidReply::new(text))
    }

    pub(super) fn refuse_single_headers(&self, source: &str) -> Result<(), InvalidReply> {
        if members("headers", self.headers.as_ref())?.is_empty() {
            return Ok(());
        }
        let text = format!("{source} needs `multiValueHeaders`, found `headers`");
        Err(InvalidReply::new(text))
    }
}

fn members<'a>(
    key: &str,
    member: Option<&'a Member>,
) -> Result<&'a [(String, Member)], InvalidReply> {
    match member {
        None | Some(Member::Other(Value::Null)) => Ok(&[]),
        Some(Member::Object(members)) => Ok(members),
        Some(other) => {
            let text = format!("`{key}` must be an object, found {}", other.kind());
            Err(InvalidReply::new(text))
        }
    }
}

fn header_text(name: &str, value: &Member, lenient: bool) -> Result<String, InvalidReply> {
    match value {
        Member::Other(value) => value_text(name, value, lenient),
        Member::Object(_) => Err(no_text(name, "an object")),
    }
}

fn value_text(name: &str, value: &Value, lenient: bool) -> Result<String, InvalidReply> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) if lenient => Ok(value.to_string()),
        other => Err(no_text(name, kind(other))),
    }
}

fn no_text(name: &str, found: &str) -> InvalidReply {
    InvalidReply::new(format!("header `{name}` must be a string, found {found}"))
}

/// Any JSON value; of an object, the order of its members is kept.
///
/// The same key twice is the later one, as in most parsers: a reply that relies on both is broken.
enum Member {
    Object(Pairs<Member>),
    Other(Value),
}

impl Member {
    fn kind(&self) -> &'static str {
        match self {
            Member::Object(_) => "an object",
            Member::Other(value) => kind(value),
        }
    }

    fn into_value(self) -> Value {
        match self {
            Member::Object(members) => members
                .into_iter()
                .map(|(name, member)| (name, member.into_value()))
                .collect(),
            Member::Other(value) => value,
        }
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MemberVisitor)
    }
}

struct MemberVisitor;

macro_rules! other {
    ($($method:ident: $type:ty),*) => { $(
        fn $method<E>(self, value: $type) -> Result<Member, E> {
            Ok(Member::Other(value.into()))
        }
    )* };
}

impl<'de> Visitor<'de> for MemberVisitor {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    other!(visit_bool: bool, visit_u64: u64, visit_i64: i64, visit_f64: f64, visit_str: &str);

    fn visit_unit<E>(self) -> Result<Member, E> {
        Ok(Member::Other(Value::Null))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Member, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Member::Other(Value::Array(array)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Member, A::Error> {
        let mut members: Pairs<Member> = Vec::new();
        while let Some((name, member)) = map.next_entry::<String, Member>()? {
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => *known = member,
                None => members.push((name, member)),
            }
        }
        Ok(Member::Object(members))
    }
}
