//! Status and headers, as the source reads them.

use super::response_format::{InvalidResponse, LambdaResponse, Pairs};
use crate::event::Source;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header::SET_COOKIE};

pub(super) fn has_format_2(source: Source) -> bool {
    matches!(source, Source::HttpApi | Source::FunctionUrl)
}

pub(super) fn status(
    source: Source,
    parsed: &LambdaResponse,
) -> Result<StatusCode, InvalidResponse> {
    let Some(status) = parsed.status.as_ref() else {
        return Err(InvalidResponse::new("`statusCode` is missing"));
    };
    // API Gateway accepts a number in a string; the other sources do not.
    let is_gateway = has_format_2(source) || uses_format_1(source);
    let code = match status {
        serde_json::Value::String(text) if is_gateway => text.parse().ok(),
        status => status.as_u64().and_then(|code| u16::try_from(code).ok()),
    };
    code.filter(|code| (200..=599).contains(code))
        .and_then(|code| StatusCode::from_u16(code).ok())
        .ok_or_else(|| {
            let text = format!("`statusCode` must be a number from 200 to 599, found {status}");
            InvalidResponse::new(text)
        })
}

fn uses_format_1(source: Source) -> bool {
    matches!(source, Source::RestApi | Source::HttpApiV1)
}

pub(super) fn headers(
    source: Source,
    parsed: &LambdaResponse,
) -> Result<HeaderMap, InvalidResponse> {
    let mut headers = HeaderMap::new();
    match source {
        Source::RestApi | Source::HttpApiV1 => {
            // If a name is in both maps, only the multi-value map counts.
            let multi = parsed.multi_headers(true)?;
            for (name, value) in parsed.single_headers(true)? {
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
            append_all(&mut headers, parsed.single_headers(true)?)?;
            append_cookies(&mut headers, parsed)?;
        }
        Source::Alb => {
            parsed.reject_multi_headers("an ALB without multi-value headers")?;
            append_all(&mut headers, parsed.single_headers(false)?)?;
        }
        Source::AlbMultiValue => {
            parsed.reject_single_headers("an ALB with multi-value headers")?;
            for (name, values) in parsed.multi_headers(false)? {
                for value in values {
                    append(&mut headers, &name, &value)?;
                }
            }
        }
        Source::LatticeV1 | Source::LatticeV2 => {
            append_all(&mut headers, parsed.single_headers(false)?)?;
        }
    }
    Ok(headers)
}

fn append_all(headers: &mut HeaderMap, pairs: Pairs<String>) -> Result<(), InvalidResponse> {
    for (name, value) in pairs {
        append(headers, &name, &value)?;
    }
    Ok(())
}

fn append(headers: &mut HeaderMap, name: &str, value: &str) -> Result<(), InvalidResponse> {
    let Ok(known) = HeaderName::try_from(name) else {
        return Err(InvalidResponse::new(format!(
            "{name:?} is not a valid header name"
        )));
    };
    // The value may be a secret, so it is not part of the error.
    let Ok(value) = HeaderValue::try_from(value) else {
        let text = format!("the value of header `{name}` contains invalid characters");
        return Err(InvalidResponse::new(text));
    };
    headers.append(known, value);
    Ok(())
}

/// Adds the cookies in the head of a stream, which a buffered response of a REST API cannot have.
pub(super) fn append_cookies(
    headers: &mut HeaderMap,
    parsed: &LambdaResponse,
) -> Result<(), InvalidResponse> {
    for cookie in parsed.cookies()? {
        append(headers, SET_COOKIE.as_str(), &cookie)?;
    }
    Ok(())
}

/// Renames the headers that a REST API reserves.
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
