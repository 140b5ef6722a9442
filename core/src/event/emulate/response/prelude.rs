//! Parses the head of a streamed response as the source does.

use super::{
    head::{append_cookies, headers, status},
    response_format::{InvalidResponse, LambdaResponse},
};
use crate::event::Source;
use bytes::Bytes;
use http::{HeaderValue, Response, header::CONTENT_TYPE, response::Parts};

/// The end of a head.
const DELIMITER: [u8; 8] = [0; 8];

/// Where the end of a head must be at a REST API
/// (<https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html>).
const REST_LIMIT: usize = 16 << 10;

/// Reads the head of a streamed response, as a source in its streaming mode does: status and headers, and
/// how many of the bytes are the head. The body begins behind them.
///
/// Returns `None` as long as more bytes are needed, so it can be called again with all bytes until then.
///
/// - A function URL has `headers` and `cookies`, and ignores other keys.
/// - A REST API joins `headers` and `multiValueHeaders`, has `cookies`, accepts no other key, and renames
///   headers as in [`parse_response`](super::parse_response). Its head has at most 16 KB.
///
/// ```
/// use lambda_api::event::{Source, emulate};
///
/// let sent = b"{\"statusCode\":404,\"cookies\":[\"a=1\"]}\0\0\0\0\0\0\0\0no such order";
/// assert!(emulate::parse_prelude(Source::RestApi, &sent[..20])?.is_none());
///
/// let Some((head, length)) = emulate::parse_prelude(Source::RestApi, sent)? else { panic!() };
/// assert_eq!(head.status, 404);
/// assert_eq!(head.headers["set-cookie"], "a=1");
/// assert_eq!(&sent[length..], b"no such order");
/// # Ok::<(), emulate::InvalidResponse>(())
/// ```
///
/// # Errors
/// Returns an error if the source could not read the head, or never streams.
pub fn parse_prelude(
    source: Source,
    received: &[u8],
) -> Result<Option<(Parts, usize)>, InvalidResponse> {
    if source.stream_limit().is_none() {
        let text = format!("the source `{source}` cannot read a streamed response");
        return Err(InvalidResponse::new(text));
    }
    let Some(end) = end_of_head(received) else {
        return match source {
            Source::RestApi if received.len() >= REST_LIMIT => Err(no_delimiter()),
            _ => Ok(None),
        };
    };
    let length = end.saturating_add(DELIMITER.len());
    if source == Source::RestApi && length > REST_LIMIT {
        return Err(no_delimiter());
    }
    let head = received.get(..end).unwrap_or_default();
    Ok(Some((parts(source, head)?, length)))
}

/// Returns what the client receives when the function sends these bytes to a source in its streaming mode.
///
/// If they have no [head](parse_prelude), because the function sent a buffered response, a function URL
/// passes them on as they are, with status 200, and a REST API rejects them.
///
/// ```
/// use lambda_api::event::{Source, emulate};
///
/// let buffered = br#"{"statusCode": 404, "body": "no such order"}"#;
/// let url = emulate::parse_stream(Source::FunctionUrl, buffered)?;
/// assert_eq!((url.status().as_u16(), &url.body()[..]), (200, &buffered[..]));
/// assert!(emulate::parse_stream(Source::RestApi, buffered).is_err());
/// # Ok::<(), emulate::InvalidResponse>(())
/// ```
///
/// # Errors
/// Returns an error if the source could not read the response, or never streams.
pub fn parse_stream(source: Source, sent: &[u8]) -> Result<Response<Bytes>, InvalidResponse> {
    if let Some((parts, length)) = parse_prelude(source, sent)? {
        let body = Bytes::copy_from_slice(sent.get(length..).unwrap_or_default());
        return match source.stream_limit() {
            Some(limit) if body.len() > limit => {
                let text = format!(
                    "expected a body of at most {limit} bytes, found {}",
                    body.len()
                );
                Err(InvalidResponse::new(text))
            }
            _ => Ok(Response::from_parts(parts, body)),
        };
    }
    match source {
        Source::RestApi => Err(no_delimiter()),
        _ => Ok(passed_on(sent)),
    }
}

/// The response of a function URL that gets the format of its other mode, or another one.
pub(super) fn passed_on(sent: &[u8]) -> Response<Bytes> {
    let mut response = Response::new(Bytes::copy_from_slice(sent));
    let content_type = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

/// Whether a response begins with the head of a stream.
pub(super) fn is_stream(sent: &[u8]) -> bool {
    let head = end_of_head(sent).and_then(|end| sent.get(..end));
    head.is_some_and(|head| LambdaResponse::parse(head).is_ok())
}

fn end_of_head(received: &[u8]) -> Option<usize> {
    // JSON has no byte of zero, so a long response without one is not searched twice.
    let first = received.iter().position(|byte| *byte == 0)?;
    let mut rest = received.get(first..)?.windows(DELIMITER.len());
    rest.position(|bytes| bytes == DELIMITER)
        .map(|more| first + more)
}

fn no_delimiter() -> InvalidResponse {
    InvalidResponse::new(format!(
        "expected eight bytes of zero behind the head of a stream, within the first {REST_LIMIT} bytes, \
         found none"
    ))
}

fn parts(source: Source, head: &[u8]) -> Result<Parts, InvalidResponse> {
    let parsed = LambdaResponse::parse(head)
        .map_err(|error| InvalidResponse::new(format!("the head of the stream: {error}")))?;
    if source == Source::RestApi
        && let Some(key) = parsed.unsupported_in_prelude()
    {
        let text = format!("a REST API does not support the key `{key}` in the head of a stream");
        return Err(InvalidResponse::new(text));
    }
    let mut response = Response::new(());
    *response.status_mut() = status(source, &parsed)?;
    *response.headers_mut() = headers(source, &parsed)?;
    if source == Source::RestApi {
        append_cookies(response.headers_mut(), &parsed)?;
    }
    Ok(response.into_parts().0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::encode_prelude;
    use http::HeaderMap;

    fn sent(head: &str, body: &str) -> Vec<u8> {
        format!("{head}\0\0\0\0\0\0\0\0{body}").into_bytes()
    }

    fn rejected(source: Source, head: &str) -> String {
        match parse_prelude(source, &sent(head, "")) {
            Ok(parsed) => panic!("{source} accepted {head}: {parsed:?}"),
            Err(error) => error.to_string(),
        }
    }

    fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
        let values = headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap()).collect()
    }

    #[test]
    fn a_head_is_read_when_its_end_is_there() {
        let whole = sent(r#"{"statusCode":201,"headers":{"x-a":"1"}}"#, "two\0parts");
        let end = whole.len() - "two\0parts".len();
        for source in [Source::FunctionUrl, Source::RestApi] {
            for cut in 0..end {
                let parsed = parse_prelude(source, &whole[..cut]).unwrap();
                assert!(parsed.is_none(), "{source} {cut}");
            }
            for cut in end..=whole.len() {
                let (head, length) = parse_prelude(source, &whole[..cut]).unwrap().unwrap();
                assert_eq!((head.status.as_u16(), length), (201, end), "{source}");
                assert_eq!(values(&head.headers, "x-a"), ["1"], "{source}");
            }
        }
    }

    #[test]
    fn a_written_head_is_read_back() {
        let response = Response::builder()
            .status(401)
            .header("x-a", "1")
            .header("x-a", "2")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2")
            .header("www-authenticate", "Bearer");
        let (parts, ()) = response.body(()).unwrap().into_parts();
        for (source, name, listed) in [
            (Source::FunctionUrl, "www-authenticate", &["1, 2"][..]),
            (
                Source::RestApi,
                "x-amzn-remapped-www-authenticate",
                &["1", "2"],
            ),
        ] {
            let written = encode_prelude(source, &parts);
            let (head, length) = parse_prelude(source, &written).unwrap().unwrap();
            assert_eq!(length, written.len());
            assert_eq!(head.status, 401);
            assert_eq!(values(&head.headers, "x-a"), listed, "{source}");
            assert_eq!(values(&head.headers, "set-cookie"), ["a=1", "b=2"]);
            assert_eq!(values(&head.headers, name), ["Bearer"], "{source}");
        }
    }

    #[test]
    fn keys_of_a_head_depend_on_the_source() {
        let head = r#"{"statusCode":"200","multiValueHeaders":{"x-a":["1","2"]},"headers":{"X-A":"0","x-b":"3"},"cookies":["a=1"]}"#;
        let read = |source| {
            let (head, _) = parse_prelude(source, &sent(head, "")).unwrap().unwrap();
            head.headers
        };
        assert_eq!(values(&read(Source::RestApi), "x-a"), ["1", "2"]);
        assert_eq!(values(&read(Source::RestApi), "x-b"), ["3"]);
        assert_eq!(values(&read(Source::FunctionUrl), "x-a"), ["0"]);
        for key in ["body", "isBase64Encoded", "statusDescription"] {
            let head = format!(r#"{{"statusCode":200,"{key}":null}}"#);
            assert_eq!(
                rejected(Source::RestApi, &head),
                format!("a REST API does not support the key `{key}` in the head of a stream")
            );
            assert!(parse_prelude(Source::FunctionUrl, &sent(&head, "")).is_ok());
        }
    }

    #[test]
    fn an_invalid_head_is_rejected_by_both_sources() {
        for (head, expected) in [
            ("[]", "the head of the stream: the response must be"),
            ("{", "the head of the stream: the response is not valid"),
            ("", "the head of the stream: the response is not valid"),
            ("{}", "`statusCode` is missing"),
            (r#"{"statusCode":99}"#, "`statusCode` must be a number"),
            (
                r#"{"statusCode":200,"cookies":"a"}"#,
                "`cookies` must be an array",
            ),
            (
                r#"{"statusCode":200,"headers":{"a b":"1"}}"#,
                "\"a b\" is not a valid",
            ),
        ] {
            for source in [Source::FunctionUrl, Source::RestApi] {
                let found = rejected(source, head);
                assert!(found.starts_with(expected), "{source} {head}: {found}");
            }
        }
        for source in Source::ALL {
            let is_read = parse_prelude(source, &sent(r#"{"statusCode":200}"#, ""))
                .is_ok_and(|it| it.is_some());
            assert_eq!(is_read, source.stream_limit().is_some(), "{source}");
        }
    }

    #[test]
    fn the_head_of_a_rest_api_has_at_most_16_kb() {
        let head = |length: usize| {
            let empty = r#"{"statusCode":200,"headers":{"x":""}}"#.len() + DELIMITER.len();
            let value = "v".repeat(length - empty);
            sent(
                &format!(r#"{{"statusCode":200,"headers":{{"x":"{value}"}}}}"#),
                "body",
            )
        };
        let fits = head(REST_LIMIT);
        assert!(parse_prelude(Source::RestApi, &fits).unwrap().is_some());
        let long = head(REST_LIMIT + 1);
        assert!(parse_prelude(Source::RestApi, &long).is_err());
        assert!(parse_prelude(Source::RestApi, &long[..REST_LIMIT]).is_err());
        assert!(parse_prelude(Source::FunctionUrl, &long).unwrap().is_some());
    }
}
