//! The reply of the function as the source reads it.

mod content;
mod shape;

use super::{Facts, media_types};
use crate::event::Source;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, SET_COOKIE},
};
use shape::{Pairs, Shape};
use std::fmt;

/// What a source would answer 502 for, a Lambda function having replied with something that it
/// cannot read. (An HTTP API answers 500 there.) Displayed, it says what was expected and what was
/// found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidReply(String);

impl InvalidReply {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for InvalidReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidReply {}

/// What the client receives when the function replies with this JSON.
///
/// The rules are those of the source:
///
/// - A REST API takes the five keys that it knows and no other, joins `headers` and
///   `multiValueHeaders`, and renames what it keeps for itself: `WWW-Authenticate` arrives as
///   `x-amzn-Remapped-WWW-Authenticate`.
/// - Payload format 2.0 (HTTP API, function URL) makes a 200 with `application/json` of any JSON
///   without `statusCode`, and a `set-cookie` of each of the `cookies`.
/// - An ALB insists on the header form that its events have, and on a body that is not null.
/// - A reply with content and without `content-type` gets the one that the source makes up.
/// - Replies above 6 MB (1 MB at an ALB) are refused.
///
/// What depends on the request is as for a GET that accepts what the function sends, from a REST API
/// with `*/*` as its binary media types; [`response`] knows request and API.
///
/// ```
/// use lambda_api::event::{Source, emulate};
///
/// let reply = emulate::reply(Source::RestApi, br#"{"statusCode": 200, "cookies": ["a=1"]}"#);
/// assert_eq!(
///     reply.unwrap_err().to_string(),
///     "a REST API does not know the key `cookies`",
/// );
/// ```
///
/// # Errors
/// When the source could not read the reply.
pub fn reply(source: Source, reply: &[u8]) -> Result<http::Response<Bytes>, InvalidReply> {
    read(source, reply, true)
}

/// What the client of this request receives when the function replies with this JSON.
///
/// The rules are those of [`reply`](fn@reply), and two that depend on the request and on the
/// settings of the source:
///
/// - A response to a `HEAD` has no body.
/// - A REST API decodes base64 only where its [`binary_media_types`](Facts::binary_media_types) fit
///   the request's `accept`. Any other client receives the base64 as text.
///
/// ```
/// use bytes::Bytes;
/// use lambda_api::event::{Source, emulate};
///
/// let request = http::Request::get("/logo").body(Bytes::new())?;
/// let reply = br#"{"statusCode": 200, "body": "iVBORw==", "isBase64Encoded": true}"#;
/// let new = emulate::Facts::new().binary_media_types([""; 0]);
/// let response = emulate::response(Source::RestApi, &request, &new, reply)?;
/// assert_eq!(response.body(), "iVBORw==");
/// let response = emulate::response(Source::HttpApi, &request, &new, reply)?;
/// assert_eq!(response.body(), &b"\x89PNG"[..]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the source could not read the reply.
pub fn response(
    source: Source,
    request: &http::Request<Bytes>,
    facts: &Facts,
    reply: &[u8],
) -> Result<http::Response<Bytes>, InvalidReply> {
    let decodes = match &facts.binary_media_types {
        Some(types) if source == Source::RestApi => {
            media_types::fit(types, request.headers().get(ACCEPT))
        }
        _ => true,
    };
    let mut response = read(source, reply, decodes)?;
    if request.method() == Method::HEAD {
        // A client reads none, whatever the source has.
        response.body_mut().clear();
    }
    Ok(response)
}

fn read(
    source: Source,
    reply: &[u8],
    decodes: bool,
) -> Result<http::Response<Bytes>, InvalidReply> {
    check_size(source, reply.len())?;
    if has_format_2(source)
        && let Some(inferred) = content::inferred(reply)?
    {
        return Ok(inferred);
    }
    let shape = Shape::parse(reply)?;
    if source == Source::RestApi
        && let Some(unknown) = &shape.unknown
    {
        let text = format!("a REST API does not know the key `{unknown}`");
        return Err(InvalidReply::new(text));
    }
    let mut response = http::Response::new(content::body(&shape, is_alb(source), decodes)?);
    *response.status_mut() = status(source, &shape)?;
    *response.headers_mut() = headers(source, &shape)?;
    add_content_type(source, &mut response);
    Ok(response)
}

fn has_format_2(source: Source) -> bool {
    matches!(source, Source::HttpApi | Source::FunctionUrl)
}

fn is_alb(source: Source) -> bool {
    matches!(source, Source::Alb | Source::AlbMultiValue)
}

fn check_size(source: Source, size: usize) -> Result<(), InvalidReply> {
    let limit = if is_alb(source) { 1 << 20 } else { 6 << 20 };
    if size <= limit {
        return Ok(());
    }
    let text = format!("expected a reply of at most {limit} bytes, found {size}");
    Err(InvalidReply::new(text))
}

fn status(source: Source, shape: &Shape) -> Result<StatusCode, InvalidReply> {
    let Some(status) = shape.status.as_ref() else {
        return Err(InvalidReply::new("`statusCode` is missing"));
    };
    // API Gateway takes a number in a string for a number; the others do not.
    let is_gateway = has_format_2(source) || uses_format_1(source);
    let code = match status {
        serde_json::Value::String(text) if is_gateway => text.parse().ok(),
        status => status.as_u64().and_then(|code| u16::try_from(code).ok()),
    };
    code.filter(|code| (200..=599).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| {
            let text = format!("`statusCode` must be a number from 200 to 599, found {status}");
            InvalidReply::new(text)
        })
}

fn uses_format_1(source: Source) -> bool {
    matches!(source, Source::RestApi | Source::HttpApiV1)
}

fn headers(source: Source, shape: &Shape) -> Result<HeaderMap, InvalidReply> {
    let mut headers = HeaderMap::new();
    match source {
        Source::RestApi | Source::HttpApiV1 => {
            // A name in both maps counts in the multi-value one only.
            let multi = shape.multi_headers(true)?;
            for (name, value) in shape.single_headers(true)? {
                if !multi
                    .iter()
                    .any(|(known, _)| known.eq_ignore_ascii_case(&name))
                {
                    append(&mut headers, &name, &value)?;
                }
            }
            for (name, values) in multi {
                for value in values {
                    append(&mut headers, &name, &value)?;
                }
            }
            if source == Source::RestApi {
                headers = remapped(headers);
            }
        }
        Source::HttpApi | Source::FunctionUrl => {
            append_all(&mut headers, shape.single_headers(true)?)?;
            for cookie in shape.cookies()? {
                append(&mut headers, SET_COOKIE.as_str(), &cookie)?;
            }
        }
        Source::Alb => {
            shape.refuse_multi_headers("an ALB without multi-value headers")?;
            append_all(&mut headers, shape.single_headers(false)?)?;
        }
        Source::AlbMultiValue => {
            shape.refuse_single_headers("an ALB with multi-value headers")?;
            for (name, values) in shape.multi_headers(false)? {
                for value in values {
                    append(&mut headers, &name, &value)?;
                }
            }
        }
        Source::LatticeV1 | Source::LatticeV2 => {
            append_all(&mut headers, shape.single_headers(false)?)?;
        }
    }
    Ok(headers)
}

fn append_all(headers: &mut HeaderMap, pairs: Pairs<String>) -> Result<(), InvalidReply> {
    for (name, value) in pairs {
        append(headers, &name, &value)?;
    }
    Ok(())
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), InvalidReply> {
    let Ok(known) = HeaderName::try_from(name) else {
        return Err(InvalidReply::new(format!("{name:?} is no header name")));
    };
    // The value may be a secret, so it is not repeated.
    let Ok(value) = HeaderValue::try_from(value) else {
        let text = format!("the value of header `{name}` has characters that no header can have");
        return Err(InvalidReply::new(text));
    };
    headers.append(known, value);
    Ok(())
}

/// Renames the headers that a REST API keeps for itself.
///
/// See <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html>.
fn remapped(headers: HeaderMap) -> HeaderMap {
    let mut renamed = HeaderMap::with_capacity(headers.len());
    let mut current = None;
    for (name, value) in headers {
        current = name.or(current);
        let Some(name) = &current else { continue };
        let name = match name.as_str() {
            "authorization" => HeaderName::from_static("x-amzn-remapped-authorization"),
            "connection" => HeaderName::from_static("x-amzn-remapped-connection"),
            "content-length" => HeaderName::from_static("x-amzn-remapped-content-length"),
            "date" => HeaderName::from_static("x-amzn-remapped-date"),
            "host" => HeaderName::from_static("x-amzn-remapped-host"),
            "server" => HeaderName::from_static("x-amzn-remapped-server"),
            "user-agent" => HeaderName::from_static("x-amzn-remapped-user-agent"),
            "www-authenticate" => HeaderName::from_static("x-amzn-remapped-www-authenticate"),
            _ => name.clone(),
        };
        renamed.append(name, value);
    }
    renamed
}

fn add_content_type(source: Source, response: &mut http::Response<Bytes>) {
    if response.body().is_empty() || response.headers().contains_key(CONTENT_TYPE) {
        return;
    }
    let made_up = match source {
        Source::RestApi | Source::FunctionUrl => "application/json",
        Source::HttpApi | Source::HttpApiV1 => "text/plain; charset=utf-8",
        Source::Alb | Source::AlbMultiValue => "application/octet-stream",
        Source::LatticeV1 | Source::LatticeV2 => return,
    };
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(made_up));
}

#[cfg(test)]
mod tests;
