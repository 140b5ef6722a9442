//! Parses the JSON of a response without losing the order of headers.

use bytes::Bytes;
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;
use std::fmt;

/// The error of a response of the function that the source cannot read. The source then responds
/// with 502 (an HTTP API with 500). The message states what was expected and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidResponse(String);

impl InvalidResponse {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for InvalidResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidResponse {}

/// Members of an object in their order.
pub(super) type Pairs<V> = Vec<(String, V)>;

/// The members that responses have, unchecked.
#[derive(Default)]
pub(super) struct LambdaResponse {
    pub(super) status: Option<Value>,
    headers: Option<Member>,
    multi_headers: Option<Member>,
    cookies: Option<Member>,
    pub(super) body: Option<Value>,
    pub(super) base64: Option<Value>,
    /// The first key that no source reads.
    unknown: Option<String>,
}

impl LambdaResponse {
    pub(super) fn parse(response: &[u8]) -> Result<Self, InvalidResponse> {
        let members = match serde_json::from_slice(response).map_err(|error| no_json(&error))? {
            Member::Object(members) => members,
            Member::Other(value) => {
                let text = format!("the response must be a JSON object, found {}", kind(&value));
                return Err(InvalidResponse::new(text));
            }
        };
        let mut parsed = LambdaResponse::default();
        for (key, member) in members {
            match key.as_str() {
                "statusCode" => parsed.status = Some(member.into_value()),
                "headers" => parsed.headers = Some(member),
                "multiValueHeaders" => parsed.multi_headers = Some(member),
                "body" => parsed.body = Some(member.into_value()),
                "isBase64Encoded" => parsed.base64 = Some(member.into_value()),
                "cookies" => parsed.cookies = Some(member),
                _ => {
                    parsed.unknown.get_or_insert(key);
                }
            }
        }
        Ok(parsed)
    }

    /// A key that payload format 1.0 does not have.
    pub(super) fn unsupported(&self) -> Option<&str> {
        let cookies = self.cookies.as_ref().map(|_| "cookies");
        cookies.or(self.unknown.as_deref())
    }

    /// A key that the head of a stream does not have at a REST API.
    pub(super) fn unsupported_in_prelude(&self) -> Option<&str> {
        let body = self.body.as_ref().map(|_| "body");
        let base64 = self.base64.as_ref().map(|_| "isBase64Encoded");
        body.or(base64).or(self.unknown.as_deref())
    }

    /// Returns `headers`. With `lenient`, numbers and booleans are converted to strings.
    pub(super) fn single_headers(&self, lenient: bool) -> Result<Pairs<String>, InvalidResponse> {
        members("headers", self.headers.as_ref())?
            .iter()
            .map(|(name, value)| Ok((name.clone(), header_text(name, value, lenient)?)))
            .collect()
    }

    /// Like `single_headers`, for `multiValueHeaders`.
    pub(super) fn multi_headers(
        &self,
        lenient: bool,
    ) -> Result<Pairs<Vec<String>>, InvalidResponse> {
        members("multiValueHeaders", self.multi_headers.as_ref())?
            .iter()
            .map(|(name, values)| {
                let Member::Other(Value::Array(values)) = values else {
                    let text = format!(
                        "the values of `{name}` in `multiValueHeaders` must be an array, found {}",
                        values.kind()
                    );
                    return Err(InvalidResponse::new(text));
                };
                let values = values
                    .iter()
                    .map(|value| value_text(name, value, lenient))
                    .collect::<Result<_, _>>()?;
                Ok((name.clone(), values))
            })
            .collect()
    }

    pub(super) fn cookies(&self) -> Result<Vec<String>, InvalidResponse> {
        let found = match &self.cookies {
            None | Some(Member::Other(Value::Null)) => return Ok(Vec::new()),
            Some(Member::Other(Value::Array(cookies))) => {
                let texts = cookies
                    .iter()
                    .map(|cookie| cookie.as_str().map(str::to_owned));
                match texts.collect::<Option<Vec<String>>>() {
                    Some(texts) => return Ok(texts),
                    None => "an array with other values",
                }
            }
            Some(other) => other.kind(),
        };
        let text = format!("`cookies` must be an array of strings, found {found}");
        Err(InvalidResponse::new(text))
    }

    pub(super) fn reject_multi_headers(&self, source: &str) -> Result<(), InvalidResponse> {
        if members("multiValueHeaders", self.multi_headers.as_ref())?.is_empty() {
            return Ok(());
        }
        let text = format!("{source} needs `headers`, found `multiValueHeaders`");
        Err(InvalidResponse::new(text))
    }

    pub(super) fn reject_single_headers(&self, source: &str) -> Result<(), InvalidResponse> {
        if members("headers", self.headers.as_ref())?.is_empty() {
            return Ok(());
        }
        let text = format!("{source} needs `multiValueHeaders`, found `headers`");
        Err(InvalidResponse::new(text))
    }
}

fn members<'a>(
    key: &str,
    member: Option<&'a Member>,
) -> Result<&'a [(String, Member)], InvalidResponse> {
    match member {
        None | Some(Member::Other(Value::Null)) => Ok(&[]),
        Some(Member::Object(members)) => Ok(members),
        Some(other) => {
            let text = format!("`{key}` must be an object, found {}", other.kind());
            Err(InvalidResponse::new(text))
        }
    }
}

fn header_text(name: &str, value: &Member, lenient: bool) -> Result<String, InvalidResponse> {
    match value {
        Member::Other(value) => value_text(name, value, lenient),
        Member::Object(_) => Err(no_text(name, "an object")),
    }
}

fn value_text(name: &str, value: &Value, lenient: bool) -> Result<String, InvalidResponse> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) if lenient => Ok(value.to_string()),
        other => Err(no_text(name, kind(other))),
    }
}

fn no_text(name: &str, found: &str) -> InvalidResponse {
    InvalidResponse::new(format!("header `{name}` must be a string, found {found}"))
}

/// Any JSON value. Objects keep the order of their members.
///
/// If a key is repeated, the last value counts, as in most parsers.
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

/// Returns the response that payload format 2.0 infers from JSON that is not an object with a
/// `statusCode`: the whole JSON is the body.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response>.
pub(super) fn inferred(
    raw_response: &[u8],
) -> Result<Option<http::Response<Bytes>>, InvalidResponse> {
    #[derive(Deserialize)]
    struct Status {
        #[serde(rename = "statusCode")]
        status: Option<IgnoredAny>,
    }
    serde_json::from_slice::<IgnoredAny>(raw_response).map_err(|error| no_json(&error))?;
    let body = if is_object(raw_response) {
        let has_status = serde_json::from_slice::<Status>(raw_response)
            .map_or(true, |found| found.status.is_some());
        if has_status {
            return Ok(None);
        }
        Bytes::copy_from_slice(raw_response)
    } else if let Ok(text) = serde_json::from_slice::<String>(raw_response) {
        text.into()
    } else {
        Bytes::copy_from_slice(raw_response)
    };
    let mut response = http::Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Some(response))
}

fn is_object(json: &[u8]) -> bool {
    json.trim_ascii_start().first() == Some(&b'{')
}

fn no_json(error: &serde_json::Error) -> InvalidResponse {
    InvalidResponse::new(format!("the response is not valid JSON: {error}"))
}

/// Returns the bytes of the body, decoded if the source does so. A load balancer rejects `null`,
/// which is an empty body for the other sources.
pub(super) fn body(
    parsed: &LambdaResponse,
    reject_null: bool,
    decodes: bool,
) -> Result<Bytes, InvalidResponse> {
    let text = match &parsed.body {
        None => return Ok(Bytes::new()),
        Some(Value::Null) if !reject_null => return Ok(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(other) => {
            let text = format!("`body` must be a string, found {}", kind(other));
            return Err(InvalidResponse::new(text));
        }
    };
    if !is_base64(parsed)? || !decodes {
        return Ok(Bytes::copy_from_slice(text.as_bytes()));
    }
    match base64_simd::STANDARD.decode_to_vec(text) {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(InvalidResponse::new(
            "`isBase64Encoded` is true, but `body` is not valid base64",
        )),
    }
}

fn is_base64(parsed: &LambdaResponse) -> Result<bool, InvalidResponse> {
    match &parsed.base64 {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(base64)) => Ok(*base64),
        Some(other) => {
            let text = format!(
                "`isBase64Encoded` must be true or false, found {}",
                kind(other)
            );
            Err(InvalidResponse::new(text))
        }
    }
}

/// The type of a value, for messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
