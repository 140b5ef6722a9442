use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

const ARN: &str = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/orders/7";

fn read(event: &Value) -> Result<AuthorizerRequest, InvalidAuthorizerEvent> {
    AuthorizerRequest::from_json(&event.to_string())
}

fn http() -> Value {
    json!({
        "version": "2.0", "type": "REQUEST", "routeArn": ARN, "identitySource": ["Bearer abc", "1"],
        "routeKey": "GET /orders/{id}", "rawPath": "/prod/orders/7", "rawQueryString": "a=1&a=2%20&b",
        "cookies": ["s=1", "t=2"], "headers": {"X-Tenant": "north,south", "cookie": "old"},
        "queryStringParameters": {"a": "1,2 "},
        "requestContext": {"http": {"method": "GET", "sourceIp": "192.0.2.1"}, "requestId": "r1"},
        "pathParameters": {"id": "7"}, "stageVariables": {"color": "blue"},
    })
}

#[test]
fn a_token_event_has_its_token_and_arn() {
    let request =
        read(&json!({"type": "TOKEN", "authorizationToken": "Bearer abc", "methodArn": ARN}))
            .unwrap();
    assert_eq!(request.kind(), AuthorizerKind::Token);
    assert_eq!(request.token(), Some("Bearer abc"));
    assert_eq!(
        (request.method(), request.path()),
        (&Method::GET, "/orders/7")
    );
    assert!(request.headers().is_empty() && request.query().next().is_none());
    assert_eq!((request.source_ip(), request.matched_route()), (None, None));
}

#[test]
fn a_rest_request_has_all_values_of_its_headers() {
    let request = read(&json!({
        "type": "REQUEST", "methodArn": ARN, "resource": "/orders/{id}", "path": "/orders/7", "httpMethod": "GET",
        "headers": {"X-A": "2", "Only": "here"}, "multiValueHeaders": {"x-a": ["1", "2"]},
        "queryStringParameters": {"q": "2", "p": null},
        "multiValueQueryStringParameters": {"q": ["1", "2"]},
        "pathParameters": {"id": "7"}, "stageVariables": null,
        "requestContext": {"identity": {"sourceIp": "2001:db8::1", "user": null}, "stage": "prod"},
    }))
    .unwrap();
    assert_eq!(request.kind(), AuthorizerKind::Request);
    let values: Vec<_> = request.headers().get_all("x-a").iter().collect();
    assert_eq!((values.len(), request.header("X-A")), (2, None));
    assert_eq!(request.header("ONLY"), Some("here"));
    assert_eq!(
        request.query().collect::<Vec<_>>(),
        [("q", "1"), ("q", "2")]
    );
    assert_eq!(request.matched_route(), Some("/orders/{id}"));
    assert_eq!(request.path_parameter("id"), Some("7"));
    assert_eq!(request.source_ip(), "2001:db8::1".parse().ok());
    assert_eq!(request.token(), None);
}

#[test]
fn an_http_request_has_sources_cookies_and_no_stage() {
    let request = read(&http()).unwrap();
    assert_eq!(request.kind(), AuthorizerKind::Http);
    assert_eq!(request.token(), Some("Bearer abc"));
    assert_eq!(request.identity_sources(), ["Bearer abc", "1"]);
    assert_eq!(
        (request.path(), request.header("cookie")),
        ("/orders/7", Some("s=1; t=2"))
    );
    assert_eq!(
        request.query().collect::<Vec<_>>(),
        [("a", "1"), ("a", "2 "), ("b", "")]
    );
    // Of two values, the function of the route may take the other one.
    assert_eq!(request.query_parameter("a"), None);
    assert_eq!(request.query_parameter("b"), Some(""));
    assert_eq!(request.stage_variable("color"), Some("blue"));
    assert_eq!(
        (request.request_id(), request.matched_route()),
        (Some("r1"), Some("GET /orders/{id}"))
    );
}

#[test]
fn kinds_are_told_apart() {
    let websocket = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/$connect";
    for (event, kind) in [
        (
            json!({"type": "REQUEST", "version": "1.0", "methodArn": ARN, "authorizationToken": "a"}),
            AuthorizerKind::HttpV1,
        ),
        (
            json!({"type": "REQUEST", "methodArn": ARN}),
            AuthorizerKind::Request,
        ),
        (
            json!({"type": "REQUEST", "methodArn": websocket, "requestContext": {"connectionId": "c", "eventType": "CONNECT"}}),
            AuthorizerKind::WebSocket,
        ),
    ] {
        let request = read(&event).unwrap();
        assert_eq!((request.kind(), request.arn().api_id()), (kind, "a1b2c3"));
    }
}

#[test]
fn the_path_is_the_one_that_policies_are_compared_with() {
    let base = json!({"type": "REQUEST", "methodArn": ARN, "path": "/v1/orders/7"});
    let mut mapped = http();
    mapped["rawPath"] = "/v1/orders/7".into();
    let token = json!({"type": "TOKEN", "authorizationToken": "a", "methodArn": ARN});
    for (event, raw) in [
        (base, "/v1/orders/7"),
        (mapped, "/v1/orders/7"),
        (http(), "/prod/orders/7"),
        (token, "/orders/7"),
    ] {
        let request = read(&event).unwrap();
        assert_eq!((request.path(), request.raw_path()), ("/orders/7", raw));
    }
}

#[test]
fn the_stage_is_removed_as_a_whole_segment() {
    for (path, expected) in [
        ("/prod/orders", "/orders"),
        ("/prod", "/"),
        ("/production", "/production"),
        ("/orders/prod", "/orders/prod"),
    ] {
        let mut event = http();
        event["rawPath"] = path.into();
        assert_eq!(read(&event).unwrap().path_without_stage(), expected);
    }
}

#[test]
fn what_cannot_be_represented_is_an_error() {
    for (member, value) in [
        ("type", json!("OTHER")),
        ("type", Value::Null),
        ("version", json!("3.0")),
        ("version", json!(2)),
        ("routeArn", json!("arn:aws:s3:::bucket")),
        (
            "routeArn",
            json!("arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/$connect"),
        ),
        ("headers", json!({"x y": "1"})),
        ("headers", json!({"x": "1\n2"})),
        ("headers", json!({"x": 1})),
        ("headers", json!([])),
        ("cookies", json!(["a=\u{0}"])),
        ("requestContext", json!({"http": {"method": "G T"}})),
        ("identitySource", json!([1])),
    ] {
        let mut event = http();
        event[member] = value.clone();
        let error = read(&event).unwrap_err().to_string();
        assert!(
            error.starts_with("the event of the authorizer is invalid: "),
            "{member} {value}: {error}"
        );
    }
    for text in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"type":"TOKEN"}"#,
        r#"{"type":"TOKEN","type":"TOKEN"}"#,
    ] {
        assert!(AuthorizerRequest::from_json(text).is_err(), "{text}");
    }
}

#[test]
fn debug_and_errors_show_no_values() {
    let mut event = http();
    event["headers"] = json!({"x-a": "s3cret"});
    event["rawQueryString"] = "token=s3cret".into();
    event["identitySource"] = json!(["s3cret"]);
    event["routeArn"] = format!("{ARN}/s3cret").into();
    event["rawPath"] = "/orders/s3cret".into();
    let shown = format!("{:?}", read(&event).unwrap());
    assert!(
        shown.contains("x-a") && !shown.contains("s3cret"),
        "{shown}"
    );
    event["headers"] = json!({"x-a": "s3cret\n"});
    let error = format!("{:?}", read(&event).unwrap_err());
    assert!(
        error.contains("x-a") && !error.contains("s3cret"),
        "{error}"
    );
    event["headers"] = json!("s3cret");
    let error = format!("{:?}", read(&event).unwrap_err());
    assert!(!error.contains("s3cret"), "{error}");
}

proptest! {
    #[test]
    fn no_change_of_an_event_makes_it_panic(
        member in "version|type|routeArn|identitySource|rawPath|rawQueryString|cookies|headers|requestContext",
        text in r"\PC{0,12}",
    ) {
        for value in [Value::Null, json!(text), json!([text]), json!({&text: text}), json!(1)] {
            let mut event = http();
            event[&member] = value;
            if let Ok(request) = read(&event) {
                prop_assert_eq!(request.arn().as_str(), ARN);
            }
        }
    }
}
