//! Payload format 2.0: HTTP APIs and function URLs.

use super::{
    body::carry,
    caller,
    headers::{cookies, received},
    incoming::Incoming,
    path,
    query::{Groups, decoded, joined},
    rest::set_authorizer,
};
use serde_json::{Value, json};

pub(super) fn http_api(incoming: &Incoming<'_>) -> Value {
    let route = incoming.gateway.route.as_deref();
    let route_key = match route {
        Some(route) if route.starts_with('/') => format!("{} {route}", incoming.method()),
        Some(route) => route.to_owned(),
        None => "$default".to_owned(),
    };
    let mut headers = received(incoming);
    headers.retain(|(name, _)| name != "cookie");
    let path = path::of_http_api(incoming);
    let mut event = payload(incoming, &route_key, &path, &headers);
    if let Some(event) = event.as_object_mut() {
        if let Some(parameters) = path::parameters(incoming, route.unwrap_or("")) {
            event.insert("pathParameters".to_owned(), parameters.into());
        }
        if let Some(variables) = incoming.stage_variables() {
            event.insert("stageVariables".to_owned(), variables.into());
        }
    }
    event
}

pub(super) fn function_url(incoming: &Incoming<'_>) -> Value {
    // Unlike an HTTP API, a function URL also leaves the cookies in the headers.
    let headers = received(incoming);
    payload(incoming, "$default", incoming.path(), &headers)
}

fn payload(incoming: &Incoming<'_>, route_key: &str, path: &str, headers: &Groups) -> Value {
    let mut context = json!({
        "accountId": incoming.account(),
        "apiId": incoming.api_id(),
        "domainName": incoming.domain,
        "domainPrefix": incoming.domain_prefix(),
        "http": {
            "method": incoming.method(),
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": incoming.gateway.client_ip(),
            "userAgent": incoming.user_agent().unwrap_or_default(),
        },
        "requestId": incoming.request_id(),
        "routeKey": route_key,
        "stage": incoming.stage(),
        "time": incoming.log_time(),
        "timeEpoch": incoming.millis,
    });
    set_authorizer(&mut context, incoming);
    if let (Some(context), Some(authentication)) =
        (context.as_object_mut(), caller::authentication(incoming))
    {
        context.insert("authentication".to_owned(), authentication);
    }
    let body = carry(incoming);
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": incoming.query(),
        "headers": joined(headers, ","),
        "requestContext": context,
        "isBase64Encoded": body.base64,
    });
    // This format omits members without a value.
    if let Some(event) = event.as_object_mut() {
        let cookies = cookies(incoming);
        if !cookies.is_empty() {
            event.insert("cookies".to_owned(), cookies.into());
        }
        let query = decoded(incoming.query());
        if !query.is_empty() {
            event.insert(
                "queryStringParameters".to_owned(),
                joined(&query, ",").into(),
            );
        }
        if let Some(text) = body.text {
            event.insert("body".to_owned(), text.into());
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::super::{
        event,
        testing::{gateway, keys, request, sent},
    };
    use super::*;
    use crate::event::Source;
    use bytes::Bytes;

    #[test]
    fn a_plain_event_has_the_keys_that_aws_sends() {
        for source in [Source::HttpApi, Source::FunctionUrl] {
            let event = sent(source, request("GET", "/"), "");
            assert_eq!(
                keys(&event),
                [
                    "headers",
                    "isBase64Encoded",
                    "rawPath",
                    "rawQueryString",
                    "requestContext",
                    "routeKey",
                    "version",
                ],
                "{source}"
            );
            assert_eq!(
                keys(&event["requestContext"]),
                [
                    "accountId",
                    "apiId",
                    "domainName",
                    "domainPrefix",
                    "http",
                    "requestId",
                    "routeKey",
                    "stage",
                    "time",
                    "timeEpoch",
                ],
                "{source}"
            );
            assert_eq!(
                keys(&event["requestContext"]["http"]),
                ["method", "path", "protocol", "sourceIp", "userAgent"],
                "{source}"
            );
        }
    }

    #[test]
    fn a_full_event_has_the_rest_of_them() {
        let post = request("POST", "/orders/7?a=1")
            .header("cookie", "c=1")
            .header("content-type", "text/plain")
            .body(Bytes::from_static(b"hello"))
            .unwrap();
        let gateway = gateway().route("/orders/{id}").stage_variable("k", "v");
        let event = event(Source::HttpApi, &post, &gateway);
        assert_eq!(event["routeKey"], "POST /orders/{id}");
        assert_eq!(event["pathParameters"], json!({"id": "7"}));
        assert_eq!(event["stageVariables"], json!({"k": "v"}));
        assert_eq!(event["cookies"], json!(["c=1"]));
        assert_eq!(event["queryStringParameters"], json!({"a": "1"}));
        assert_eq!(event["body"], "hello");
        assert_eq!(event["isBase64Encoded"], false);
    }

    #[test]
    fn repeated_headers_and_query_values_are_joined() {
        let get = request("GET", "/?k=1&k=a%2Cb&l=x+y")
            .header("x-tag", "one")
            .header("x-tag", "two, three");
        let event = sent(Source::HttpApi, get, "");
        assert_eq!(event["headers"]["x-tag"], "one,two, three");
        assert_eq!(
            event["queryStringParameters"],
            json!({"k": "1,a,b", "l": "x y"})
        );
        assert_eq!(event["rawQueryString"], "k=1&k=a%2Cb&l=x+y");
    }

    #[test]
    fn only_an_http_api_moves_cookies_out_of_headers() {
        for (source, left) in [
            (Source::HttpApi, Value::Null),
            (Source::FunctionUrl, json!("a=1; b=2; c=3")),
        ] {
            let get = request("GET", "/")
                .header("cookie", "a=1; b=2")
                .header("cookie", "c=3");
            let event = sent(source, get, "");
            assert_eq!(event["cookies"], json!(["a=1", "b=2", "c=3"]), "{source}");
            assert_eq!(event["headers"]["cookie"], left, "{source}");
        }
    }

    #[test]
    fn an_http_api_decodes_the_path_and_puts_the_stage_before_it() {
        for (stage, domain, uri, expected) in [
            ("$default", None, "/a%2Fb", "/a/b"),
            ("$default", None, "/100%25", "/100%"),
            ("$default", None, "/J%C3%BCrgen%20K", "/Jürgen K"),
            ("$default", None, "/me%3Fadmin", "/me"),
            ("dev", None, "/orders", "/dev/orders"),
            ("dev", None, "/", "/dev/"),
            ("dev", Some("api.example.com"), "/orders", "/dev/orders"),
            ("$default", Some("localhost"), "/a%2Fb%3f", "/a%2Fb%3f"),
            ("$default", Some("localhost.example.com"), "/a%2Fb", "/a/b"),
        ] {
            let get = request("GET", uri).body(Bytes::new()).unwrap();
            let mut gateway = gateway().stage(stage);
            if let Some(domain) = domain {
                gateway = gateway.domain(domain);
            }
            let event = event(Source::HttpApi, &get, &gateway);
            assert_eq!(event["rawPath"], expected, "{stage} {uri}");
            assert_eq!(
                event["requestContext"]["http"]["path"], expected,
                "{stage} {uri}"
            );
            assert_eq!(event["requestContext"]["stage"], stage);
        }
    }

    #[test]
    fn a_function_url_keeps_the_path_and_has_one_stage() {
        let get = request("GET", "/a%2Fb%3F").body(Bytes::new()).unwrap();
        let gateway = gateway().stage("dev").domain("api.example.com");
        let event = event(Source::FunctionUrl, &get, &gateway);
        assert_eq!(event["rawPath"], "/a%2Fb%3F");
        assert_eq!(event["requestContext"]["stage"], "$default");
        assert_eq!(event["requestContext"]["accountId"], "anonymous");
        assert_eq!(
            event["requestContext"]["domainName"],
            "a1b2c3d4e5f6g7h8i9j0a1b2c3d4e5f6.lambda-url.eu-west-1.on.aws"
        );
        assert_eq!(event["headers"]["x-amzn-tls-version"], "TLSv1.3");
    }

    #[test]
    fn a_binary_body_is_base64() {
        let post = request("POST", "/").header("content-type", "image/png");
        let event = sent(Source::HttpApi, post, &b"\x89PNG"[..]);
        assert_eq!(event["body"], "iVBORw==");
        assert_eq!(event["isBase64Encoded"], true);
    }
}
