use super::*;
use crate::MultipartForm;
use lambda_api::{
    App,
    event::emulate::{Caller, ClientCertificate},
};
use serde_json::{Value, json};

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
fn bodies_have_a_default_content_type() {
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
fn an_explicit_content_type_replaces_the_default() {
    let new = || EventBuilder::new(Source::AlbMultiValue).method("POST");
    for (event, expected) in [
        (new().json(&1).text("hi"), "text/plain; charset=utf-8"),
        (new().text("hi").header("content-type", "a/b"), "a/b"),
        (new().header("content-type", "a/b").text("hi"), "a/b"),
        (
            new()
                .header("content-type", "a/b")
                .multipart(&MultipartForm::new()),
            "multipart/form-data; boundary=test-form-0",
        ),
    ] {
        let event = event.to_value();
        assert_eq!(
            event["multiValueHeaders"]["content-type"],
            json!([expected])
        );
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
        .gateway(|gateway| gateway.stage("dev"))
        .gateway(|gateway| {
            gateway
                .account_id("111122223333")
                .api_id("abc")
                .path_parameter("extra", "x")
        })
        .gateway(|gateway| gateway.authorizer(json!({"lambda": {"role": "admin"}})))
        .gateway(|gateway| gateway.request_id("r-1"))
        .source_ip("198.51.100.7")
        .gateway(|gateway| gateway.stage_variable("table", "orders"))
        .gateway(|gateway| gateway.route("/orders/{id}"))
        .gateway(|gateway| gateway.forwarded("http", 80))
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
        .gateway(|gateway| gateway.domain("api.example.com"))
        .to_value();
    assert_eq!(event["headers"]["host"], "api.example.com");
}

#[test]
fn the_user_agent_has_a_default() {
    let agent = |event: EventBuilder| {
        let event = event.to_value();
        let context = &event["requestContext"]["http"]["userAgent"];
        assert_eq!(
            event["headers"]["user-agent"].as_str().unwrap_or_default(),
            context.as_str().unwrap()
        );
        context.as_str().unwrap().to_owned()
    };
    let new = || EventBuilder::new(Source::HttpApi);
    assert!(agent(new()).starts_with("lambda-api-testing/"));
    assert_eq!(
        agent(new().header("user-agent", "curl/8.5.0")),
        "curl/8.5.0"
    );
    assert_eq!(
        agent(new().header("User-Agent", "curl/8.5.0")),
        "curl/8.5.0"
    );
    assert_eq!(agent(new().without_header("user-agent")), "");
}

#[test]
fn all_cookies_are_one_header() {
    for source in Source::ALL {
        let event = EventBuilder::new(source)
            .header("cookie", "a=1")
            .cookie("b", "2")
            .cookie("c", "3");
        let request = event.decode();
        let cookies: Vec<_> = request.headers().get_all("cookie").iter().collect();
        assert_eq!(cookies, ["a=1; b=2; c=3"], "{source}");
    }
    let event = EventBuilder::new(Source::Alb)
        .cookie("a", "1")
        .without_header("cookie");
    assert_eq!(event.to_value()["headers"].get("cookie"), None);
}

#[test]
fn a_form_with_files_arrives_with_its_boundary() {
    let form = MultipartForm::new().file("f", "a.bin", "a/b", vec![0xff, 0]);
    for source in Source::ALL {
        let event = EventBuilder::new(source).method("POST").multipart(&form);
        let request = event.decode();
        assert_eq!(
            request.headers()["content-type"],
            "multipart/form-data; boundary=test-form-0"
        );
        let body = request.body().bytes();
        assert!(body.starts_with(b"--test-form-0\r\n"), "{source}");
        assert!(body.ends_with(b"\xff\0\r\n--test-form-0--\r\n"), "{source}");
    }
}

#[test]
fn a_base_path_is_in_the_path_and_in_no_route() {
    for source in Source::ALL {
        let event = EventBuilder::new(source)
            .base_path("/v1")
            .path("/orders/7")
            .gateway(|gateway| gateway.route("/orders/{id}"));
        assert!(event.to_string().contains("\"/v1/orders/7\""), "{source}");
        assert_eq!(event.decode().uri(), "/orders/7", "{source}");
    }
    let event = EventBuilder::new(Source::RestApi)
        .base_path("v1")
        .path("/orders/7")
        .gateway(|gateway| gateway.route("/orders/{id}"))
        .to_value();
    assert_eq!(event["pathParameters"], json!({"id": "7"}));
    assert_eq!(event["requestContext"]["domainName"], "api.example.com");
    assert_eq!(event["requestContext"]["path"], "/v1/orders/7");
    assert_eq!(event["headers"]["Host"], "api.example.com");
}

#[test]
fn a_caller_is_in_the_event_or_the_test_is_wrong() {
    let claims = json!({"sub": "alice"});
    let event = EventBuilder::new(Source::RestApi)
        .caller(Caller::api_key("k-1"))
        .caller(Caller::cognito(claims.clone()))
        .to_value();
    let context = &event["requestContext"];
    assert_eq!(context["identity"]["apiKey"], "k-1");
    assert_eq!(context["authorizer"], json!({"claims": claims}));
    let event = EventBuilder::new(Source::LatticeV2)
        .caller(Caller::iam("arn:aws:iam::123456789012:user/alice"))
        .to_value();
    assert_eq!(event["requestContext"]["identity"]["type"], "AWS_IAM");
    let event = EventBuilder::new(Source::AlbMultiValue)
        .caller(ClientCertificate::new("CN=till"))
        .to_value();
    assert_eq!(
        event["multiValueHeaders"]["x-amzn-mtls-clientcert-subject"],
        json!(["CN=till"])
    );
    let event = EventBuilder::new(Source::HttpApiV1)
        .caller(Caller::lambda("alice", json!({"level": 3})))
        .to_value();
    assert_eq!(
        event["requestContext"]["authorizer"],
        json!({"principalId": "alice", "level": "3"})
    );
}

#[test]
#[should_panic(
    expected = "source `url` does not support callers with an API key; supported sources: `rest`"
)]
fn a_caller_unknown_to_the_source_panics() {
    let _ = EventBuilder::new(Source::FunctionUrl).caller(Caller::api_key("k-1"));
}

#[test]
fn an_invocation_is_that_of_the_event() {
    let mut lambda = LambdaContext::default();
    lambda.tenant_id = Some("blue".to_owned());
    let invocation = EventBuilder::new(Source::RestApi)
        .gateway(|gateway| gateway.stage("test"))
        .gateway(|gateway| gateway.request_id("r-1"))
        .lambda(lambda)
        .to_invocation();
    assert_eq!(invocation.source(), Some(Source::RestApi));
    assert_eq!(invocation.stage(), Some("test"));
    assert_eq!(invocation.request_id(), Some("r-1"));
    assert_eq!(invocation.lambda().tenant_id.as_deref(), Some("blue"));
    let broken = EventBuilder::new(Source::Alb)
        .text("hi")
        .set("/isBase64Encoded", true)
        .set("/body", "%%%");
    assert_eq!(broken.to_invocation().source(), Some(Source::Alb));
    let lambda = EventBuilder::new(Source::Alb).to_invocation();
    assert!(lambda.deadline().is_some());
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
fn a_path_without_a_slash_panics() {
    let _ = EventBuilder::new(Source::HttpApi).path("orders");
}

#[test]
#[should_panic(expected = "expected an HTTP method, found \"G T\"")]
fn an_invalid_method_panics() {
    let _ = EventBuilder::new(Source::HttpApi).method("G T");
}
