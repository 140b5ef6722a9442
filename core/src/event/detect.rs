//! Which source wrote an event: told from the keys that are there, not by trying formats.

use super::{Source, context::Context, fields::Fields};

/// The source of an event, or what else it looks like.
pub(super) fn source(
    fields: &Fields<'_>,
    context: &Context<'_>,
) -> Result<Source, Option<&'static str>> {
    // An authorizer's event has all that an integration's event has; a reply to it is a policy.
    if fields.has_authorizer_arn {
        return Err(Some("the event of a Lambda authorizer"));
    }
    if context.is_alb {
        return Ok(
            match (
                fields.headers.multi,
                fields.headers.single,
                fields.multi_query,
            ) {
                (Some(_), _, _) | (None, None, Some(_)) => Source::AlbMultiValue,
                _ => Source::Alb,
            },
        );
    }
    if fields.lattice_path.is_some() {
        return Ok(Source::LatticeV1);
    }
    if fields.raw_path.is_some() || context.http.is_some() {
        let is_url = context
            .domain_name
            .as_deref()
            .is_some_and(|name| contains(name, ".lambda-url."));
        return Ok(if is_url {
            Source::FunctionUrl
        } else {
            Source::HttpApi
        });
    }
    // `httpMethod` alone is not enough: agents of Bedrock send it with an `apiPath`.
    if fields.http_method.is_some() && (fields.path.is_some() || fields.has_resource) {
        return Ok(match fields.version.as_deref() {
            Some("1.0") => Source::HttpApiV1,
            _ => Source::RestApi,
        });
    }
    if fields.path.is_some() && (fields.method.is_some() || context.is_lattice) {
        return Ok(Source::LatticeV2);
    }
    Err(if fields.has_records {
        Some("records of a queue, a topic, a stream or a bucket")
    } else if fields.has_detail_type {
        Some("an EventBridge event")
    } else if context.is_web_socket {
        Some("the event of a WebSocket API")
    } else {
        None
    })
}

/// Whether a domain name has this part; `part` is in lower case.
pub(super) fn contains(name: &str, part: &str) -> bool {
    name.as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detect(event: &str) -> Result<Source, Option<&'static str>> {
        let nowhere = bytes::Bytes::new();
        let mut fields = Fields::new(&nowhere);
        fields.read(event.as_bytes()).unwrap();
        let context = fields.context.map_or_else(Context::default, Context::read);
        source(&fields, &context)
    }

    #[test]
    fn a_source_is_told_from_the_fewest_keys() {
        for (event, expected) in [
            (r#"{"httpMethod": "GET", "path": "/"}"#, Source::RestApi),
            (r#"{"httpMethod": "GET", "resource": "/"}"#, Source::RestApi),
            (
                r#"{"version": "1.0", "httpMethod": "GET", "path": "/"}"#,
                Source::HttpApiV1,
            ),
            (r#"{"rawPath": "/"}"#, Source::HttpApi),
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
        let event = r#"{"type": null, "methodArn": null, "httpMethod": "GET", "resource": null,
            "Records": null, "version": "2.0", "rawPath": "/x",
            "requestContext": {"http": {"method": "PUT"}}}"#;
        assert_eq!(detect(event), Ok(Source::HttpApi));
    }

    #[test]
    fn an_event_of_no_http_source_is_named_where_it_is_known() {
        for (event, expected) in [
            (r#"{"Records": []}"#, Some("records of")),
            (
                r#"{"detail-type": "x", "version": "0"}"#,
                Some("EventBridge"),
            ),
            (
                r#"{"type": "REQUEST", "methodArn": "arn", "httpMethod": "GET", "path": "/"}"#,
                Some("authorizer"),
            ),
            (
                r#"{"type": "REQUEST", "routeArn": "arn", "rawPath": "/", "version": "2.0"}"#,
                Some("authorizer"),
            ),
            (
                r#"{"requestContext": {"connectionId": "x"}, "headers": {}}"#,
                Some("WebSocket"),
            ),
            (r#"{"httpMethod": "GET", "apiPath": "/x"}"#, None),
            (r#"{"path": "/x"}"#, None),
            (r#"{"method": "GET"}"#, None),
            (r#"{"key1": "value1"}"#, None),
            ("{}", None),
        ] {
            let found = detect(event).expect_err(event);
            assert_eq!(found.is_some(), expected.is_some(), "{event}: {found:?}");
            assert!(
                found
                    .unwrap_or_default()
                    .contains(expected.unwrap_or_default()),
                "{event}: {found:?}"
            );
        }
    }
}
