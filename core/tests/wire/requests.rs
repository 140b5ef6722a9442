//! Requests as the sources send them.

use crate::{decode, event_with, header, invocation, pairs, query, try_decode};
use lambda_api::event::{DecodeOptions, Source};
use serde_json::json;

#[test]
fn every_source_is_detected_from_its_smallest_event() {
    for source in Source::ALL {
        let request = decode(&crate::event(source));
        assert_eq!(invocation(&request).source(), Some(source));
        assert_eq!(request.method(), "GET", "{source}");
        assert_eq!(request.uri(), "/", "{source}");
    }
}

#[test]
fn rest_multi_value_headers_are_the_truth_in_order() {
    for source in [Source::RestApi, Source::HttpApiV1] {
        let request = decode(&event_with(
            source,
            json!({"headers": {"X-A": "2", "x-only": "here"},
                "multiValueHeaders": {"X-A": ["1", "2"]}}),
        ));
        assert_eq!(header(&request, "x-a"), ["1", "2"]);
        assert_eq!(header(&request, "x-only"), ["here"]);
    }
}

#[test]
fn rest_query_parameters_are_already_decoded() {
    for source in [Source::RestApi, Source::HttpApiV1] {
        let request = decode(&event_with(
            source,
            json!({"queryStringParameters": {"z": "b"},
                "multiValueQueryStringParameters": {"z": ["a&b=c", "b"], "a b": ["100%25"]}}),
        ));
        // serde_json sorts the names of a `Value`; another test checks the order with a text.
        assert_eq!(
            query(&request),
            pairs(&[("a b", "100%25"), ("z", "a&b=c"), ("z", "b")])
        );
    }
}

#[test]
fn alb_query_parameters_are_still_encoded() {
    let expected = pairs(&[("a b", "1&2"), ("q", "x+y z")]);
    let single = json!({"queryStringParameters": {"a%20b": "1%262", "q": "x%2By+z"}});
    let multi = json!({"multiValueQueryStringParameters": {"a%20b": ["1%262"], "q": ["x%2By+z"]}});
    assert_eq!(query(&decode(&event_with(Source::Alb, single))), expected);
    assert_eq!(
        query(&decode(&event_with(Source::AlbMultiValue, multi))),
        expected
    );
}

#[test]
fn an_alb_sends_headers_in_one_of_two_forms() {
    let request = decode(&event_with(Source::Alb, json!({"headers": {"x-a": "2"}})));
    assert_eq!(invocation(&request).source(), Some(Source::Alb));
    assert_eq!(header(&request, "x-a"), ["2"]);

    let multi = json!({"multiValueHeaders": {"x-a": ["1", "2"]}});
    let request = decode(&event_with(Source::AlbMultiValue, multi));
    assert_eq!(invocation(&request).source(), Some(Source::AlbMultiValue));
    assert_eq!(header(&request, "x-a"), ["1", "2"]);
}

#[test]
fn repeated_query_keys_keep_the_order_of_the_event() {
    for (event, expected) in [
        (
            r#"{"httpMethod": "GET", "path": "/", "multiValueQueryStringParameters":
                {"z": ["3", "1"], "a": ["2"], "m": ["9", "9"]}}"#,
            "/?z=3&z=1&a=2&m=9&m=9",
        ),
        (
            r#"{"rawPath": "/", "rawQueryString": "z=3&a=2&z=1&flag&=&a%5B%5D=4"}"#,
            "/?z=3&a=2&z=1&flag&=&a%5B%5D=4",
        ),
        (
            r#"{"path": "/", "method": "GET", "queryStringParameters": {"z": ["3", "1"], "a": "2"}}"#,
            "/?z=3&z=1&a=2",
        ),
    ] {
        let request = lambda_api::event::decode(
            event.into(),
            lambda_api::LambdaContext::default(),
            &DecodeOptions::default(),
        )
        .unwrap();
        assert_eq!(request.uri(), expected);
    }
}

#[test]
fn http_api_and_function_url_put_cookies_apart() {
    for source in [Source::HttpApi, Source::FunctionUrl] {
        let request = decode(&event_with(
            source,
            json!({"cookies": ["a=1", "b=2; c=3"], "headers": {"cookie": "old=1", "x": "y"}}),
        ));
        assert_eq!(header(&request, "cookie"), ["a=1; b=2; c=3"]);
        assert_eq!(header(&request, "x"), ["y"]);
    }
}

#[test]
fn http_api_and_function_url_keep_the_query_raw() {
    for source in [Source::HttpApi, Source::FunctionUrl] {
        let raw = "b=%2F&a=1+2&a=%zz&&flag";
        let request = decode(&event_with(
            source,
            json!({"rawQueryString": raw, "queryStringParameters": {"other": "1"}}),
        ));
        assert_eq!(request.uri().query(), Some(raw));
    }
}

#[test]
fn a_missing_raw_query_is_made_of_the_parameters() {
    let parameters = json!({"rawQueryString": null, "queryStringParameters": {"a": "1 2"}});
    let request = decode(&event_with(Source::HttpApi, parameters));
    assert_eq!(query(&request), pairs(&[("a", "1 2")]));
    let request = decode(&json!({"rawPath": "/", "queryStringParameters": {"a": "1"}}));
    assert_eq!(request.uri(), "/?a=1");
}

#[test]
fn a_comma_joined_header_stays_one_value() {
    for source in [Source::HttpApi, Source::FunctionUrl, Source::LatticeV1] {
        let request = decode(&event_with(source, json!({"headers": {"x-a": "1,2"}})));
        assert_eq!(header(&request, "x-a"), ["1,2"]);
    }
}

#[test]
fn the_base64_flag_may_be_absent_or_null() {
    for source in Source::ALL {
        for flag in [
            json!({}),
            json!({"isBase64Encoded": null, "is_base64_encoded": null}),
        ] {
            let mut event = event_with(source, json!({"body": "aGk="}));
            crate::merge(&mut event, flag);
            assert_eq!(decode(&event).body().bytes(), b"aGk=", "{source}");
        }
    }
}

#[test]
fn a_binary_body_is_decoded() {
    for source in Source::ALL {
        let flag = if source == Source::LatticeV1 {
            "is_base64_encoded"
        } else {
            "isBase64Encoded"
        };
        let request = decode(&event_with(source, json!({"body": "AP+A/w==", flag: true})));
        assert_eq!(request.body().bytes(), [0, 255, 128, 255], "{source}");
    }
}

#[test]
fn a_text_body_loses_its_json_escapes_and_nothing_else() {
    let text = "{\"a\": \"\\u00e9\"}\r\n\t\u{0}é😀/";
    for source in Source::ALL {
        let request = decode(&event_with(source, json!({"body": text})));
        assert_eq!(request.body().bytes(), text.as_bytes(), "{source}");
    }
}

#[test]
fn a_missing_body_is_an_empty_one() {
    for source in Source::ALL {
        for body in [
            json!({}),
            json!({"body": null}),
            json!({"body": "", "isBase64Encoded": true}),
        ] {
            assert_eq!(
                decode(&event_with(source, body)).body().bytes(),
                b"",
                "{source}"
            );
        }
    }
}

#[test]
fn lattice_v2_sends_headers_and_query_as_arrays_or_as_strings() {
    let arrays =
        json!({"headers": {"x-a": ["1", "2"]}, "queryStringParameters": {"q": ["1", "2"]}});
    let request = decode(&event_with(Source::LatticeV2, arrays));
    assert_eq!(header(&request, "x-a"), ["1", "2"]);
    assert_eq!(request.uri(), "/?q=1&q=2");

    let strings = json!({"headers": {"x-a": "1"}, "queryStringParameters": {"q": "1"}});
    let request = decode(&event_with(Source::LatticeV2, strings));
    assert_eq!(header(&request, "x-a"), ["1"]);
    assert_eq!(request.uri(), "/?q=1");

    let snake = json!({"query_string_parameters": {"q": "1"}});
    assert_eq!(decode(&event_with(Source::LatticeV2, snake)).uri(), "/?q=1");
}

#[test]
fn lattice_query_parameters_are_still_encoded() {
    for (source, key) in [
        (Source::LatticeV1, "query_string_parameters"),
        (Source::LatticeV2, "queryStringParameters"),
    ] {
        let request = decode(&event_with(source, json!({key: {"q": "a%20b%26c"}})));
        assert_eq!(request.uri(), "/?q=a%20b%26c");
    }
}

#[test]
fn a_lattice_path_that_brings_its_query_keeps_it_raw() {
    for source in [Source::LatticeV1, Source::LatticeV2] {
        let mut event = event_with(source, json!({"queryStringParameters": {"a": "2"}}));
        event[crate::path_key(source)] = json!("/x?a=1&a=2");
        assert_eq!(decode(&event).uri(), "/x?a=1&a=2");
    }
}

#[test]
fn lattice_v1_has_names_of_its_own() {
    let request = decode(&json!({"raw_path": "/orders", "method": "POST",
        "headers": {"Content-Type": "text/plain"}, "query_string_parameters": {"id": "7"},
        "body": "aGk=", "is_base64_encoded": true}));
    assert_eq!(invocation(&request).source(), Some(Source::LatticeV1));
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "/orders?id=7");
    assert_eq!(header(&request, "content-type"), ["text/plain"]);
    assert_eq!(request.body().bytes(), b"hi");
}

#[test]
fn a_hand_written_event_can_omit_members() {
    for (event, source, method, uri) in [
        (
            json!({"httpMethod": "GET", "path": "/a"}),
            Source::RestApi,
            "GET",
            "/a",
        ),
        (
            json!({"httpMethod": "GET", "resource": "/a"}),
            Source::RestApi,
            "GET",
            "/",
        ),
        (
            json!({"httpMethod": "PUT", "path": ""}),
            Source::RestApi,
            "PUT",
            "/",
        ),
        (json!({"rawPath": "/a"}), Source::HttpApi, "GET", "/a"),
        (
            json!({"rawPath": "/a", "httpMethod": "PUT"}),
            Source::HttpApi,
            "PUT",
            "/a",
        ),
        (
            json!({"requestContext": {"http": {"method": "PUT", "path": "/a"}}}),
            Source::HttpApi,
            "PUT",
            "/a",
        ),
        (json!({"raw_path": "/a"}), Source::LatticeV1, "GET", "/a"),
        (
            json!({"path": "/a", "method": "PUT"}),
            Source::LatticeV2,
            "PUT",
            "/a",
        ),
        (
            json!({"requestContext": {"elb": {}}}),
            Source::Alb,
            "GET",
            "/",
        ),
    ] {
        let request = decode(&event);
        assert_eq!(invocation(&request).source(), Some(source), "{event}");
        assert_eq!(
            (request.method().as_str(), request.uri().to_string()),
            (method, uri.to_owned()),
            "{event}"
        );
    }
}

#[test]
fn rest_event_with_raw_path_is_rest() {
    for (version, context, source) in [
        (None, json!({"stage": "prod"}), Source::RestApi),
        (None, json!(null), Source::RestApi),
        (Some("1.0"), json!({"stage": "$default"}), Source::HttpApiV1),
        (None, json!({"elb": {}}), Source::Alb),
        (
            Some("2.0"),
            json!({"http": {"method": "GET"}}),
            Source::HttpApi,
        ),
        (Some("2.0"), json!({}), Source::HttpApi),
        (None, json!({"http": {"method": "GET"}}), Source::HttpApi),
    ] {
        let event = json!({"resource": "/{proxy+}", "path": "/my/path", "httpMethod": "GET",
            "rawPath": "/base/my/path", "version": version, "headers": {"host": "h"},
            "queryStringParameters": {"q": "b"}, "requestContext": context});
        let request = decode(&event);
        assert_eq!(invocation(&request).source(), Some(source), "{event}");
        let path = match source {
            Source::HttpApi => "/base/my/path?q=b",
            _ => "/my/path?q=b",
        };
        assert_eq!(request.uri(), path, "{event}");
    }
}

#[test]
fn a_missing_leading_slash_is_added() {
    for (path, expected) in [
        ("api/x", "/api/x"),
        ("api", "/api"),
        ("", "/"),
        (" /x", "/%20/x"),
        ("a:b", "/a:b"),
        ("x/http://y", "/x/http://y"),
        ("//x", "//x"),
        ("**", "/**"),
    ] {
        for source in Source::ALL {
            let mut event = crate::event(source);
            event[crate::path_key(source)] = json!(path);
            assert_eq!(decode(&event).uri().path(), expected, "{source} {path}");
        }
    }
    // Before the stage and the base path are removed.
    let options = DecodeOptions::default().strip_stage(true);
    let event = event_with(
        Source::HttpApi,
        json!({"rawPath": "prod/x", "requestContext": {"stage": "prod"}}),
    );
    assert_eq!(try_decode(&event, &options).unwrap().uri(), "/x");
}

#[test]
fn values_of_the_single_value_map_are_kept() {
    for source in [Source::RestApi, Source::HttpApiV1] {
        let request = decode(&event_with(
            source,
            json!({"headers": {"x-a": "2", "x-only": "here", "X-Only": "there"},
                "multiValueHeaders": {"X-A": ["1", "2"]},
                "queryStringParameters": {"a": "2", "only": "h&re"},
                "multiValueQueryStringParameters": {"a": ["1", "2"]}}),
        ));
        assert_eq!(header(&request, "x-a"), ["1", "2"], "{source}");
        let mut only = header(&request, "x-only");
        only.sort_unstable();
        assert_eq!(only, ["here", "there"], "{source}");
        let expected = pairs(&[("a", "1"), ("a", "2"), ("only", "h&re")]);
        assert_eq!(query(&request), expected, "{source}");
    }
}

#[test]
fn a_null_under_another_spelling_erases_nothing() {
    for event in [
        r#"{"raw_path":"/a","method":"GET","headers":{},"query_string_parameters":{"k":"v"},
            "queryStringParameters":null,"is_base64_encoded":true,"isBase64Encoded":null,"body":"eA=="}"#,
        r#"{"path":"/a","httpMethod":"GET","queryStringParameters":{"k":"v"},"isBase64Encoded":true,
            "query_string_parameters":null,"is_base64_encoded":null,"body":"eA==","body":null,
            "path":null,"httpMethod":null,"queryStringParameters":null,"isBase64Encoded":null}"#,
        r#"{"rawPath":"/a","requestContext":{"http":{"method":"GET","method":null},"http":null},
            "requestContext":null,"rawQueryString":"k=v","rawQueryString":null,
            "isBase64Encoded":true,"is_base64_encoded":null,"body":"eA==","rawPath":null}"#,
    ] {
        let request = lambda_api::event::decode(
            event.into(),
            lambda_api::LambdaContext::default(),
            &DecodeOptions::default(),
        )
        .unwrap();
        assert_eq!(request.uri(), "/a?k=v", "{event}");
        assert_eq!(request.body().bytes(), b"x", "{event}");
    }
}

#[test]
fn a_byte_order_mark_before_an_event_is_skipped() {
    for source in Source::ALL {
        let event = event_with(
            source,
            json!({"body": "\u{feff}x", "headers": {"x-a": "ä"}}),
        );
        let decode = |text: String| {
            let options = DecodeOptions::default();
            lambda_api::event::decode(text.into(), lambda_api::LambdaContext::default(), &options)
        };
        let request = decode(format!("\u{feff}{event}")).unwrap();
        assert_eq!(invocation(&request).source(), Some(source));
        assert_eq!(request.body().bytes(), "\u{feff}x".as_bytes(), "{source}");
        assert!(decode(format!("\u{feff}\u{feff}{event}")).is_err());
    }
}

#[test]
fn an_unsupported_event_error_names_the_keys() {
    for event in [
        json!({"Records": [{"eventSource": "aws:s3"}]}),
        json!({"detail-type": "x", "source": "y", "version": "0"}),
        json!({"type": "REQUEST", "methodArn": "arn", "httpMethod": "GET", "path": "/"}),
        json!({"requestContext": {"connectionId": "x", "eventType": "CONNECT"}, "headers": {}}),
        json!({"key1": "value1"}),
        json!({}),
        json!([]),
        json!("x"),
        json!(null),
    ] {
        let error = try_decode(&event, &DecodeOptions::default())
            .unwrap_err()
            .to_string();
        assert!(error.contains("looked for `httpMethod`"), "{error}");
        for key in event.as_object().into_iter().flatten().map(|(key, _)| key) {
            assert!(error.contains(&format!("`{key}`")), "{error}");
        }
    }
}
