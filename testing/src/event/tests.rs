use super::*;
use serde_json::json;

#[test]
fn an_event_of_every_source_needs_nothing_but_the_source() {
    for source in Source::ALL {
        let event = EventBuilder::new(source);
        let value = event.to_value();
        assert!(value.is_object(), "{source}");
        let read_back: Value = serde_json::from_slice(&event.to_bytes()).unwrap();
        assert!(
            read_back
                .get("headers")
                .or(read_back.get("multiValueHeaders"))
                .is_some()
        );
    }
}

#[test]
fn a_query_is_encoded_and_keeps_its_order() {
    let event = EventBuilder::new(Source::HttpApi)
        .path("/a?x=1")
        .query("y z", "2&3")
        .query("x", "ü")
        .to_value();
    assert_eq!(event["rawQueryString"], "x=1&y+z=2%263&x=%C3%BC");
    assert_eq!(
        event["queryStringParameters"],
        json!({"x": "1,ü", "y z": "2&3"})
    );
    let event = EventBuilder::new(Source::HttpApi).query("a", "").to_value();
    assert_eq!(event["rawQueryString"], "a=");
}

#[test]
fn a_path_may_have_any_character() {
    for (path, expected) in [
        ("/a b", "/a%20b"),
        ("/%2e%2e/..", "/%2e%2e/.."),
        ("/ü<\"{x}>", "/%C3%BC%3C%22%7Bx%7D%3E"),
        ("//x", "//x"),
        ("/100%", "/100%"),
    ] {
        let event = EventBuilder::new(Source::RestApi).path(path).to_value();
        assert_eq!(event["path"], expected);
    }
}

#[test]
fn cookies_and_repeated_headers_are_sent_in_order() {
    let event = EventBuilder::new(Source::AlbMultiValue)
        .header("x-tag", "one")
        .header("x-tag", "two")
        .cookie("a", "1")
        .cookie("b", "2")
        .to_value();
    assert_eq!(event["multiValueHeaders"]["x-tag"], json!(["one", "two"]));
    assert_eq!(event["multiValueHeaders"]["cookie"], json!(["a=1; b=2"]));
}

#[test]
fn each_kind_of_body_says_its_type_unless_the_test_does() {
    let new = || EventBuilder::new(Source::RestApi).method("POST");
    let own = "application/vnd.example+json";
    for (event, content_type, body) in [
        (
            new().json(&json!({"a": 1})),
            json!("application/json"),
            "{\"a\":1}",
        ),
        (
            new().header("content-type", own).json(&[1]),
            json!(own),
            "[1]",
        ),
        (
            new().form(&[("a", "1 2"), ("a", "&")]),
            json!("application/x-www-form-urlencoded"),
            "a=1+2&a=%26",
        ),
        (new().text("hi"), json!("text/plain; charset=utf-8"), "hi"),
        (new().body("raw"), Value::Null, "raw"),
    ] {
        let event = event.to_value();
        assert_eq!(event["headers"]["Content-Type"], content_type);
        assert_eq!(event["body"], body);
    }
}

#[test]
fn bytes_arrive_as_base64() {
    let event = EventBuilder::new(Source::FunctionUrl)
        .method("PUT")
        .body(vec![0xff, 0])
        .to_value();
    assert_eq!(event["body"], "/wA=");
    assert_eq!(event["isBase64Encoded"], true);
}

#[test]
fn facts_reach_the_request_context() {
    let event = EventBuilder::new(Source::HttpApi)
        .path("/orders/7")
        .stage("dev")
        .account_id("111122223333")
        .api_id("abc")
        .request_id("r-1")
        .source_ip("198.51.100.7")
        .stage_variable("table", "orders")
        .route("/orders/{id}")
        .path_parameter("extra", "x")
        .authorizer(json!({"lambda": {"role": "admin"}}))
        .facts(|facts| facts.forwarded("http", 80))
        .to_value();
    assert_eq!(event["rawPath"], "/dev/orders/7");
    assert_eq!(event["routeKey"], "GET /orders/{id}");
    assert_eq!(event["pathParameters"], json!({"id": "7", "extra": "x"}));
    assert_eq!(event["stageVariables"], json!({"table": "orders"}));
    assert_eq!(event["headers"]["x-forwarded-proto"], "http");
    let context = &event["requestContext"];
    for (key, expected) in [
        ("accountId", "111122223333"),
        ("apiId", "abc"),
        ("requestId", "r-1"),
        ("domainName", "abc.execute-api.eu-west-1.amazonaws.com"),
        ("stage", "dev"),
    ] {
        assert_eq!(context[key], expected, "{key}");
    }
    assert_eq!(context["http"]["sourceIp"], "198.51.100.7");
    assert_eq!(context["authorizer"], json!({"lambda": {"role": "admin"}}));
    let event = EventBuilder::new(Source::HttpApi)
        .domain("api.example.com")
        .to_value();
    assert_eq!(event["headers"]["host"], "api.example.com");
}

#[test]
fn sending_can_move_between_threads() {
    fn assert_send<T: Send>(_: &T) {}
    fn check(app: &App) {
        assert_send(&EventBuilder::new(Source::HttpApi).send(app));
    }
    let _ = check;
}

#[test]
#[should_panic(expected = "a path begins with `/`, found \"orders\"")]
fn a_path_without_a_slash_is_a_mistake_of_the_test() {
    let _ = EventBuilder::new(Source::HttpApi).path("orders");
}

#[test]
#[should_panic(expected = "\"G T\" is no HTTP method")]
fn a_method_that_is_none_is_a_mistake_of_the_test() {
    let _ = EventBuilder::new(Source::HttpApi).method("G T");
}
