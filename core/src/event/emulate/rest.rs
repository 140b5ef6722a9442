//! Payload format 1.0: REST APIs, and HTTP APIs that are configured for it.

use super::{
    body::carry,
    caller,
    headers::{in_capitals, received},
    incoming::Incoming,
    path,
    query::{decoded, last, lists},
};
use crate::event::Source;
use serde_json::{Map, Value, json};

pub(super) fn rest_api(incoming: &Incoming<'_>) -> Value {
    let resource = match incoming.gateway.route.as_deref() {
        Some(route) => route,
        None if incoming.route_path() == "/" => "/",
        None => "/{proxy+}",
    };
    let path = incoming.path();
    let mut context = json!({
        "accountId": incoming.account(),
        "apiId": incoming.api_id(),
        "deploymentId": "d1e2f3",
        "domainName": incoming.domain,
        "domainPrefix": incoming.domain_prefix(),
        "extendedRequestId": "JKJaXmPLvHcESHA=",
        "httpMethod": incoming.method(),
        "identity": identity(incoming),
        "path": incoming.public_path(),
        "protocol": "HTTP/1.1",
        "requestId": incoming.request_id(),
        "requestTime": incoming.log_time(),
        "requestTimeEpoch": incoming.millis,
        "resourceId": "r3s0rc",
        "resourcePath": resource,
        "stage": incoming.stage(),
    });
    set_authorizer(&mut context, incoming);
    payload(incoming, resource, path, &context)
}

pub(super) fn http_api(incoming: &Incoming<'_>) -> Value {
    let resource = incoming.gateway.route.as_deref().unwrap_or("$default");
    let path = path::of_http_api(incoming);
    let mut context = json!({
        "accountId": incoming.account(),
        "apiId": incoming.api_id(),
        "domainName": incoming.domain,
        "domainPrefix": incoming.domain_prefix(),
        "extendedRequestId": incoming.request_id(),
        "httpMethod": incoming.method(),
        "identity": identity(incoming),
        "path": path,
        "protocol": "HTTP/1.1",
        "requestId": incoming.request_id(),
        "requestTime": incoming.log_time(),
        "requestTimeEpoch": incoming.millis,
        "resourceId": null,
        "resourcePath": resource,
        "stage": incoming.stage(),
    });
    set_authorizer(&mut context, incoming);
    let mut event = payload(incoming, resource, &path, &context);
    if let Some(event) = event.as_object_mut() {
        event.insert("version".to_owned(), "1.0".into());
    }
    event
}

fn payload(incoming: &Incoming<'_>, resource: &str, path: &str, context: &Value) -> Value {
    let headers = in_capitals(received(incoming));
    let query = Some(decoded(incoming.query())).filter(|query| !query.is_empty());
    let body = carry(incoming);
    json!({
        "resource": resource,
        "path": path,
        "httpMethod": incoming.method(),
        "headers": last(&headers),
        "multiValueHeaders": lists(&headers),
        "queryStringParameters": query.as_ref().map(last),
        "multiValueQueryStringParameters": query.as_ref().map(lists),
        "pathParameters": path::parameters(incoming, resource),
        "stageVariables": incoming.stage_variables(),
        "requestContext": context,
        "body": body.text,
        "isBase64Encoded": body.base64,
    })
}

/// The identity of the caller. Without authentication, only address and user agent are known.
fn identity(incoming: &Incoming<'_>) -> Map<String, Value> {
    let unknown = [
        "accessKey",
        "accountId",
        "caller",
        "cognitoAuthenticationProvider",
        "cognitoAuthenticationType",
        "cognitoIdentityId",
        "cognitoIdentityPoolId",
        "principalOrgId",
        "user",
        "userArn",
    ];
    let mut identity: Map<String, Value> = unknown
        .into_iter()
        .map(|name| (name.to_owned(), Value::Null))
        .collect();
    identity.insert("sourceIp".to_owned(), incoming.gateway.client_ip().into());
    identity.insert("userAgent".to_owned(), incoming.user_agent().into());
    if incoming.source == Source::HttpApiV1 {
        identity.insert("cognitoAmr".to_owned(), Value::Null);
    }
    caller::identity(incoming, &mut identity);
    identity
}

pub(super) fn set_authorizer(context: &mut Value, incoming: &Incoming<'_>) {
    if let (Some(context), Some(authorizer)) =
        (context.as_object_mut(), caller::authorizer(incoming))
    {
        context.insert("authorizer".to_owned(), authorizer);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        event,
        testing::{gateway, keys, request, sent},
    };
    use super::*;
    use bytes::Bytes;

    #[test]
    fn a_rest_event_has_the_keys_that_aws_sends() {
        let event = sent(Source::RestApi, request("GET", "/"), "");
        assert_eq!(
            keys(&event),
            [
                "body",
                "headers",
                "httpMethod",
                "isBase64Encoded",
                "multiValueHeaders",
                "multiValueQueryStringParameters",
                "path",
                "pathParameters",
                "queryStringParameters",
                "requestContext",
                "resource",
                "stageVariables",
            ]
        );
        assert_eq!(
            keys(&event["requestContext"]),
            [
                "accountId",
                "apiId",
                "deploymentId",
                "domainName",
                "domainPrefix",
                "extendedRequestId",
                "httpMethod",
                "identity",
                "path",
                "protocol",
                "requestId",
                "requestTime",
                "requestTimeEpoch",
                "resourceId",
                "resourcePath",
                "stage",
            ]
        );
        assert_eq!(
            keys(&event["requestContext"]["identity"]),
            [
                "accessKey",
                "accountId",
                "caller",
                "cognitoAuthenticationProvider",
                "cognitoAuthenticationType",
                "cognitoIdentityId",
                "cognitoIdentityPoolId",
                "principalOrgId",
                "sourceIp",
                "user",
                "userAgent",
                "userArn",
            ]
        );
    }

    #[test]
    fn absent_members_of_a_rest_event_are_null() {
        let event = sent(Source::RestApi, request("GET", "/"), "");
        for key in [
            "queryStringParameters",
            "multiValueQueryStringParameters",
            "pathParameters",
            "stageVariables",
            "body",
        ] {
            assert_eq!(event[key], Value::Null, "{key}");
        }
        assert_eq!(event["isBase64Encoded"], false);
        assert_eq!(event["resource"], "/");
    }

    #[test]
    fn a_rest_event_has_headers_and_query_in_both_maps() {
        let request = request("GET", "/a?k=1&k=x%20y&l=%C3%BC")
            .header("x-tag", "one")
            .header("x-tag", "two");
        let event = sent(Source::RestApi, request, "");
        assert_eq!(event["headers"]["x-tag"], "two");
        assert_eq!(event["multiValueHeaders"]["x-tag"], json!(["one", "two"]));
        assert_eq!(
            event["queryStringParameters"],
            json!({"k": "x y", "l": "ü"})
        );
        assert_eq!(
            event["multiValueQueryStringParameters"],
            json!({"k": ["1", "x y"], "l": ["ü"]})
        );
    }

    #[test]
    fn a_rest_stage_is_in_the_context_not_in_the_path() {
        let get = request("GET", "/a%2Fb/c").body(Bytes::new()).unwrap();
        let event = event(Source::RestApi, &get, &gateway().stage("test"));
        assert_eq!(event["path"], "/a%2Fb/c");
        assert_eq!(event["requestContext"]["path"], "/test/a%2Fb/c");
        assert_eq!(event["requestContext"]["stage"], "test");
        assert_eq!(event["resource"], "/{proxy+}");
        assert_eq!(event["pathParameters"], json!({"proxy": "a/b/c"}));
    }

    #[test]
    fn a_custom_domain_has_its_base_path_in_the_path() {
        let get = request("GET", "/shop/orders").body(Bytes::new()).unwrap();
        let gateway = gateway().domain("api.example.com").route("/orders");
        let event = event(Source::RestApi, &get, &gateway);
        assert_eq!(event["path"], "/shop/orders");
        assert_eq!(event["requestContext"]["path"], "/shop/orders");
        assert_eq!(event["requestContext"]["domainPrefix"], "api");
        assert_eq!(event["headers"]["Host"], "api.example.com");
    }

    #[test]
    fn facts_of_the_gateway_are_in_the_context() {
        let get = request("GET", "/orders/7")
            .header("user-agent", "curl/8.5.0")
            .body(Bytes::new())
            .unwrap();
        let gateway = gateway()
            .account_id("111122223333")
            .api_id("abc")
            .request_id("r-1")
            .source_ip("198.51.100.7")
            .stage_variable("table", "orders")
            .route("/orders/{id}")
            .path_parameter("extra", "x")
            .authorizer(json!({"principalId": "alice"}));
        for source in [Source::RestApi, Source::HttpApiV1] {
            let event = event(source, &get, &gateway);
            let context = &event["requestContext"];
            for (key, expected) in [
                ("accountId", "111122223333"),
                ("apiId", "abc"),
                ("requestId", "r-1"),
                ("domainName", "abc.execute-api.eu-west-1.amazonaws.com"),
                ("domainPrefix", "abc"),
                ("requestTime", "04/Mar/2020:19:15:17 +0000"),
                ("resourcePath", "/orders/{id}"),
            ] {
                assert_eq!(context[key], expected, "{source} {key}");
            }
            assert_eq!(context["requestTimeEpoch"], 1_583_349_317_135_u64);
            assert_eq!(context["identity"]["sourceIp"], "198.51.100.7");
            assert_eq!(context["identity"]["userAgent"], "curl/8.5.0");
            assert_eq!(context["authorizer"], json!({"principalId": "alice"}));
            assert_eq!(event["stageVariables"], json!({"table": "orders"}));
            assert_eq!(event["pathParameters"], json!({"id": "7", "extra": "x"}));
        }
    }

    #[test]
    fn an_http_api_has_its_stage_in_the_path() {
        let get = request("GET", "/caf%C3%A9").body(Bytes::new()).unwrap();
        for (stage, domain, path) in [
            ("$default", None, "/café"),
            ("dev", None, "/dev/café"),
            ("dev", Some("api.example.com"), "/dev/café"),
        ] {
            let mut gateway = gateway().stage(stage);
            if let Some(domain) = domain {
                gateway = gateway.domain(domain);
            }
            let event = event(Source::HttpApiV1, &get, &gateway);
            assert_eq!(event["version"], "1.0");
            assert_eq!(event["path"], path, "{stage} {domain:?}");
            assert_eq!(event["requestContext"]["path"], path, "{stage} {domain:?}");
            assert_eq!(event["resource"], "$default");
            assert_eq!(event["requestContext"]["resourceId"], Value::Null);
        }
    }
}
