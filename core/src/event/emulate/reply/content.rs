//! The body of the reply, and the reply that is nothing but a body.

use super::{InvalidReply, shape::Shape};
use bytes::Bytes;
use http::{HeaderValue, header::CONTENT_TYPE};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value;

/// The whole reply as a body, when payload format 2.0 takes it for one: any JSON that is no object
/// with a `statusCode`.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response>.
pub(super) fn inferred(reply: &[u8]) -> Result<Option<http::Response<Bytes>>, InvalidReply> {
    #[derive(Deserialize)]
    struct Status {
        #[serde(rename = "statusCode")]
        status: Option<IgnoredAny>,
    }
    serde_json::from_slice::<IgnoredAny>(reply).map_err(|error| no_json(&error))?;
    let body = if is_object(reply) {
        let has_status =
            serde_json::from_slice::<Status>(reply).map_or(true, |found| found.status.is_some());
        if has_status {
            return Ok(None);
        }
        Bytes::copy_from_slice(reply)
    } else if let Ok(text) = serde_json::from_slice::<String>(reply) {
        text.into()
    } else {
        Bytes::copy_from_slice(reply)
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

pub(super) fn no_json(error: &serde_json::Error) -> InvalidReply {
    InvalidReply::new(format!("the reply is no JSON: {error}"))
}

/// The bytes of the body, decoded where the source does so. A load balancer refuses `null`, where
/// the others see an empty body.
pub(super) fn body(shape: &Shape, refuse_null: bool, decodes: bool) -> Result<Bytes, InvalidReply> {
    let text = match &shape.body {
        None => return Ok(Bytes::new()),
        Some(Value::Null) if !refuse_null => return Ok(Bytes::new()),
        Some(Value::String(text)) => text,
        Some(other) => {
            let text = format!("`body` must be a string, found {}", kind(other));
            return Err(InvalidReply::new(text));
        }
    };
    if !is_base64(shape)? || !decodes {
        return Ok(Bytes::copy_from_slice(text.as_bytes()));
    }
    match base64_simd::STANDARD.decode_to_vec(text) {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => Err(InvalidReply::new(
            "`isBase64Encoded` is true, and `body` is no base64",
        )),
    }
}

fn is_base64(shape: &Shape) -> Result<bool, InvalidReply> {
    match &shape.base64 {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(base64)) => Ok(*base64),
        Some(other) => {
            let text = format!(
                "`isBase64Encoded` must be true or false, found {}",
                kind(other)
            );
            Err(InvalidReply::new(text))
        }
    }
}

/// What a value is, without its content.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
