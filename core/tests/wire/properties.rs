//! No event can cause a panic, whatever it contains.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response};
use lambda_api::{
    Invocation, LambdaContext,
    event::{self, DecodeError, DecodeOptions, Source},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::Value;

/// The keys that any source uses at any level.
const KEYS: &[&str] = &[
    "version",
    "httpMethod",
    "method",
    "path",
    "rawPath",
    "raw_path",
    "resource",
    "rawQueryString",
    "queryStringParameters",
    "query_string_parameters",
    "multiValueQueryStringParameters",
    "headers",
    "multiValueHeaders",
    "cookies",
    "body",
    "isBase64Encoded",
    "is_base64_encoded",
    "requestContext",
    "stageVariables",
    "pathParameters",
    "http",
    "identity",
    "sourceIp",
    "elb",
    "serviceArn",
    "stage",
    "domainName",
    "requestId",
    "timeEpoch",
    "requestTimeEpoch",
    "x-forwarded-for",
    "cookie",
];

fn key() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(KEYS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "/[a-z%./?#]{0,20}",
        "[A-Za-z0-9+/=]{0,20}",
        select(
            &[
                "GET",
                "/",
                "/prod",
                "prod",
                "$default",
                "1.0",
                "2.0",
                "x.lambda-url.x",
                "x.execute-api.x"
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((key(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// An object with the keys of events. Names may be repeated, which a `Value` cannot represent.
fn event() -> impl Strategy<Value = String> {
    vec((key(), json()), 0..16).prop_map(|members| {
        let members: Vec<_> = members
            .iter()
            .map(|(key, value)| format!("{}:{value}", Value::from(key.as_str())))
            .collect();
        format!("{{{}}}", members.join(","))
    })
}

fn options() -> impl Strategy<Value = DecodeOptions> {
    let more = vec(text(), 0..3);
    (any::<Option<bool>>(), option::of(text()), more).prop_map(
        |(strip_stage, base_path, more): (Option<bool>, Option<String>, Vec<String>)| {
            let options = DecodeOptions::default();
            let options = strip_stage
                .into_iter()
                .fold(options, DecodeOptions::strip_stage);
            base_path
                .into_iter()
                .chain(more)
                .fold(options, DecodeOptions::base_path)
        },
    )
}

/// Calls all accessors of an invocation.
fn ask(invocation: &Invocation) {
    let _ = (
        invocation.source(),
        invocation.request_id(),
        invocation.source_ip(),
        invocation.stage(),
    );
    let _ = (
        invocation.account_id(),
        invocation.domain_name(),
        invocation.api_id(),
        invocation.time(),
    );
    let _ = (invocation.raw_path(), invocation.public_url());
    let prefix = invocation.path_prefix();
    let is_prefix = prefix.is_empty() || prefix.starts_with('/');
    assert!(is_prefix && !prefix.starts_with("//"), "{prefix}");
    let _ = (
        invocation.stage_variable("a"),
        invocation.path_parameters().count(),
    );
    let _ = (
        invocation.request_context(),
        invocation.request_context_as::<Value>(),
    );
    let _ = format!("{invocation:?}");
}

fn check(event: Bytes, options: &DecodeOptions) -> Result<(), TestCaseError> {
    match event::decode(event, LambdaContext::default(), options) {
        Ok(request) => {
            prop_assert!(request.uri().path().starts_with('/'));
            prop_assert!(request.uri().authority().is_none());
            let invocation = request.extensions().get::<Invocation>();
            prop_assert!(invocation.is_some_and(|invocation| invocation.source().is_some()));
            invocation.map(ask);
        }
        Err(DecodeError::Malformed {
            invocation, detail, ..
        }) => {
            prop_assert!(invocation.source().is_some());
            prop_assert!(detail.len() < 500, "{detail}");
            ask(&invocation);
        }
        Err(error) => prop_assert!(error.to_string().len() < 10_000),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400), options in options()) {
        check(bytes.into(), &options)?;
    }

    #[test]
    fn arbitrary_members_of_events_never_panic(event in event(), options in options()) {
        check(event.into(), &options)?;
    }

    #[test]
    fn an_event_cut_off_or_changed_anywhere_never_panics(
        event in event(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = event.into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        check(bytes.into(), &DecodeOptions::default())?;
    }

    #[test]
    fn an_event_with_method_and_path_is_a_request_or_a_400(event in event(), source in select(&Source::ALL[..])) {
        // The last members determine the source. An event with two contexts is not a request.
        prop_assume!(!event.contains("\"requestContext\":"));
        let last = crate::event(source).to_string();
        let event = match event.strip_suffix('}') {
            Some("{") | None => last,
            Some(first) => format!("{first},{}", &last[1..]),
        };
        let decoded = event::decode(event.into(), LambdaContext::default(), &DecodeOptions::default());
        prop_assert!(!matches!(decoded, Err(DecodeError::UnsupportedEvent(_))));
    }

    #[test]
    fn every_response_is_json_and_keeps_its_body(
        source in select(&Source::ALL[..]),
        status in 200_u16..600,
        headers in vec((select(&["x-a", "set-cookie", "content-type", "content-encoding", "connection", "content-length", "te"][..]), vec(0x20_u8..=0x7e, 0..20)), 0..8),
        body in prop_oneof![vec(any::<u8>(), 0..100), any::<String>().prop_map(String::into_bytes)],
    ) {
        let mut response = Response::new(());
        *response.status_mut() = http::StatusCode::from_u16(status).unwrap();
        for (name, value) in headers {
            response.headers_mut().append(HeaderName::from_static(name), HeaderValue::from_bytes(&value).unwrap());
        }
        let encoded = event::encode(source, &response.into_parts().0, &body);
        let encoded: Value = serde_json::from_slice(&encoded).unwrap();
        prop_assert_eq!(&encoded["statusCode"], status);
        let text = encoded["body"].as_str().unwrap();
        let sent = match encoded["isBase64Encoded"].as_bool().unwrap() {
            true => base64_simd::STANDARD.decode_to_vec(text).unwrap(),
            false => text.as_bytes().to_vec(),
        };
        let expected = if matches!(status, 204 | 205 | 304) { &[][..] } else { &body };
        prop_assert_eq!(sent, expected);
    }
}
