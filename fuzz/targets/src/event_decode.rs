//! Events. The input is the payload that Lambda sends.

use bytes::Bytes;
use http::{Request, Uri};
use lambda_api::{
    Invocation, LambdaContext,
    event::{self, DecodeError, DecodeOptions, Source, emulate},
};
use lambda_api_testing_internal::strategies::lossy;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use std::{collections::HashSet, fmt};

/// Decodes an event in several ways.
///
/// # Panics
/// Panics if:
/// - the input is decoded although it is not JSON,
/// - two ways of decoding it differ,
/// - the result is a request that no source could have sent.
pub fn run(data: &[u8]) {
    let event = Bytes::copy_from_slice(data);
    let options = DecodeOptions::default();
    let decoded = decode(&event, &options);
    let again = decode(&event, &options);
    match (&decoded, &again) {
        (Ok(request), Ok(again)) => {
            assert_eq!(request.uri(), again.uri());
            assert_eq!(request.headers(), again.headers());
            assert_eq!(request.body().bytes(), again.body().bytes());
        }
        (Err(error), Err(again)) => assert_eq!(error.to_string(), again.to_string()),
        _ => panic!("decoding a second time gave a different result"),
    }
    let json = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    if serde_json::from_slice::<IgnoredAny>(json).is_err() {
        assert!(
            matches!(decoded, Err(DecodeError::UnsupportedEvent(_))),
            "no JSON"
        );
    }
    if let Some(turned) = turned(json) {
        let turned = decode(&turned.into(), &options);
        assert_eq!(
            told(&decoded),
            told(&turned),
            "the order of members matters"
        );
    }
    match decoded {
        Ok(request) => {
            let source = check(&request);
            round_trip(source, &request.map(|body| body.to_bytes()));
        }
        Err(DecodeError::Malformed {
            invocation, detail, ..
        }) => {
            assert!(invocation.source().is_some());
            assert!(
                detail.len() < 500 && !detail.contains(['\r', '\n']),
                "{detail}"
            );
            ask(&invocation);
        }
        Err(error) => assert!(error.to_string().len() < 10_000),
    }
    #[allow(clippy::needless_update, reason = "there will be more of them")]
    let stripped = DecodeOptions::default()
        .strip_stage(true)
        .base_path("/v1")
        .base_path("/a%20b/c")
        .base_path("/v1/v1");
    if let Ok(request) = decode(&event, &stripped) {
        check(&request);
    }
}

/// Returns the event with its members, and those of its context, in reverse order. Returns `None`
/// if a name is repeated, because the order is then significant.
fn turned(json: &[u8]) -> Option<String> {
    let mut members = members(json)?;
    for (name, value) in &mut members {
        if name == "requestContext"
            && let Some(context) = self::members(value.as_bytes())
        {
            *value = object(context);
        }
    }
    Some(object(members))
}

/// Returns the members of an object with their values as JSON. Returns `None` if a name is
/// repeated.
fn members(json: &[u8]) -> Option<Vec<(String, String)>> {
    struct Members(Vec<(String, String)>);

    impl<'de> Deserialize<'de> for Members {
        fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
            reader.deserialize_map(Members(Vec::new()))
        }
    }

    impl<'de> Visitor<'de> for Members {
        type Value = Self;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self, A::Error> {
            while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                self.0.push((name, value.get().to_owned()));
            }
            Ok(self)
        }
    }

    let Members(members) = serde_json::from_slice(json).ok()?;
    let names: HashSet<_> = members.iter().map(|(name, _)| name).collect();
    (names.len() == members.len()).then_some(members)
}

fn object(members: Vec<(String, String)>) -> String {
    let members = members.into_iter().rev();
    let members: Vec<_> = members
        .map(|(name, value)| format!("{}:{value}", Value::from(name)))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// Describes the result of decoding. The text of an error is left out, because it names keys in
/// their order.
fn told(decoded: &Result<lambda_api::Request, DecodeError>) -> String {
    match decoded {
        Ok(request) => {
            let invocation = request.extensions().get::<Invocation>();
            let told = (request.uri(), request.headers(), request.body().bytes());
            format!("{} {told:?} {invocation:?}", request.method())
        }
        // With several errors, the first one is reported, which depends on the order.
        Err(DecodeError::Malformed { .. } | DecodeError::LimitExceeded(_)) => "rejected".to_owned(),
        Err(_) => "no request".to_owned(),
    }
}

fn decode(event: &Bytes, options: &DecodeOptions) -> Result<lambda_api::Request, DecodeError> {
    event::decode(event.clone(), LambdaContext::default(), options)
}

fn check(request: &lambda_api::Request) -> Source {
    assert!(request.uri().path().starts_with('/'));
    assert!(request.uri().authority().is_none() && request.uri().scheme().is_none());
    for value in request.headers().values() {
        assert!(!value.as_bytes().iter().any(|byte| b"\r\n\0".contains(byte)));
    }
    let invocation = request.extensions().get::<Invocation>();
    let invocation = invocation.expect("a request has its invocation");
    ask(invocation);
    invocation.source().expect("an event has a source")
}

/// Calls all accessors that parse lazily.
fn ask(invocation: &Invocation) {
    let _ = (invocation.source_ip(), invocation.stage());
    let _ = (invocation.account_id(), invocation.domain_name());
    let _ = (invocation.api_id(), invocation.time());
    let _ = (invocation.raw_path(), invocation.public_url());
    // After a leading `//`, the next segment would be a host.
    let prefix = invocation.path_prefix();
    assert!(
        prefix.is_empty() || prefix.starts_with('/') && !prefix.starts_with("//"),
        "{prefix}"
    );
    let _ = (
        invocation.stage_variable("a"),
        invocation.path_parameters().count(),
    );
    let _ = invocation.request_context_as::<Value>();
    let shown = format!("{invocation:?}");
    assert!(!shown.contains(['\r', '\n', '\0']), "{shown}");
}

/// Checks that the request survives encoding by its source and decoding, within the limits of the
/// format.
fn round_trip(source: Source, request: &Request<Bytes>) {
    let event = emulate::event(source, request, &emulate::GatewayContext::new()).to_string();
    let arrived = match decode(&event.clone().into(), &DecodeOptions::default()) {
        Ok(request) => request,
        Err(error @ (DecodeError::UnsupportedEvent(_) | DecodeError::Malformed { .. })) => {
            panic!("{source} encoded an event that is rejected: {error}\n{event}")
        }
        // The members that the source adds can exceed a limit.
        Err(_) => return,
    };
    let expected = lossy(source, request);
    assert_eq!(arrived.method(), expected.method());
    assert_eq!(arrived.uri().path(), expected.uri().path());
    assert_eq!(query(arrived.uri()), query(expected.uri()));
    assert_eq!(arrived.body().bytes(), expected.body());
}

/// The parameters, sorted by name; the values of a name stay in order.
fn query(uri: &Uri) -> Vec<&str> {
    let mut parameters: Vec<_> = uri.query().unwrap_or_default().split('&').collect();
    parameters.sort_by_key(|parameter| parameter.split('=').next());
    parameters
}
