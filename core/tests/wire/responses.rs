//! Responses as the sources expect them.

use http::{HeaderName, HeaderValue, Response};
use lambda_api::event::{self, Source};
use serde_json::{Value, json};

const SINGLE: [Source; 3] = [Source::Alb, Source::LatticeV1, Source::LatticeV2];
const MULTI: [Source; 3] = [Source::RestApi, Source::HttpApiV1, Source::AlbMultiValue];
const V2: [Source; 2] = [Source::HttpApi, Source::FunctionUrl];

fn encode(source: Source, status: u16, headers: &[(&str, &[u8])], body: &[u8]) -> Value {
    let mut response = Response::new(());
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        response
            .headers_mut()
            .append(name, HeaderValue::from_bytes(value).unwrap());
    }
    let encoded = event::encode(source, &response.into_parts().0, body);
    serde_json::from_slice(&encoded)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&encoded)))
}

const HEADERS: &[(&str, &[u8])] = &[
    ("content-type", b"application/json"),
    ("x-a", b"1"),
    ("set-cookie", b"a=1"),
    ("x-a", b"2"),
    ("set-cookie", b"b=2; Path=/"),
];

#[test]
fn http_api_and_function_url_join_headers_and_put_cookies_apart() {
    for source in V2 {
        assert_eq!(
            encode(source, 201, HEADERS, br#"{"a": "b"}"#),
            json!({"statusCode": 201,
                "headers": {"content-type": "application/json", "x-a": "1, 2"},
                "cookies": ["a=1", "b=2; Path=/"],
                "body": "{\"a\": \"b\"}", "isBase64Encoded": false}),
            "{source}"
        );
    }
}

#[test]
fn rest_and_http_1_headers_are_in_one_map_only() {
    for source in [Source::RestApi, Source::HttpApiV1] {
        assert_eq!(
            encode(source, 200, HEADERS, b"{}"),
            json!({"statusCode": 200,
                "multiValueHeaders": {"content-type": ["application/json"], "x-a": ["1", "2"],
                    "set-cookie": ["a=1", "b=2; Path=/"]},
                "body": "{}", "isBase64Encoded": false}),
            "{source}"
        );
    }
}

#[test]
fn alb_responses_in_the_header_form_of_the_request() {
    assert_eq!(
        encode(Source::AlbMultiValue, 404, HEADERS, b"{}"),
        json!({"statusCode": 404, "statusDescription": "404 Not Found",
            "multiValueHeaders": {"content-type": ["application/json"], "x-a": ["1", "2"],
                "set-cookie": ["a=1", "b=2; Path=/"]},
            "body": "{}", "isBase64Encoded": false})
    );
    assert_eq!(
        encode(Source::Alb, 200, HEADERS, b"{}"),
        json!({"statusCode": 200, "statusDescription": "200 OK",
            "headers": {"content-type": "application/json", "x-a": "1, 2", "set-cookie": "a=1",
                "Set-cookie": "b=2; Path=/"},
            "body": "{}", "isBase64Encoded": false})
    );
}

#[test]
fn lattice_responses_as_an_alb_with_single_values() {
    for source in [Source::LatticeV1, Source::LatticeV2] {
        assert_eq!(
            encode(source, 200, HEADERS, b"{}"),
            encode(Source::Alb, 200, HEADERS, b"{}")
        );
    }
}

#[test]
fn a_second_set_cookie_varies_the_letter_case_of_the_name() {
    let values: Vec<String> = (0..20).map(|i| format!("c{i}={i}")).collect();
    let cookies: Vec<(&str, &[u8])> = values
        .iter()
        .map(|value| ("set-cookie", value.as_bytes()))
        .collect();
    for source in SINGLE {
        let response = encode(source, 200, &cookies, b"");
        let headers = response["headers"].as_object().unwrap();
        assert_eq!(headers.len(), 20, "{source}");
        assert!(
            headers
                .keys()
                .all(|name| name.eq_ignore_ascii_case("set-cookie"))
        );
        let mut found: Vec<_> = headers
            .values()
            .map(|value| value.as_str().unwrap())
            .collect();
        found.sort_unstable();
        let mut sent: Vec<_> = values.iter().map(String::as_str).collect();
        sent.sort_unstable();
        assert_eq!(found, sent);
    }
}

#[test]
fn an_empty_body_is_an_empty_string_and_never_null() {
    for source in Source::ALL {
        let response = encode(source, 200, &[], b"");
        assert_eq!(response["body"], "", "{source}");
        assert_eq!(response["isBase64Encoded"], false, "{source}");
        let headers = response
            .get("headers")
            .or(response.get("multiValueHeaders"))
            .unwrap();
        assert_eq!(*headers, json!({}), "{source}");
        let cookies = V2.contains(&source).then(|| json!([]));
        assert_eq!(response.get("cookies"), cookies.as_ref(), "{source}");
    }
}

#[test]
fn an_alb_always_gets_a_status_description() {
    for (status, expected) in [
        (200, "200 OK"),
        (418, "418 I'm a teapot"),
        (299, "299 Unknown"),
        (999, "999 Unknown"),
    ] {
        for source in [Source::Alb, Source::AlbMultiValue] {
            assert_eq!(
                encode(source, status, &[], b"")["statusDescription"],
                expected
            );
        }
    }
}

#[test]
fn binary_bodies_are_base64() {
    for source in Source::ALL {
        for (headers, body) in [
            (&[("content-type", &b"image/png"[..])][..], &b"ascii"[..]),
            (&[("content-type", b"text/plain")], b"\xff"),
            (
                &[
                    ("content-type", b"application/json"),
                    ("content-encoding", b"gzip"),
                ],
                b"{}",
            ),
        ] {
            let response = encode(source, 200, headers, body);
            assert_eq!(response["isBase64Encoded"], true, "{source}");
            let decoded = base64_simd::STANDARD
                .decode_to_vec(response["body"].as_str().unwrap())
                .unwrap();
            assert_eq!(decoded, body, "{source}");
        }
    }
}

#[test]
fn text_bodies_survive_every_character() {
    let text: String = (0..0x3000).filter_map(char::from_u32).collect();
    for source in Source::ALL {
        let response = encode(
            source,
            200,
            &[("content-type", b"text/plain")],
            text.as_bytes(),
        );
        assert_eq!(response["body"], text.as_str(), "{source}");
    }
}

#[test]
fn a_body_without_content_type_gets_one_that_fits() {
    for (body, expected) in [
        (&b"hi"[..], "text/plain; charset=utf-8"),
        (b"\xff", "application/octet-stream"),
    ] {
        for source in V2.into_iter().chain(SINGLE) {
            assert_eq!(
                encode(source, 200, &[], body)["headers"]["content-type"],
                expected,
                "{source}"
            );
        }
        for source in MULTI {
            let response = encode(source, 200, &[("x-a", b"1")], body);
            assert_eq!(
                response["multiValueHeaders"]["content-type"],
                json!([expected]),
                "{source}"
            );
        }
    }
}

/// Returns all header fields of a response, in whatever format its source uses.
fn sent(response: &Value) -> Vec<String> {
    let headers = response
        .get("headers")
        .or(response.get("multiValueHeaders"));
    let headers = headers.and_then(Value::as_object).unwrap();
    let mut names: Vec<_> = headers
        .keys()
        .map(|name| name.to_ascii_lowercase())
        .collect();
    names.sort();
    names
}

#[test]
fn hop_by_hop_fields_are_left_out() {
    const FIELDS: &[(&str, &[u8])] = &[
        ("content-type", b"text/plain"),
        ("x-end", b"1"),
        ("transfer-encoding", b"gzip, chunked"),
        ("connection", b"close, X-Named ,\t"),
        ("connection", b"x-also-named, keep-alive"),
        ("keep-alive", b"timeout=5"),
        ("proxy-connection", b"keep-alive"),
        ("proxy-authenticate", b"Basic"),
        ("te", b"trailers"),
        ("trailer", b"x-end"),
        ("upgrade", b"h2c"),
        ("x-named", b"1"),
        ("x-named", b"2"),
        ("x-also-named", b"1"),
    ];
    for source in Source::ALL {
        for (status, body) in [(200, &b"hi"[..]), (200, b""), (204, b""), (426, b"no")] {
            let response = encode(source, status, FIELDS, body);
            assert_eq!(sent(&response), ["content-type", "x-end"], "{source}");
        }
        for field in &FIELDS[2..11] {
            let response = encode(source, 200, &[("x-named", b"1"), *field], b"hi");
            let expected: &[&str] = match field.1 {
                [b'c', b'l', ..] => &["content-type"],
                _ => &["content-type", "x-named"],
            };
            assert_eq!(sent(&response), expected, "{source} {field:?}");
        }
    }
}

#[test]
fn cookies_that_connection_names_are_left_out() {
    let headers: &[(&str, &[u8])] = &[("connection", b"set-cookie"), ("set-cookie", b"a=1")];
    for source in Source::ALL {
        let response = encode(source, 200, headers, b"");
        assert!(!response.to_string().contains("a=1"), "{source}");
    }
}

#[test]
fn a_wrong_content_length_is_left_out() {
    let binary = &[0xff; 5][..];
    for source in Source::ALL {
        for (status, lengths, body, stays) in [
            (200, &["5"][..], &b"hello"[..], true),
            // The length of the body, not of its base64.
            (200, &["5"], binary, true),
            (200, &["8"], binary, false),
            (200, &["999"], b"hello", false),
            (200, &["0"], b"hello", false),
            (200, &["5", "5"], b"hello", false),
            (200, &["five"], b"hello", false),
            (200, &["-5"], b"hello", false),
            (404, &["4"], b"hello", false),
            // A response to a HEAD request.
            (200, &["999"], b"", true),
            (304, &["999"], b"", true),
            (304, &["999"], b"hello", true),
            (204, &["0"], b"", false),
            (204, &["5"], b"hello", false),
            (205, &["5"], b"hello", false),
            (205, &["0"], b"hello", true),
        ] {
            let headers: Vec<_> = lengths
                .iter()
                .map(|it| ("content-length", it.as_bytes()))
                .collect();
            let response = encode(source, status, &headers, body);
            let found = sent(&response).contains(&"content-length".to_owned());
            assert_eq!(found, stays, "{source} {status} {lengths:?}");
        }
    }
}

#[test]
fn no_body_is_sent_where_there_may_be_none() {
    for source in Source::ALL {
        for status in [101, 204, 205, 304] {
            let response = encode(source, status, &[], b"body");
            assert_eq!(response["statusCode"], status, "{source}");
            assert_eq!(response["body"], "", "{source}");
        }
    }
}

#[test]
fn a_header_value_that_is_not_utf_8_is_read_as_latin_1() {
    for source in V2.into_iter().chain(SINGLE) {
        let response = encode(
            source,
            200,
            &[("x-a", b"J\xfcrgen"), ("x-b", "Jürgen".as_bytes())],
            b"",
        );
        assert_eq!(
            response["headers"],
            json!({"x-a": "Jürgen", "x-b": "Jürgen"}),
            "{source}"
        );
    }
}

#[test]
fn header_values_are_escaped() {
    let value = br#"W/"a\b"	"#;
    for source in V2.into_iter().chain(SINGLE) {
        let response = encode(source, 200, &[("etag", value)], b"");
        assert_eq!(
            response["headers"]["etag"].as_str().unwrap().as_bytes(),
            value,
            "{source}"
        );
    }
}
