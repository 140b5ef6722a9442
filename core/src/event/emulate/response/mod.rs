//! Parses the response of the function as the source does.

mod head;
mod prelude;
mod response_format;

use super::{GatewayContext, media_types};
use crate::event::Source;
use bytes::Bytes;
use head::{has_format_2, headers, status};
use http::{
    HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
};
pub use prelude::{parse_prelude, parse_stream};
pub use response_format::InvalidResponse;
use response_format::LambdaResponse;

/// Returns what the client receives when the function responds with this JSON.
///
/// The rules depend on the source:
///
/// - A REST API only accepts the five keys that it supports, joins `headers` and
///   `multiValueHeaders`, and renames reserved headers: `WWW-Authenticate` arrives as
///   `x-amzn-Remapped-WWW-Authenticate`.
/// - Payload format 2.0 (HTTP API, function URL) converts JSON without `statusCode` into a 200
///   response of type `application/json`, and each of the `cookies` into a `set-cookie` header.
/// - An ALB requires the header form of its events, and a body that is not null.
/// - A response with a body but without `content-type` gets the source's default type.
/// - Responses above 6 MB (1 MB for an ALB) are rejected.
/// - If the function sends a [stream](crate::event::encode_prelude), a function URL passes on all of it, the
///   head too, and the other sources reject it. [`parse_stream`] reads it in the streaming mode.
///
/// The request is assumed to be a GET that accepts the type of the response, and a REST API to have
/// the binary media type `*/*`. Use [`client_response`] for a specific request and API.
///
/// ```
/// use lambda_api::event::{Source, emulate};
///
/// let response = emulate::parse_response(Source::RestApi, br#"{"statusCode": 200, "cookies": ["a=1"]}"#);
/// assert_eq!(
///     response.unwrap_err().to_string(),
///     "a REST API does not support the key `cookies`",
/// );
/// ```
///
/// # Errors
/// Returns an error if the source could not read the response.
pub fn parse_response(
    source: Source,
    response: &[u8],
) -> Result<http::Response<Bytes>, InvalidResponse> {
    read(source, response, true)
}

/// Returns what the client of this request receives when the function responds with this JSON.
///
/// The rules are those of [`parse_response`], and two more that depend on the request and on the
/// configuration of the source:
///
/// - A response to a `HEAD` request has no body.
/// - A REST API only decodes base64 if its
///   [`binary_media_types`](GatewayContext::binary_media_types) match the request's `accept`. Any
///   other client receives the base64 text.
///
/// ```
/// use bytes::Bytes;
/// use lambda_api::event::{Source, emulate};
///
/// let request = http::Request::get("/logo").body(Bytes::new())?;
/// let response = br#"{"statusCode": 200, "body": "iVBORw==", "isBase64Encoded": true}"#;
/// let new = emulate::GatewayContext::new().binary_media_types([""; 0]);
/// let rest = emulate::client_response(Source::RestApi, &request, &new, response)?;
/// assert_eq!(rest.body(), "iVBORw==");
/// let http = emulate::client_response(Source::HttpApi, &request, &new, response)?;
/// assert_eq!(http.body(), &b"\x89PNG"[..]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an error if the source could not read the response.
pub fn client_response(
    source: Source,
    request: &http::Request<Bytes>,
    gateway: &GatewayContext,
    raw_response: &[u8],
) -> Result<http::Response<Bytes>, InvalidResponse> {
    let decodes = match &gateway.binary_media_types {
        Some(types) if source == Source::RestApi => {
            media_types::fit(types, request.headers().get(ACCEPT))
        }
        _ => true,
    };
    let mut response = read(source, raw_response, decodes)?;
    if request.method() == Method::HEAD {
        // A response to HEAD has no body, whatever the source sends.
        response.body_mut().clear();
    }
    Ok(response)
}

fn read(
    source: Source,
    raw_response: &[u8],
    decodes: bool,
) -> Result<http::Response<Bytes>, InvalidResponse> {
    check_size(source, raw_response.len())?;
    if source == Source::FunctionUrl && prelude::is_stream(raw_response) {
        return Ok(prelude::passed_on(raw_response));
    }
    if has_format_2(source)
        && let Some(inferred) = response_format::inferred(raw_response)?
    {
        return Ok(inferred);
    }
    let parsed = LambdaResponse::parse(raw_response)?;
    if source == Source::RestApi
        && let Some(unknown) = parsed.unsupported()
    {
        let text = format!("a REST API does not support the key `{unknown}`");
        return Err(InvalidResponse::new(text));
    }
    let mut response =
        http::Response::new(response_format::body(&parsed, is_alb(source), decodes)?);
    *response.status_mut() = status(source, &parsed)?;
    *response.headers_mut() = headers(source, &parsed)?;
    add_content_type(source, &mut response);
    Ok(response)
}

fn is_alb(source: Source) -> bool {
    matches!(source, Source::Alb | Source::AlbMultiValue)
}

fn check_size(source: Source, size: usize) -> Result<(), InvalidResponse> {
    let limit = if is_alb(source) { 1 << 20 } else { 6 << 20 };
    if size <= limit {
        return Ok(());
    }
    let text = format!("expected a response of at most {limit} bytes, found {size}");
    Err(InvalidResponse::new(text))
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
