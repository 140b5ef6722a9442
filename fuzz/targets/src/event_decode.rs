//! Events: the input is what Lambda hands over, whatever it is.

use bytes::Bytes;
use http::{Request, Uri};
use lambda_api::{
    Invocation, LambdaContext,
    event::{self, DecodeError, DecodeOptions, Source, emulate},
};
use lambda_api_testing::strategies::carried;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use std::{collections::HashSet, fmt};

/// Decodes one event, in several ways.
///
/// # Panics
/// When it is decoded though it is no JSON, when two ways differ, or when what was decoded is no
/// request that a source could have sent.
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
        _ => panic!("decoded otherwise the second time"),
    }
    let json = data.strip_prefix("\u{feff}".as_bytes()).unwrap_or(data);
    if serde_json::from_slice::<IgnoredAny>(json).is_err() {
        assert!(matches!(decoded, Err(DecodeError::NotHttp(_))), "no JSON");
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
    let stripped = DecodeOptions {
        strip_stage: Some(true),
        base_path: Some("/v1".to_owned()),
        more_base_paths: vec!["/a%20b/c".to_owned(), "/v1/v1".to_owned()],
        ..DecodeOptions::default()
    };
    if let Ok(request) = decode(&event, &stripped) {
        check(&request);
    }
}

/// An event with its members, and those of its context, in the opposite order; `None` when a name
/// stands twice, for then the order has to matter.
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

/// The members of an object whose names all differ, with their values as JSON.
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

/// What was made of an event, but for the text of an error, which names its keys in their order.
fn told(decoded: &Result<lambda_api::Request, DecodeError>) -> String {
    match decoded {
        Ok(request) => {
            let invocation = request.extensions().get::<Invocation>();
            let told = (request.uri(), request.headers(), request.body().bytes());
            format!("{} {told:?} {invocation:?}", request.method())
        }
        // Of several things that are wrong, the one that is read first is told.
        Err(DecodeError::Malformed { .. } | DecodeError::OverLimit(_)) => "rejected".to_owned(),
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

/// Asks for everything that is read only when somebody asks.
fn ask(invocation: &Invocation) {
    let _ = (invocation.source_ip(), invocation.stage());
    let _ = (invocation.account_id(), invocation.domain_name());
    let _ = (invocation.api_id(), invocation.time());
    let _ = (invocation.raw_path(), invocation.public_url());
    // Two slashes would make a host of what follows them.
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

/// What was decoded, sent once more by its source, arrives as far as that source can carry it.
fn round_trip(source: Source, request: &Request<Bytes>) {
    let event = emulate::event(source, request, &emulate::Facts::new()).to_string();
    let arrived = match decode(&event.clone().into(), &DecodeOptions::default()) {
        Ok(request) => request,
        Err(error @ (DecodeError::NotHttp(_) | DecodeError::Malformed { .. })) => {
            panic!("{source} sent an event that is refused: {error}\n{event}")
        }
        // With what the source has added, it is over a limit.
        Err(_) => return,
    };
    let expected = carried(source, request);
    assert_eq!(arrived.method(), expected.method());
    assert_eq!(arrived.uri().path(), expected.uri().path());
    assert_eq!(query(arrived.uri()), query(expected.uri()));
    assert_eq!(arrived.body().bytes(), expected.body());
}

/// The parameters; names in any order, the values of a name in theirs.
fn query(uri: &Uri) -> Vec<&str> {
    let mut parameters: Vec<_> = uri.query().unwrap_or_default().split('&').collect();
    parameters.sort_by_key(|parameter| parameter.split('=').next());
    parameters
}
