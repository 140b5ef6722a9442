//! Emulation of the sources: the event that each source sends for an HTTP request, and the HTTP
//! response that it makes of the function's response.
//!
//! The local gateway and the crate `lambda-api-testing` are based on this module. A function on
//! Lambda never calls it, so the linker removes it.
//!
//! ```
//! use bytes::Bytes;
//! use lambda_api::event::{Source, emulate};
//!
//! let request = http::Request::get("/orders?page=2").body(Bytes::new())?;
//! let event = emulate::event(Source::HttpApi, &request, &emulate::GatewayContext::new());
//! assert_eq!(event["rawPath"], "/orders");
//! assert_eq!(event["queryStringParameters"]["page"], "2");
//!
//! let response = emulate::parse_response(Source::HttpApi, br#"{"statusCode": 404, "body": "no such order"}"#)?;
//! assert_eq!(response.status(), 404);
//! assert_eq!(response.body(), "no such order");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The round trip law
//!
//! If [`event`](fn@event) converts a request into an event and [`decode`](super::decode) reads it,
//! the result is the same request: its method, its path, its query in order, its headers with all
//! their values, its cookies, and the bytes of its body. If [`encode`](super::encode) writes a
//! response and [`parse_response`] reads it, the result is the same response. This is tested with
//! arbitrary requests and responses for every source. The two tables list everything that a source
//! cannot transport, or adds.
//!
//! | part of a request | source | what arrives |
//! |---|---|---|
//! | path | HTTP API, 2.0 and 1.0 | decoded, and encoded again where a URI needs it: `%2F` becomes `/`, `%2E` becomes `.`, `%21` becomes `!`, and so do all other characters that are valid in a path; bytes that are not UTF-8 become U+FFFD; the path is cut at a `%3F`. `%25` stays `%25` |
//! | path | all others | [normalized](super::decode): `%61` becomes `a`, `%c3` becomes `%C3` |
//! | path and query | all | characters that RFC 3986 forbids, such as `"` or `{`, are percent-encoded |
//! | path | all | [stage](GatewayContext::stage) and [base path](GatewayContext::base_path) are added, and removed by `decode`; the base path only if it is configured |
//! | query | all but HTTP API 2.0 and function URL | the names are in any order, the values of each name in their order; `a` becomes `a=`, and empty pairs are removed |
//! | query | REST API, HTTP API 1.0 | decoded and encoded again: `+` becomes `%20`, bytes that are not UTF-8 become U+FFFD |
//! | repeated query name | ALB, VPC Lattice 1 | the last value |
//! | repeated header | HTTP API 2.0, function URL, VPC Lattice 1 | one value, joined by `,` |
//! | repeated header | ALB | the last value |
//! | header value | all | a value that is not UTF-8 is read as Latin-1, and becomes UTF-8 |
//! | cookies in several headers | all | one header, joined by `; ` |
//! | white space around cookies, empty cookies | HTTP API 2.0, function URL | removed |
//! | `connection` | all but ALB, both modes | removed |
//! | `keep-alive`, `proxy-connection`, `te`, `trailer`, `transfer-encoding`, `upgrade` | all | removed |
//! | `content-length` | REST API | removed |
//! | `content-length` | all others | added to a body if the client sent none; for an HTTP API also without a body |
//! | `x-forwarded-for` | all | one value that ends with the address of the client |
//! | `host`, `x-forwarded-port`, `x-forwarded-proto` | all | added if the client sent none |
//! | `x-amzn-trace-id` | all but VPC Lattice | added if the client sent none |
//! | `x-amzn-tls-version`, `x-amzn-tls-cipher-suite` | function URL | added if the client sent none |
//! | `x-api-key`, `x-amzn-mtls-clientcert-*`, `x-amzn-lattice-identity` | see [`Caller`] | added for a caller |
//! | body | REST API with [`binary_media_types`](GatewayContext::binary_media_types) | if its type does not match, bytes that are not UTF-8 become U+FFFD |
//!
//! | part of a response | source | what the client receives |
//! |---|---|---|
//! | status | all | below 200 and above 599: rejected |
//! | `connection` and the fields that it names, `keep-alive`, `proxy-authenticate`, `proxy-connection`, `te`, `trailer`, `transfer-encoding`, `upgrade` | all | removed by `encode` |
//! | `content-length` that is not the length of the body | all | removed by `encode` |
//! | repeated header | all but REST API, HTTP API 1.0 and ALB with multi-value headers | one value, joined by `, `; `set-cookie` stays separate |
//! | header value | all | a value that is not UTF-8 is read as Latin-1, and becomes UTF-8 |
//! | `authorization`, `connection`, `content-length`, `date`, `host`, `server`, `user-agent`, `www-authenticate` | REST API | `x-amzn-remapped-` before the name |
//! | a body without `content-type` | all | `text/plain; charset=utf-8`, or `application/octet-stream` if it is not text |
//! | body of 204, 205 and 304 | all | removed |
//! | base64 body | REST API with [`binary_media_types`](GatewayContext::binary_media_types) | if the request's `accept` does not match, the base64 text: see [`client_response`] |
//! | size | all | above 6 MB, for an ALB above 1 MB: rejected |
//!
//! # Streams
//!
//! A function URL with the invoke mode `RESPONSE_STREAM` and a REST API with the response transfer mode
//! `STREAM` read a response of another format: [`encode_prelude`](super::encode_prelude) writes its head, the
//! body follows as it is, and [`parse_prelude`] and [`parse_stream`] read them. The law holds for them, too.
//! The differences:
//!
//! | part of a response | source | what the client receives |
//! |---|---|---|
//! | repeated header | function URL | one value, joined by `, `; `set-cookie` stays separate |
//! | `authorization`, `connection`, .. as above | REST API | `x-amzn-remapped-` before the name |
//! | binary body | both | as it is. A REST API needs no binary media types |
//! | head above 16 KB | REST API | rejected |
//! | size of the body | both | above 200 MB: rejected; clients get the part before it |
//! | time | REST API | 15 minutes at most; the integration's own timeout, 29 s unless it is set, is not emulated |
//!
//! The function must know the mode of the source. If it sends the format of the other mode:
//!
//! | mode of the source | the function sends | source | what the client receives |
//! |---|---|---|---|
//! | stream | a buffered response | function URL | status 200, and the JSON as the body: `{"statusCode":..` |
//! | stream | a buffered response | REST API | 502 |
//! | buffered | a stream | function URL | status 200, and the head before the body: `{"statusCode":..}` and eight bytes of zero |
//! | buffered | a stream | REST API | 502 |
//! | buffered | a stream | all others | an error of the source, as no other source has the mode |

mod alb;
mod body;
mod caller;
mod for_test;
mod gateway_context;
mod headers;
mod incoming;
mod lattice;
mod media_types;
mod path;
mod policy;
mod query;
mod response;
mod rest;
pub(crate) mod time;
mod v2;

#[cfg(feature = "websocket")]
pub(crate) use caller::authorizer_context;
pub use caller::{Caller, ClientCertificate, IamCaller, UnknownCaller};
pub(crate) use gateway_context::DEFAULT_IDS;
pub use gateway_context::GatewayContext;
#[doc(hidden)]
pub use policy::policy_allows;
pub use response::{InvalidResponse, client_response, parse_prelude, parse_response, parse_stream};

use super::Source;
use bytes::Bytes;
use incoming::Incoming;
use serde_json::Value;

/// Returns the event that a source sends to the function for a request.
///
/// It has every field that the source sends, and follows the rules of the source:
///
/// - A REST API sends all headers and query values twice, as last values and as lists, and decodes
///   the query. It capitalizes some header names, such as `Host`.
/// - An HTTP API sends the path *decoded* in both payload formats, cut at a `%3F`. It puts a stage
///   other than `$default` before it on every domain. Format 2.0 moves cookies out of the headers.
/// - A function URL sends cookies both as headers and separately, and the path unchanged.
/// - An ALB leaves the query encoded. Without multi-value headers, the last value wins.
/// - VPC Lattice joins repeated headers in version 1, and lists all values in version 2.
///
/// The source sends the body as text or base64 depending on `content-type`. The order of the names
/// in a map is arbitrary, as it is at AWS; the values of a name keep their order.
///
/// See the pages on [REST APIs], [HTTP APIs], [function URLs], [ALB] and [VPC Lattice].
///
/// [REST APIs]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
/// [HTTP APIs]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
/// [function URLs]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
/// [ALB]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
/// [VPC Lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
#[must_use]
pub fn event(source: Source, request: &http::Request<Bytes>, gateway: &GatewayContext) -> Value {
    let incoming = Incoming::new(source, request, gateway);
    match source {
        Source::RestApi => rest::rest_api(&incoming),
        Source::HttpApiV1 => rest::http_api(&incoming),
        Source::HttpApi => v2::http_api(&incoming),
        Source::FunctionUrl => v2::function_url(&incoming),
        Source::Alb => alb::single(&incoming),
        Source::AlbMultiValue => alb::multi(&incoming),
        Source::LatticeV1 => lattice::version_1(&incoming),
        Source::LatticeV2 => lattice::version_2(&incoming),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{GatewayContext, event};
    use crate::event::Source;
    use bytes::Bytes;
    use serde_json::Value;
    use std::time::{Duration, UNIX_EPOCH};

    pub(crate) fn request(method: &str, uri: &str) -> http::request::Builder {
        http::Request::builder().method(method).uri(uri)
    }

    /// The event of a request at a fixed time.
    pub(crate) fn sent(
        source: Source,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Value {
        event(source, &request.body(body.into()).unwrap(), &gateway())
    }

    pub(crate) fn gateway() -> GatewayContext {
        GatewayContext::new().time(UNIX_EPOCH + Duration::from_millis(1_583_349_317_135))
    }

    pub(crate) fn keys(value: &Value) -> Vec<&str> {
        let mut keys: Vec<&str> = value
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        keys.sort_unstable();
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{gateway, request, sent};
    use super::*;

    #[test]
    fn every_source_sends_method_and_host() {
        for source in Source::ALL {
            let event = sent(source, request("PATCH", "/a"), "");
            assert!(
                event.to_string().contains("\"PATCH\""),
                "{source}: no method in {event}"
            );
            let headers = match source {
                Source::AlbMultiValue => &event["multiValueHeaders"],
                _ => &event["headers"],
            };
            assert!(
                headers.get("host").or(headers.get("Host")).is_some(),
                "{source}: no host in {headers}"
            );
        }
    }

    #[test]
    fn nothing_in_a_request_makes_an_event_fail() {
        let requests = [
            request("GET", "*"),
            request("GET", "/%ff%00%2e%2e/?%ff&=&a=b=c&%&+"),
            request("CONNECT", "example.com:443"),
            request("GET", "/").header("x-latin", &b"\xe9\xff"[..]),
            request("GET", "/").header("cookie", &b";; a ;=;\xff"[..]),
            request("GET", "http://example.com"),
        ];
        for request in requests {
            let request = request.body(Bytes::from_static(b"\xff\x00")).unwrap();
            for source in Source::ALL {
                let event = event(source, &request, &gateway().route("/{a}/{b+}"));
                assert!(event.is_object(), "{source}");
            }
        }
    }
}
