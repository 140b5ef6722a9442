//! Malicious requests. None of them may make the whole event fail.

use crate::{decode, event, event_with, header, invocation, malformed, path_key, try_decode};
use lambda_api::event::{DecodeError, DecodeOptions, Source};
use serde_json::json;

#[test]
fn a_list_in_x_forwarded_proto_is_just_a_header() {
    for source in Source::ALL {
        let request = decode(&event_with(
            source,
            json!({"headers": {"x-forwarded-proto": "https,http"}, "multiValueHeaders": null}),
        ));
        assert_eq!(
            header(&request, "x-forwarded-proto"),
            ["https,http"],
            "{source}"
        );
        assert_eq!(request.uri(), "/", "{source}");
    }
}

#[test]
fn a_bad_host_changes_nothing() {
    for host in [
        "",
        "a b",
        "evil.example/@x:99999",
        "[::1",
        "host:port",
        "<script>",
        "ü",
    ] {
        for source in Source::ALL {
            let request = decode(&event_with(
                source,
                json!({"headers": {"host": host}, "requestContext": {"domainPrefix": host}}),
            ));
            assert_eq!(request.uri().authority(), None, "{source} {host}");
            assert_eq!(request.uri().path(), "/", "{source} {host}");
        }
    }
}

#[test]
fn raw_characters_in_a_query_are_encoded() {
    let raw = "a=<b>&c=\"d\"&e=f g&h=\\^`{|}&i=é&j=#k";
    let encoded = "a=%3Cb%3E&c=%22d%22&e=f%20g&h=%5C%5E%60%7B%7C%7D&i=%C3%A9&j=%23k";
    for source in [Source::HttpApi, Source::FunctionUrl] {
        let request = decode(&event_with(source, json!({"rawQueryString": raw})));
        assert_eq!(request.uri().query(), Some(encoded), "{source}");
    }
    let request = decode(&event_with(
        Source::Alb,
        json!({"queryStringParameters": {"a": "<b> \"c\" #"}}),
    ));
    assert_eq!(request.uri().query(), Some("a=%3Cb%3E%20%22c%22%20%23"));
}

#[test]
fn raw_characters_in_a_path_are_encoded_and_none_cuts_it_off() {
    for source in Source::ALL {
        let mut event = event(source);
        event[path_key(source)] = json!("/a b/<c>/\"d\"/é#f/{g}|h");
        let request = decode(&event);
        assert_eq!(
            request.uri(),
            "/a%20b/%3Cc%3E/%22d%22/%C3%A9%23f/%7Bg%7D%7Ch",
            "{source}"
        );
    }
}

#[test]
fn a_question_mark_in_a_path_starts_no_query() {
    let request = decode(&event_with(
        Source::HttpApi,
        json!({"rawPath": "/a?admin=1"}),
    ));
    assert_eq!(
        (request.uri().path(), request.uri().query()),
        ("/a%3Fadmin=1", None)
    );
}

#[test]
fn invalid_base64_is_malformed() {
    for source in Source::ALL {
        let event = event_with(
            source,
            json!({"body": "%%%", "isBase64Encoded": true, "is_base64_encoded": true}),
        );
        assert_eq!(
            malformed(&event),
            (Some(source), "the body is not valid base64".into())
        );
    }
}

#[test]
fn control_characters_in_a_header_value_are_malformed() {
    for source in Source::ALL {
        for value in ["a\nb", "a\rb", "\u{0}", "\u{7f}"] {
            let event = event_with(
                source,
                json!({"headers": {"x-secret": value}, "multiValueHeaders": {}}),
            );
            let (found, detail) =
                malformed(&event_with(source, json!({"headers": {"x-secret": value}})));
            assert_eq!(found, Some(source));
            assert!(
                detail.contains("`x-secret`") && !detail.contains(value),
                "{detail}"
            );
            malformed(&event);
        }
    }
}

#[test]
fn control_characters_in_a_cookie_are_malformed() {
    let (source, detail) = malformed(&event_with(Source::HttpApi, json!({"cookies": ["a=\n"]})));
    assert_eq!(source, Some(Source::HttpApi));
    assert!(detail.contains("`cookie`"), "{detail}");
}

#[test]
fn an_invalid_method_is_malformed() {
    for (source, event) in [
        (Source::RestApi, json!({"httpMethod": "G T", "path": "/"})),
        (Source::RestApi, json!({"httpMethod": "", "path": "/"})),
        (
            Source::HttpApi,
            json!({"rawPath": "/", "requestContext": {"http": {"method": "GET\r\n"}}}),
        ),
        (Source::LatticeV1, json!({"raw_path": "/", "method": "é"})),
    ] {
        assert_eq!(
            malformed(&event),
            (Some(source), "the method is not a valid HTTP method".into())
        );
    }
}

#[test]
fn a_path_of_another_form_of_request_target_is_malformed() {
    for source in Source::ALL {
        for path in [
            "http://evil.example/",
            "HTTPS://evil.example",
            "a+b-1.c://x",
            "*",
        ] {
            let mut event = event(source);
            event[path_key(source)] = json!(path);
            let (found, detail) = malformed(&event);
            assert_eq!(found, Some(source));
            assert_eq!(detail, "the path does not begin with `/`");
        }
    }
}

#[test]
fn a_uri_that_is_too_long_for_any_limit_is_rejected() {
    for more in [
        json!({"rawQueryString": "x".repeat(70_000)}),
        json!({"rawQueryString": null, "queryStringParameters": {"a": "/".repeat(40_000)}}),
    ] {
        let event = event_with(Source::HttpApi, more);
        match try_decode(&event, &DecodeOptions::default()) {
            Err(DecodeError::LimitExceeded(over)) => {
                assert_eq!(over.invocation().source(), Some(Source::HttpApi));
                assert_eq!(over.problem().code(), "uri_too_long");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn null_where_a_map_is_expected_is_an_empty_map() {
    let nulls = json!({"headers": null, "queryStringParameters": null, "pathParameters": null,
        "stageVariables": null, "cookies": null, "body": null, "isBase64Encoded": null,
        "multiValueQueryStringParameters": null, "query_string_parameters": null,
        "rawQueryString": null});
    for source in Source::ALL {
        let request = decode(&event_with(source, nulls.clone()));
        assert!(request.headers().is_empty(), "{source}");
        assert_eq!(request.uri(), "/", "{source}");
    }
    for event in [
        json!({"httpMethod": "GET", "path": "/", "requestContext": null, "multiValueHeaders": null}),
        json!({"rawPath": "/", "requestContext": {"http": null, "identity": null, "authorizer": null}}),
        json!({"httpMethod": "GET", "path": null, "resource": "/", "requestContext": {"elb": null}}),
    ] {
        decode(&event);
    }
}

#[test]
fn null_among_the_values_of_a_map_is_left_out() {
    let request = decode(&event_with(
        Source::RestApi,
        json!({"headers": {"x-a": null}, "multiValueHeaders": {"x-b": [null, "1"], "x-c": null},
            "multiValueQueryStringParameters": {"q": null, "r": [null]}}),
    ));
    assert_eq!(header(&request, "x-a"), Vec::<&str>::new());
    assert_eq!(header(&request, "x-b"), ["1"]);
    assert_eq!(request.uri(), "/");
}

#[test]
fn odd_types_fail_nothing() {
    for odd in [
        json!(1),
        json!(true),
        json!("text"),
        json!([[]]),
        json!({"a": {"b": [1]}}),
    ] {
        for source in Source::ALL {
            let mut event = event(source);
            for key in [
                "headers",
                "queryStringParameters",
                "query_string_parameters",
                "stageVariables",
                "pathParameters",
                "cookies",
                "body",
                "multiValueQueryStringParameters",
                "version",
            ] {
                event[key] = odd.clone();
            }
            decode(&event);
        }
    }
}

#[test]
fn numbers_are_taken_for_their_text() {
    let request = decode(&json!({"httpMethod": "GET", "path": "/",
        "headers": {"content-length": 5, "x-flag": true}, "queryStringParameters": {"page": 2}}));
    assert_eq!(header(&request, "content-length"), ["5"]);
    assert_eq!(header(&request, "x-flag"), ["true"]);
    assert_eq!(request.uri(), "/?page=2");
}

#[test]
fn a_claim_that_is_not_a_string_is_accepted() {
    let claims = json!({"sub": "a", "exp": 1_700_000_000, "admin": true, "groups": ["x"], "nested": {"a": null}});
    for (source, authorizer) in [
        (Source::RestApi, json!({"claims": claims})),
        (Source::HttpApiV1, json!({"claims": claims, "scopes": null})),
        (
            Source::HttpApi,
            json!({"jwt": {"claims": claims, "scopes": null}}),
        ),
    ] {
        let request = decode(&event_with(
            source,
            json!({"requestContext": {"authorizer": authorizer}}),
        ));
        let context: serde_json::Value = invocation(&request).request_context_as().unwrap();
        assert_eq!(context["authorizer"], authorizer);
    }
}

#[test]
fn a_header_value_that_is_not_ascii_is_kept() {
    let request = decode(&event_with(
        Source::HttpApi,
        json!({"headers": {"x-name": "Jürgen"}}),
    ));
    assert_eq!(request.headers()["x-name"].as_bytes(), "Jürgen".as_bytes());
}

#[test]
fn deeply_nested_json_overflows_no_stack() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for key in [
        "body",
        "headers",
        "requestContext",
        "unknown",
        "path",
        "isBase64Encoded",
    ] {
        let event = format!(r#"{{"httpMethod": "GET", "{key}": {deep}, "resource": "/", "x": 1}}"#);
        let _ = lambda_api::event::decode(event.into(), Default::default(), &Default::default());
    }
}
