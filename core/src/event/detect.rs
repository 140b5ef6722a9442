//! Detects the source of an event from all of its keys, without trying one format after the other.
//!
//! The first row that matches decides. A key is present if its value is not `null`, at any
//! position. Keys that only one service sends come first, above all those in the request context.
//! Then follow keys that several services send, and that events written by hand may consist of.
//!
//! | the event has | source |
//! |---|---|
//! | two `requestContext` | none: it is ambiguous which one to trust |
//! | `invokeCompletionStatus` | none: a REST API reports the end of a stream. Gateways add no members for clients, and handling such an event as a request would run the handler again |
//! | `methodArn` or `routeArn` | none: a request to a Lambda authorizer. It has all keys of an integration's event, but the response is a policy |
//! | `requestContext` with `connectionId`, `eventType` or `messageDirection` | none: a WebSocket API, even if other keys exist. It sends no HTTP requests |
//! | `requestContext.elb` | ALB; with multi-value headers if only these exist, or if no headers but a multi-value query exist |
//! | `requestContext.http` that is an object | HTTP API 2.0; function URL if the domain is one of a function URL |
//! | `rawPath` and `version` "2.0" | as above |
//! | `httpMethod`, and `path` or `resource` | REST API; HTTP API 1.0 if `version` is "1.0". `rawPath` makes no difference: custom domains with a base path mapping send it, too |
//! | `raw_path` | VPC Lattice 1 |
//! | `rawPath` | HTTP API 2.0 or function URL: `httpMethod` is missing, or not that of a REST API |
//! | `path`, and `method` or an ARN of VPC Lattice in `requestContext` | VPC Lattice 2 |
//! | none of these | none: records if it has `Records`, EventBridge if it has `detail-type`; otherwise [`hint`](super::hint) guesses what it is |

use super::{Source, context::Context, other_kind::OtherKind, raw_event::RawEvent};

/// Returns the source of an event, or the kind of an event that is not from an HTTP source.
pub(super) fn source(fields: &RawEvent<'_>, context: &Context<'_>) -> Result<Source, OtherKind> {
    if fields.has_two_contexts {
        return Err(OtherKind::Forged);
    }
    if fields.is_completion {
        return Err(OtherKind::Completion);
    }
    if fields.has_authorizer_arn {
        return Err(OtherKind::Authorizer);
    }
    if context.is_web_socket {
        return Err(OtherKind::WebSocket);
    }
    if context.is_alb {
        let headers = (fields.headers.multi, fields.headers.single);
        return Ok(match (headers, fields.multi_query) {
            ((Some(_), _), _) | ((None, None), Some(_)) => Source::AlbMultiValue,
            _ => Source::Alb,
        });
    }
    let version = fields.version.as_deref();
    let has_raw_path = fields.raw_path.is_some();
    if context.http.is_some() || (has_raw_path && version == Some("2.0")) {
        return Ok(payload_2(context));
    }
    // `httpMethod` alone is not enough: Bedrock agents send it with an `apiPath`.
    if fields.http_method.is_some() && (fields.path.is_some() || fields.has_resource) {
        return Ok(match version {
            Some("1.0") => Source::HttpApiV1,
            _ => Source::RestApi,
        });
    }
    if fields.lattice_path.is_some() {
        return Ok(Source::LatticeV1);
    }
    if has_raw_path {
        return Ok(payload_2(context));
    }
    if fields.path.is_some() && (fields.method.is_some() || context.is_lattice) {
        return Ok(Source::LatticeV2);
    }
    Err(match fields.records {
        Some(_) => OtherKind::Records,
        None if fields.has_detail_type => OtherKind::EventBridge,
        None => OtherKind::Unknown,
    })
}

/// HTTP API and function URL send the same payload; the domain differs.
pub(super) fn payload_2(context: &Context<'_>) -> Source {
    let domain_name = context.domain_name.as_deref();
    match domain_name.is_some_and(|name| contains(name, ".lambda-url.")) {
        true => Source::FunctionUrl,
        false => Source::HttpApi,
    }
}

/// Whether a domain name contains `part`, which is in lower case.
pub(super) fn contains(name: &str, part: &str) -> bool {
    name.as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(event: &str) -> Result<Source, OtherKind> {
        let nowhere = bytes::Bytes::new();
        let mut fields = RawEvent::new(&nowhere);
        fields.read(event.as_bytes()).unwrap();
        let context = fields.context.map_or_else(Context::default, Context::read);
        source(&fields, &context)
    }

    #[test]
    fn a_source_is_detected_from_few_keys() {
        for (event, expected) in [
            (r#"{"httpMethod": "GET", "path": "/"}"#, Source::RestApi),
            (r#"{"httpMethod": "GET", "resource": "/"}"#, Source::RestApi),
            (
                r#"{"version": "1.0", "httpMethod": "GET", "path": "/"}"#,
                Source::HttpApiV1,
            ),
            (r#"{"rawPath": "/"}"#, Source::HttpApi),
            (
                r#"{"rawPath": "/", "httpMethod": "GET", "resource": "/"}"#,
                Source::RestApi,
            ),
            (
                r#"{"rawPath": "/", "httpMethod": "GET", "path": "/", "requestContext": {"http": 1}}"#,
                Source::RestApi,
            ),
            (
                r#"{"rawPath": "/", "httpMethod": "GET", "path": "/", "version": "1.0"}"#,
                Source::HttpApiV1,
            ),
            (
                r#"{"rawPath": "/", "httpMethod": "GET", "path": "/", "version": "2.0"}"#,
                Source::HttpApi,
            ),
            (
                r#"{"rawPath": "/", "httpMethod": "GET", "resource": "/", "requestContext": {"http": {}}}"#,
                Source::HttpApi,
            ),
            (
                r#"{"rawPath": "/", "path": "/", "method": "GET"}"#,
                Source::HttpApi,
            ),
            (r#"{"rawPath": "/", "httpMethod": "GET"}"#, Source::HttpApi),
            (
                r#"{"rawPath": "/", "resource": "/", "httpMethod": "GET", "requestContext": {"elb": {}}}"#,
                Source::Alb,
            ),
            (
                r#"{"raw_path": "/", "httpMethod": "GET", "path": "/", "method": "GET"}"#,
                Source::RestApi,
            ),
            (
                r#"{"requestContext": {"http": {"method": "GET"}}}"#,
                Source::HttpApi,
            ),
            (
                r#"{"rawPath": "/", "requestContext": {"domainName": "x.lambda-url.eu-west-1.on.aws"}}"#,
                Source::FunctionUrl,
            ),
            (
                r#"{"path": "/", "requestContext": {"elb": {}}}"#,
                Source::Alb,
            ),
            (
                r#"{"requestContext": {"elb": {}}, "headers": {}, "multiValueQueryStringParameters": {}}"#,
                Source::Alb,
            ),
            (
                r#"{"requestContext": {"elb": {}}, "multiValueHeaders": {}}"#,
                Source::AlbMultiValue,
            ),
            (
                r#"{"requestContext": {"elb": {}}, "multiValueQueryStringParameters": {}}"#,
                Source::AlbMultiValue,
            ),
            (r#"{"raw_path": "/", "method": "GET"}"#, Source::LatticeV1),
            (
                r#"{"path": "/", "method": "GET", "version": "2.0"}"#,
                Source::LatticeV2,
            ),
            (
                r#"{"path": "/", "requestContext": {"serviceArn": "arn"}}"#,
                Source::LatticeV2,
            ),
        ] {
            assert_eq!(detect(event), Ok(expected), "{event}");
        }
    }

    #[test]
    fn members_that_are_null_are_not_there() {
        let event = r#"{"type": null, "methodArn": null, "invokeCompletionStatus": null, "httpMethod": "GET", "resource": null,
            "Records": null, "version": "2.0", "rawPath": "/x",
            "requestContext": {"http": {"method": "PUT"}}}"#;
        assert_eq!(detect(event), Ok(Source::HttpApi));
    }

    #[test]
    fn an_event_of_no_http_source_has_a_kind() {
        for (event, expected) in [
            (
                r#"{"type": "REQUEST", "methodArn": "arn", "httpMethod": "GET", "path": "/"}"#,
                OtherKind::Authorizer,
            ),
            (
                r#"{"type": "REQUEST", "routeArn": "arn", "rawPath": "/", "version": "2.0"}"#,
                OtherKind::Authorizer,
            ),
            (r#"{"invokeCompletionStatus": "OK"}"#, OtherKind::Completion),
            (
                r#"{"httpMethod": "POST", "path": "/", "invokeCompletionStatus": {}}"#,
                OtherKind::Completion,
            ),
            (
                r#"{"requestContext": {"connectionId": "x"}, "headers": {}}"#,
                OtherKind::WebSocket,
            ),
            (
                r#"{"resource": "/", "httpMethod": "GET", "path": "/",
                    "requestContext": {"stage": "prod", "connectionId": "x"}}"#,
                OtherKind::WebSocket,
            ),
            (
                r#"{"rawPath": "/", "requestContext": {"http": {}, "eventType": "MESSAGE"}}"#,
                OtherKind::WebSocket,
            ),
            (
                r#"{"path": "/", "requestContext": {"elb": {}, "messageDirection": "IN"}}"#,
                OtherKind::WebSocket,
            ),
            (
                r#"{"requestContext": {"connectionId": "x"}, "methodArn": "arn"}"#,
                OtherKind::Authorizer,
            ),
            (
                r#"{"resource": "/", "httpMethod": "GET", "requestContext": {}, "requestContext": {}}"#,
                OtherKind::Forged,
            ),
            (
                r#"{"httpMethod": "GET", "apiPath": "/x"}"#,
                OtherKind::Unknown,
            ),
            (r#"{"path": "/x"}"#, OtherKind::Unknown),
            (r#"{"Records": []}"#, OtherKind::Records),
            (
                r#"{"detail-type": "x", "Records": [{}]}"#,
                OtherKind::Records,
            ),
            (
                r#"{"Records": null, "detail-type": "x"}"#,
                OtherKind::EventBridge,
            ),
            (r#"{"method": "GET"}"#, OtherKind::Unknown),
            (r#"{"key1": "value1"}"#, OtherKind::Unknown),
            ("{}", OtherKind::Unknown),
        ] {
            assert_eq!(detect(event), Err(expected), "{event}");
        }
    }
}
