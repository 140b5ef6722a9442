//! The other end of the wire: what each source sends for an HTTP request, and how it reads the
//! reply of the function.
//!
//! The local gateway and the crate `lambda-api-testing` are built on this; a function on Lambda
//! never calls it, so the linker leaves it out.
//!
//! ```
//! use bytes::Bytes;
//! use lambda_api::event::{Source, emulate};
//!
//! let request = http::Request::get("/orders?page=2").body(Bytes::new())?;
//! let event = emulate::event(Source::HttpApi, &request, &emulate::Facts::new());
//! assert_eq!(event["rawPath"], "/orders");
//! assert_eq!(event["queryStringParameters"]["page"], "2");
//!
//! let reply = emulate::reply(Source::HttpApi, br#"{"statusCode": 404, "body": "no such order"}"#)?;
//! assert_eq!(reply.status(), 404);
//! assert_eq!(reply.body(), "no such order");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The round trip law
//!
//! A request that is made into an event by [`event`](fn@event) and read by
//! [`decode`](super::decode) is the same request: its method, its path, its query in order, its
//! headers with all their values, its cookies, the bytes of its body. A reply that is written by
//! [`encode`](super::encode) and read by [`reply`](fn@reply) is the same reply. This is tested with arbitrary
//! requests and replies for every source. All that a source cannot carry, or adds, is in these two
//! tables; the crate `lambda-api-testing` has them as functions (`strategies::carried` and
//! `strategies::carried_reply`).
//!
//! | of a request | at | what arrives |
//! |---|---|---|
//! | path | HTTP API, 2.0 and 1.0 | it was decoded, and is encoded again where a URI needs it: `%2F` has become `/`, `%2E` has become `.`, `%21` has become `!`, and so have all others that may stand in a path; bytes that are no UTF-8 have become U+FFFD; it ends at a `%3F`. What was `%25` is `%25` again |
//! | path | all others | it has [one spelling](super::decode): `%61` has become `a`, `%c3` has become `%C3` |
//! | path and query | all | what RFC 3986 does not allow there, such as `"` or `{`, is percent-encoded |
//! | path | all | [stage](Facts::stage) and [base path](Facts::base_path) come and go: `decode` takes them off again, the base path when it is told of it |
//! | query | all but HTTP API 2.0 and function URL | the names are in any order, the values of one name in theirs; `a` is `a=`, and pairs with nothing in them are gone |
//! | query | REST API, HTTP API 1.0 | it was decoded and encoded again: `+` is `%20`, bytes that are no UTF-8 are U+FFFD |
//! | repeated query name | ALB, VPC Lattice 1 | the last value |
//! | repeated header | HTTP API 2.0, function URL, VPC Lattice 1 | one value, joined by `,` |
//! | repeated header | ALB | the last value |
//! | header value | all | bytes that are no UTF-8 are read as Latin-1, and are UTF-8 from then on |
//! | cookies in several headers | all | one header, joined by `; ` |
//! | white space around cookies, empty cookies | HTTP API 2.0, function URL | gone |
//! | `connection` | all but ALB, both modes | gone |
//! | `keep-alive`, `proxy-connection`, `te`, `trailer`, `transfer-encoding`, `upgrade` | all | gone |
//! | `content-length` | REST API | gone |
//! | `content-length` | all others | added to a body that came without; at an HTTP API also where there is none |
//! | `x-forwarded-for` | all | one value, with the address of the client at its end |
//! | `host`, `x-forwarded-port`, `x-forwarded-proto` | all | added where the client sent none |
//! | `x-amzn-trace-id` | all but VPC Lattice | added where the client sent none |
//! | `x-amzn-tls-version`, `x-amzn-tls-cipher-suite` | function URL | added where the client sent none |
//! | `x-api-key`, `x-amzn-mtls-clientcert-*`, `x-amzn-lattice-identity` | as [`Caller`] says | added for a caller |
//! | body | REST API with [`binary_media_types`](Facts::binary_media_types) | where its type is not listed, bytes that are no UTF-8 have become U+FFFD |
//!
//! | of a reply | at | what the client receives |
//! |---|---|---|
//! | status | all | below 200 and above 599: refused |
//! | `connection` and the fields that it names, `keep-alive`, `proxy-authenticate`, `proxy-connection`, `te`, `trailer`, `transfer-encoding`, `upgrade` | all | gone, by `encode` |
//! | `content-length` that is not that of the body | all | gone, by `encode` |
//! | repeated header | all but REST API, HTTP API 1.0 and ALB with multi-value headers | one value, joined by `, `; `set-cookie` stays apart |
//! | header value | all | bytes that are no UTF-8 are read as Latin-1, and are UTF-8 from then on |
//! | `authorization`, `connection`, `content-length`, `date`, `host`, `server`, `user-agent`, `www-authenticate` | REST API | `x-amzn-remapped-` before the name |
//! | no `content-type`, but a body | all | `text/plain; charset=utf-8`, or `application/octet-stream` for what is no text |
//! | body of 204, 205 and 304 | all | gone |
//! | body written as base64 | REST API with [`binary_media_types`](Facts::binary_media_types) | where the request's `accept` fits none of them, the base64 as text: see [`response`] |
//! | size | all | above 6 MB, 1 MB at an ALB: refused |

mod alb;
mod arrival;
mod body;
mod caller;
mod facts;
mod headers;
mod lattice;
mod media_types;
mod path;
mod query;
mod reply;
mod rest;
mod time;
mod v2;

pub use caller::{Caller, ClientCertificate, IamCaller, UnknownCaller};
pub use facts::Facts;
pub use reply::{InvalidReply, reply, response};

use super::Source;
use arrival::Arrival;
use bytes::Bytes;
use serde_json::Value;

/// The event that a source sends to the function for this request.
///
/// It has every field that the source sends, with the source's own habits:
///
/// - A REST API has all headers and query values twice, as last values and as lists, the query
///   decoded; it knows names such as `Host` in capitals.
/// - An HTTP API sends the path *decoded*, in both payload formats, and cuts it at a `%3F`; it
///   puts a stage other than `$default` before it, whatever the domain. Format 2.0 takes cookies
///   out of the headers.
/// - A function URL sends cookies twice, and the path as it was.
/// - An ALB leaves the query encoded; without multi-value headers the last value wins.
/// - VPC Lattice joins repeated headers in version 1, and lists all values in version 2.
///
/// Bodies are text or base64 as the source decides by `content-type`. The order of the names in a
/// map is arbitrary, as it is at AWS; the order of the values of one name is not.
///
/// See the pages on [REST APIs], [HTTP APIs], [function URLs], [ALB] and [VPC Lattice].
///
/// [REST APIs]: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
/// [HTTP APIs]: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
/// [function URLs]: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
/// [ALB]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
/// [VPC Lattice]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
#[must_use]
pub fn event(source: Source, request: &http::Request<Bytes>, facts: &Facts) -> Value {
    let arrival = Arrival::new(source, request, facts);
    match source {
        Source::RestApi => rest::rest_api(&arrival),
        Source::HttpApiV1 => rest::http_api(&arrival),
        Source::HttpApi => v2::http_api(&arrival),
        Source::FunctionUrl => v2::function_url(&arrival),
        Source::Alb => alb::single(&arrival),
        Source::AlbMultiValue => alb::multi(&arrival),
        Source::LatticeV1 => lattice::version_1(&arrival),
        Source::LatticeV2 => lattice::version_2(&arrival),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Facts, event};
    use crate::event::Source;
    use bytes::Bytes;
    use serde_json::Value;
    use std::time::{Duration, UNIX_EPOCH};

    pub(crate) fn request(method: &str, uri: &str) -> http::request::Builder {
        http::Request::builder().method(method).uri(uri)
    }

    /// The event of a request, at a time that does not change.
    pub(crate) fn sent(
        source: Source,
        request: http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Value {
        event(source, &request.body(body.into()).unwrap(), &facts())
    }

    pub(crate) fn facts() -> Facts {
        Facts::new().time(UNIX_EPOCH + Duration::from_millis(1_583_349_317_135))
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
    use super::testing::{facts, request, sent};
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
                let event = event(source, &request, &facts().route("/{a}/{b+}"));
                assert!(event.is_object(), "{source}");
            }
        }
    }
}
