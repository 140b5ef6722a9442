//! Converts a response into the JSON that its source expects.

use super::{
    Source,
    framing::{Fields, has_no_body},
    payload::{Payload, payload},
    writer::Writer,
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
    response::Parts,
};
use std::borrow::Cow;

/// Encodes a response as the JSON that the source expects.
///
/// - HTTP API 2.0 and function URL: repeated headers are joined with `, `, cookies are an array.
/// - REST API and HTTP API 1.0: all headers are in `multiValueHeaders` and none in `headers`, since
///   the gateway would merge the two. A REST API renames some headers before they reach the client;
///   `www-authenticate` arrives as `x-amzn-remapped-www-authenticate`.
/// - ALB: headers have the form of the request's headers, `statusDescription` is set, and the body
///   is never null.
/// - VPC Lattice: like an ALB with single-value headers.
///
/// Header fields for message framing belong to the gateway. They are removed for every source: the
/// hop-by-hop fields ([RFC 9110, section 7.6.1]: `connection` and the fields that it names,
/// `keep-alive`, `proxy-connection`, `te`, `transfer-encoding`, `upgrade`; also `trailer` and
/// `proxy-authenticate`), and a `content-length` that is not the length of the body.
/// `content-length` is kept if there is no body, since the response may be for a `HEAD` request,
/// and with status 304.
///
/// Single-value headers cannot hold a second `set-cookie`. Its name is written in different letter
/// case (`Set-cookie`), which is the same header for a client.
///
/// The body is text if its bytes are UTF-8 and its content type is textual, and base64 otherwise. A
/// compressed body is always base64. A body without a content type is sent as
/// `text/plain; charset=utf-8` or `application/octet-stream`. The bodies of 1xx, 204, 205 and 304
/// are removed. A header value that is not UTF-8 is read as Latin-1.
///
/// # Binary bodies at a REST API
///
/// A REST API decodes base64 only if one of its [`binaryMediaTypes`] matches the first media type
/// of the request's `accept`. To all other clients it sends the base64 text itself. A new API has
/// no such types. So an API that sends images or compressed responses needs `*/*`, which matches
/// every request:
///
/// ```yaml
/// # AWS SAM
/// Type: AWS::Serverless::Api
/// Properties:
///   BinaryMediaTypes: ["*/*"]
/// ```
///
/// No other source has such a setting. [`emulate::GatewayContext::binary_media_types`] is the
/// setting of the emulated API.
///
/// [RFC 9110, section 7.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
/// [`binaryMediaTypes`]: https://docs.aws.amazon.com/apigateway/latest/developerguide/lambda-proxy-binary-media.html
/// [`emulate::GatewayContext::binary_media_types`]: super::emulate::GatewayContext::binary_media_types
#[must_use]
pub fn encode(source: Source, parts: &Parts, body: &[u8]) -> Vec<u8> {
    encode_measured(source, parts, body).json
}

/// Encodes the head of a streamed response, as a function URL with the invoke mode `RESPONSE_STREAM` and a
/// REST API with the response transfer mode `STREAM` expect it: status and headers as JSON, and eight
/// bytes of zero. The body follows as it is, never as base64.
///
/// - Function URL: repeated headers are joined with `, `, cookies are an array.
/// - REST API: headers are in `multiValueHeaders`, cookies are an array. The gateway renames the headers
///   that it renames in buffered responses.
///
/// The other sources cannot stream; for them, the head is that of a function URL. Header fields for
/// message framing are removed, as by [`encode`]. One valid `content-length` stays, so the body must have
/// this length.
///
/// See the pages on [function URLs](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html#runtimes-custom-response-streaming)
/// and [REST APIs](https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html).
///
/// ```
/// use lambda_api::event::{self, Source};
///
/// let response = http::Response::builder().header("content-type", "text/csv").body(())?;
/// let (parts, ()) = response.into_parts();
/// let prelude = event::encode_prelude(Source::FunctionUrl, &parts);
/// let (head, zeros) = prelude.split_at(prelude.len() - 8);
/// assert_eq!(head, br#"{"statusCode":200,"headers":{"content-type":"text/csv"},"cookies":[]}"#);
/// assert_eq!(zeros, [0; 8]);
/// # Ok::<(), http::Error>(())
/// ```
#[must_use]
pub fn encode_prelude(source: Source, parts: &Parts) -> Vec<u8> {
    encode_prelude_measured(source, parts, None).json
}

/// Encodes the head of a stream as [`encode_prelude`] does, and measures its header fields. `body` is
/// the whole body, if it is known.
pub(crate) fn encode_prelude_measured(
    source: Source,
    parts: &Parts,
    body: Option<&[u8]>,
) -> Encoded {
    let body = if has_no_body(parts.status) {
        Some(&[][..])
    } else {
        body
    };
    let (fields, content_type) = match body {
        Some(body) => {
            let fields = Fields::of(parts.status, &parts.headers, body);
            // Only a type that is missing needs a look at the whole body.
            let known = fields.headers.contains_key(CONTENT_TYPE);
            let (_, content_type) = match known {
                true => (Payload::Text(""), None),
                false => payload(&fields.headers, body),
            };
            (fields, content_type)
        }
        None => {
            let fields = Fields::of_stream(&parts.headers);
            let known = fields.headers.contains_key(CONTENT_TYPE);
            (fields, (!known).then_some("application/octet-stream"))
        }
    };
    let headers = &*fields.headers;
    let mut json = Writer(Vec::with_capacity(64 + fields.bytes + headers.len() * 8));
    json.raw(r#"{"statusCode":"#);
    json.raw(parts.status.as_str());
    match source {
        Source::RestApi => json.multi_headers(headers, content_type, Cookies::Apart),
        _ => json.single_headers(headers, content_type, Cookies::Apart),
    }
    json.cookies(headers);
    json.raw("}\0\0\0\0\0\0\0\0");
    Encoded {
        json: json.0,
        header_bytes: fields.bytes,
    }
}

/// A response as text, and the length of its header fields: all names and values.
pub(crate) struct Encoded {
    pub(crate) json: Vec<u8>,
    pub(crate) header_bytes: usize,
}

/// Encodes a response as [`encode`] does, and measures its header fields.
pub(crate) fn encode_measured(source: Source, parts: &Parts, body: &[u8]) -> Encoded {
    let body = if has_no_body(parts.status) { &[] } else { body };
    let fields = Fields::of(parts.status, &parts.headers, body);
    let headers = &*fields.headers;
    let (payload, content_type) = payload(headers, body);
    let mut json = Writer(Vec::with_capacity(estimate(&fields, &payload)));
    json.raw(r#"{"statusCode":"#);
    json.raw(parts.status.as_str());
    match source {
        Source::HttpApi | Source::FunctionUrl => {
            json.single_headers(headers, content_type, Cookies::Apart);
            json.cookies(headers);
        }
        Source::RestApi | Source::HttpApiV1 => {
            json.multi_headers(headers, content_type, Cookies::Among);
        }
        Source::AlbMultiValue => {
            json.description(parts.status);
            json.multi_headers(headers, content_type, Cookies::Among);
        }
        Source::Alb | Source::LatticeV1 | Source::LatticeV2 => {
            json.description(parts.status);
            json.single_headers(headers, content_type, Cookies::ByLetterCase);
        }
    }
    Encoded {
        json: json.payload(&payload),
        header_bytes: fields.bytes,
    }
}

/// The approximate length of a response.
fn estimate(fields: &Fields<'_>, payload: &Payload<'_>) -> usize {
    160 + fields.bytes
        + fields.headers.len() * 8
        + match payload {
            Payload::Text(text) => text.len() + text.len() / 4,
            Payload::Base64(bytes) => bytes.len() / 3 * 4 + 4,
        }
}

/// How `set-cookie` fields are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cookies {
    /// As `cookies`.
    Apart,
    /// Like any other header, which can have several values.
    Among,
    /// As headers of one value, by the letter case of their names.
    ByLetterCase,
}

impl Writer {
    fn description(&mut self, status: StatusCode) {
        self.raw(r#","statusDescription":""#);
        self.raw(status.as_str());
        self.0.push(b' ');
        self.raw(status.canonical_reason().unwrap_or("Unknown"));
        self.0.push(b'"');
    }

    fn single_headers(
        &mut self,
        headers: &HeaderMap,
        content_type: Option<&str>,
        cookies: Cookies,
    ) {
        self.raw(r#","headers":{"#);
        let mut first = true;
        for name in headers.keys() {
            if *name == SET_COOKIE {
                if cookies == Cookies::ByLetterCase {
                    for (value, name) in headers.get_all(SET_COOKIE).iter().zip(spellings()) {
                        self.comma(&mut first);
                        self.string(&name);
                        self.0.push(b':');
                        self.string(&text(value));
                    }
                }
                continue;
            }
            self.comma(&mut first);
            self.string(name.as_str());
            self.raw(r#":""#);
            for (i, value) in headers.get_all(name).iter().enumerate() {
                if i > 0 {
                    self.raw(", ");
                }
                self.escaped(&text(value));
            }
            self.0.push(b'"');
        }
        if let Some(content_type) = content_type {
            self.comma(&mut first);
            self.string(CONTENT_TYPE.as_str());
            self.0.push(b':');
            self.string(content_type);
        }
        self.0.push(b'}');
    }

    fn multi_headers(&mut self, headers: &HeaderMap, content_type: Option<&str>, cookies: Cookies) {
        self.raw(r#","multiValueHeaders":{"#);
        let mut first = true;
        for name in headers.keys() {
            if *name == SET_COOKIE && cookies == Cookies::Apart {
                continue;
            }
            self.comma(&mut first);
            self.string(name.as_str());
            self.raw(":[");
            self.strings(headers.get_all(name).iter());
            self.0.push(b']');
        }
        if let Some(content_type) = content_type {
            self.comma(&mut first);
            self.string(CONTENT_TYPE.as_str());
            self.raw(":[");
            self.string(content_type);
            self.0.push(b']');
        }
        self.0.push(b'}');
    }

    fn cookies(&mut self, headers: &HeaderMap) {
        // Always present, even if empty: cargo-lambda's emulator rejects a response without
        // `cookies`.
        self.raw(r#","cookies":["#);
        self.strings(headers.get_all(SET_COOKIE).iter());
        self.0.push(b']');
    }

    fn strings<'v>(&mut self, values: impl Iterator<Item = &'v HeaderValue>) {
        let mut first = true;
        for value in values {
            self.comma(&mut first);
            self.string(&text(value));
        }
    }

    /// Writes the end of the response.
    fn payload(mut self, payload: &Payload<'_>) -> Vec<u8> {
        self.raw(r#","body":""#);
        match payload {
            Payload::Text(text) => {
                self.escaped(text);
                self.raw(r#"","isBase64Encoded":false}"#);
            }
            // Converted to `String` first: base64 needs no UTF-8 check.
            Payload::Base64(bytes) => {
                base64_simd::STANDARD.encode_append(bytes, &mut self.0);
                self.raw(r#"","isBase64Encoded":true}"#);
            }
        }
        self.0
    }
}

/// The text of a header value. A value that is not UTF-8 is read as Latin-1 (RFC 9110, section
/// 5.5).
fn text(value: &HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => value.as_bytes().iter().copied().map(char::from).collect(),
    }
}

/// The spellings of `set-cookie` by letter case: `set-cookie`, `Set-cookie`, `sEt-cookie` and so
/// on. The 512 spellings are more cookies than the headers of a response can hold.
fn spellings() -> impl Iterator<Item = String> {
    (0..512_u32).map(|upper| {
        let mut letter = 1;
        let spell = |c: char| {
            if !c.is_ascii_alphabetic() {
                return c;
            }
            let here = upper & letter != 0;
            letter <<= 1;
            if here { c.to_ascii_uppercase() } else { c }
        };
        SET_COOKIE.as_str().chars().map(spell).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_spellings_are_the_same() {
        let all: HashSet<_> = spellings().collect();
        assert_eq!(all.len(), 512);
        assert!(
            all.iter()
                .all(|name| name.eq_ignore_ascii_case("set-cookie"))
        );
        assert_eq!(
            spellings().take(3).collect::<Vec<_>>(),
            ["set-cookie", "Set-cookie", "sEt-cookie"]
        );
    }

    #[test]
    fn a_response_fits_into_what_was_reserved_for_it() {
        let (mut parts, ()) = http::Response::new(()).into_parts();
        parts
            .headers
            .insert("x-name", HeaderValue::from_static("value"));
        for source in Source::ALL {
            let text = "x".repeat(10_000);
            let fields = Fields::of(parts.status, &parts.headers, &[]);
            let reserved = estimate(&fields, &Payload::Text(&text));
            assert!(
                encode(source, &parts, text.as_bytes()).len() <= reserved,
                "{source}"
            );
            let binary = vec![0xff; 10_000];
            let reserved = estimate(&fields, &Payload::Base64(&binary));
            assert!(
                encode(source, &parts, &binary).len() <= reserved,
                "{source}"
            );
        }
    }
}
