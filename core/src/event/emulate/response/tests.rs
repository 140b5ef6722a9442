use super::*;
use serde_json::{Value, json};

fn read(source: Source, json: &Value) -> Result<http::Response<Bytes>, InvalidResponse> {
    parse_response(source, json.to_string().as_bytes())
}

fn rejected(source: Source, json: &Value) -> String {
    match read(source, json) {
        Ok(response) => panic!("{source} accepted {json}: {response:?}"),
        Err(error) => error.to_string(),
    }
}

fn values<'a>(response: &'a http::Response<Bytes>, name: &str) -> Vec<&'a str> {
    let values = response.headers().get_all(name);
    values.iter().map(|value| value.to_str().unwrap()).collect()
}

#[test]
fn status_and_body_are_read_by_every_source() {
    for source in Source::ALL {
        let response = read(source, &json!({"statusCode": 201, "body": "made"})).unwrap();
        assert_eq!(response.status(), 201, "{source}");
        assert_eq!(response.body(), "made", "{source}");
        let base64 = json!({"statusCode": 200, "body": "/wA=", "isBase64Encoded": true});
        let response = read(source, &base64).unwrap();
        assert_eq!(response.body(), &b"\xff\x00"[..], "{source}");
    }
}

#[test]
fn invalid_responses_are_rejected_by_every_source() {
    for (json, expected) in [
        (
            json!({"statusCode": 99}),
            "`statusCode` must be a number from 200 to 599, found 99",
        ),
        (
            json!({"statusCode": 600}),
            "`statusCode` must be a number from 200 to 599, found 600",
        ),
        (
            json!({"statusCode": "ok"}),
            "`statusCode` must be a number from 200 to 599, found \"ok\"",
        ),
        (
            json!({"statusCode": 200.5}),
            "`statusCode` must be a number from 200 to 599, found 200.5",
        ),
        (
            json!({"statusCode": 200, "body": {"a": 1}}),
            "`body` must be a string, found an object",
        ),
        (
            json!({"statusCode": 200, "body": "%", "isBase64Encoded": true}),
            "`isBase64Encoded` is true, but `body` is not valid base64",
        ),
        (
            json!({"statusCode": 200, "body": "", "isBase64Encoded": "yes"}),
            "`isBase64Encoded` must be true or false, found a string",
        ),
    ] {
        for source in Source::ALL {
            assert_eq!(rejected(source, &json), expected, "{source}");
        }
    }
    for source in Source::ALL {
        let error = parse_response(source, b"{\"statusCode\"")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("the response is not valid JSON: "),
            "{source}: {error}"
        );
    }
}

#[test]
fn invalid_headers_are_rejected_without_their_value() {
    let source = Source::HttpApi;
    let json = |headers: Value| json!({"statusCode": 200, "headers": headers});
    for (headers, expected) in [
        (json!({"a b": "x"}), "\"a b\" is not a valid header name"),
        (
            json!({"x-a": "secret\r\nx-b: 1"}),
            "the value of header `x-a` contains invalid characters",
        ),
        (
            json!({"x-a": ["1"]}),
            "header `x-a` must be a string, found an array",
        ),
        (
            json!({"x-a": {}}),
            "header `x-a` must be a string, found an object",
        ),
        (
            json!(["x-a"]),
            "`headers` must be an object, found an array",
        ),
    ] {
        assert_eq!(rejected(source, &json(headers)), expected);
    }
}

#[test]
fn a_status_is_needed_outside_payload_format_2() {
    for source in Source::ALL {
        let json = json!({"body": "hi"});
        if has_format_2(source) {
            let response = read(source, &json).unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(response.body(), r#"{"body":"hi"}"#);
            assert_eq!(values(&response, "content-type"), ["application/json"]);
        } else {
            assert_eq!(
                rejected(source, &json),
                "`statusCode` is missing",
                "{source}"
            );
            let expected = "the response must be a JSON object, found a string";
            assert_eq!(rejected(source, &json!("hi")), expected, "{source}");
        }
    }
}

#[test]
fn payload_format_2_infers_a_body_without_a_status() {
    for (response_json, expected) in [
        (r#""Hello from Lambda!""#, "Hello from Lambda!"),
        (r#"{ "message": "hi" }"#, r#"{ "message": "hi" }"#),
        ("[1, 2]", "[1, 2]"),
        ("7", "7"),
        ("null", "null"),
    ] {
        let response = parse_response(Source::FunctionUrl, response_json.as_bytes()).unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.body(), expected);
        assert_eq!(values(&response, "content-type"), ["application/json"]);
    }
}

#[test]
fn payload_format_2_has_cookies_and_no_multi_value_headers() {
    let json = json!({
        "statusCode": "200",
        "headers": {"x-a": "1", "x-n": 7},
        "multiValueHeaders": {"x-b": ["2"]},
        "cookies": ["a=1; Secure", "b=2"],
    });
    for source in [Source::HttpApi, Source::FunctionUrl] {
        let response = read(source, &json).unwrap();
        assert_eq!(values(&response, "x-a"), ["1"]);
        assert_eq!(values(&response, "x-n"), ["7"]);
        assert_eq!(values(&response, "x-b"), [""; 0]);
        assert_eq!(values(&response, "set-cookie"), ["a=1; Secure", "b=2"]);
    }
    for (cookies, found) in [
        (json!("a=1"), "a string"),
        (json!([1]), "an array with other values"),
    ] {
        assert_eq!(
            rejected(
                Source::HttpApi,
                &json!({"statusCode": 200, "cookies": cookies})
            ),
            format!("`cookies` must be an array of strings, found {found}")
        );
    }
}

#[test]
fn payload_format_1_joins_both_header_maps() {
    let json = json!({
        "statusCode": 200,
        "headers": {"X-A": "lost", "x-b": "1"},
        "multiValueHeaders": {"x-a": ["2", "3"], "set-cookie": ["a=1", "b=2"]},
    });
    for source in [Source::RestApi, Source::HttpApiV1] {
        let response = read(source, &json).unwrap();
        assert_eq!(values(&response, "x-a"), ["2", "3"], "{source}");
        assert_eq!(values(&response, "x-b"), ["1"], "{source}");
        assert_eq!(values(&response, "set-cookie"), ["a=1", "b=2"], "{source}");
    }
    let json = json!({"statusCode": 200, "multiValueHeaders": {"x-a": "1"}});
    assert_eq!(
        rejected(Source::RestApi, &json),
        "the values of `x-a` in `multiValueHeaders` must be an array, found a string"
    );
}

#[test]
fn a_rest_api_renames_the_headers_that_it_keeps_for_itself() {
    let json = json!({
        "statusCode": 401,
        "multiValueHeaders": {"WWW-Authenticate": ["Bearer", "Basic"]},
        "headers": {"x-a": "1"},
    });
    let response = read(Source::RestApi, &json).unwrap();
    assert_eq!(values(&response, "www-authenticate"), [""; 0]);
    assert_eq!(
        values(&response, "x-amzn-Remapped-WWW-Authenticate"),
        ["Bearer", "Basic"]
    );
    assert_eq!(values(&response, "x-a"), ["1"]);
    let response = read(Source::HttpApiV1, &json).unwrap();
    assert_eq!(values(&response, "www-authenticate"), ["Bearer", "Basic"]);
}

#[test]
fn a_rest_api_rejects_keys_that_it_does_not_know() {
    let json = json!({"statusCode": 200, "statusDescription": "200 OK"});
    assert_eq!(
        rejected(Source::RestApi, &json),
        "a REST API does not support the key `statusDescription`"
    );
    assert!(read(Source::HttpApiV1, &json).is_ok());
}

#[test]
fn an_alb_needs_the_header_form_of_its_events() {
    let single = json!({"statusCode": 200, "headers": {"x-a": "1"}, "body": ""});
    let multi = json!({"statusCode": 200, "multiValueHeaders": {"x-a": ["1", "2"]}, "body": ""});
    assert_eq!(values(&read(Source::Alb, &single).unwrap(), "x-a"), ["1"]);
    assert_eq!(
        values(&read(Source::AlbMultiValue, &multi).unwrap(), "x-a"),
        ["1", "2"]
    );
    assert_eq!(
        rejected(Source::Alb, &multi),
        "an ALB without multi-value headers needs `headers`, found `multiValueHeaders`"
    );
    assert_eq!(
        rejected(Source::AlbMultiValue, &single),
        "an ALB with multi-value headers needs `multiValueHeaders`, found `headers`"
    );
}

#[test]
fn an_alb_is_strict_about_null_numbers_and_size() {
    for source in [Source::Alb, Source::AlbMultiValue] {
        assert_eq!(
            rejected(source, &json!({"statusCode": 200, "body": null})),
            "`body` must be a string, found null"
        );
        assert_eq!(
            rejected(source, &json!({"statusCode": "200"})),
            "`statusCode` must be a number from 200 to 599, found \"200\""
        );
        let large = json!({"statusCode": 200, "body": "x".repeat(1 << 20)});
        assert!(
            rejected(source, &large).starts_with("expected a response of at most 1048576 bytes")
        );
        assert!(read(Source::HttpApi, &large).is_ok());
    }
    assert!(read(Source::HttpApi, &json!({"statusCode": 200, "body": null})).is_ok());
}

#[test]
fn header_names_in_two_cases_are_two_values() {
    let text = br#"{"statusCode": 200, "headers": {"set-cookie": "a=1", "Set-Cookie": "b=2"}}"#;
    for source in [Source::Alb, Source::LatticeV1, Source::LatticeV2] {
        let response = parse_response(source, text).unwrap();
        assert_eq!(values(&response, "set-cookie"), ["a=1", "b=2"], "{source}");
    }
    let text = br#"{"statusCode": 200, "headers": {"set-cookie": "a=1", "set-cookie": "b=2"}}"#;
    let response = parse_response(Source::Alb, text).unwrap();
    assert_eq!(values(&response, "set-cookie"), ["b=2"]);
}

#[test]
fn content_without_a_type_gets_the_one_of_the_source() {
    for (source, expected) in [
        (Source::RestApi, &["application/json"][..]),
        (Source::HttpApi, &["text/plain; charset=utf-8"]),
        (Source::FunctionUrl, &["application/json"]),
        (Source::Alb, &["application/octet-stream"]),
        (Source::LatticeV2, &[]),
    ] {
        let response = read(source, &json!({"statusCode": 200, "body": "x"})).unwrap();
        assert_eq!(values(&response, "content-type"), expected, "{source}");
        let response = read(source, &json!({"statusCode": 204, "body": ""})).unwrap();
        assert_eq!(values(&response, "content-type"), [""; 0], "{source}");
    }
}

#[test]
fn a_response_of_the_other_mode_is_seen_by_the_client() {
    let stream = b"{\"statusCode\":404}\0\0\0\0\0\0\0\0no";
    let buffered = br#"{"statusCode":404,"body":"no"}"#;
    // The streaming mode gets a buffered response.
    let url = parse_stream(Source::FunctionUrl, buffered).unwrap();
    assert_eq!(
        (url.status().as_u16(), &url.body()[..]),
        (200, &buffered[..])
    );
    assert!(parse_stream(Source::RestApi, buffered).is_err());
    // The buffered mode gets a stream.
    let url = parse_response(Source::FunctionUrl, stream).unwrap();
    assert_eq!((url.status().as_u16(), &url.body()[..]), (200, &stream[..]));
    for source in Source::ALL {
        let is_read = parse_response(source, stream).is_ok();
        assert_eq!(is_read, source == Source::FunctionUrl, "{source}");
    }
}
