//! Random request contexts.

use super::*;
use proptest::{prelude::*, strategy::ValueTree};

/// Values that resemble parts of a request context, and others.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        Just(json!("AWS_IAM")),
        Just(json!("a1")),
        "arn:aws:(iam|sts)::[0-9]{0,12}:(user|role|assumed-role|root)/?[a-z/]{0,6}"
            .prop_map(Value::from),
        Just(json!("[a b]")),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        let name = prop_oneof![
            4 => prop::sample::select(vec![
                "authorizer", "identity", "authentication", "iam", "jwt", "lambda", "claims", "scopes",
                "clientCert", "userArn", "principal", "type", "principalId", "sub", "iss", "scope",
                "cognito:groups", "apiId", "serviceArn", "subjectDN", "issuerDN", "serialNumber",
                "validity", "notAfter", "cognitoIdentity", "identityId", "amr", "accountId",
                "cognitoIdentityId", "cognitoAmr",
            ])
            .prop_map(str::to_owned),
            1 => "\\PC{0,6}",
        ];
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => prop::collection::btree_map(name, inner, 0..8)
                .prop_map(|members| Value::from(serde_json::Map::from_iter(members))),
        ]
    })
}

/// Whether the context contains a text, as a string or as another scalar.
fn stands_in(context: &Value, text: &str) -> bool {
    match context {
        Value::String(found) => found.starts_with(text),
        Value::Array(values) => values.iter().any(|value| stands_in(value, text)),
        Value::Object(members) => members.values().any(|value| stands_in(value, text)),
        other => {
            let json = other.to_string();
            json == text
        }
    }
}

fn check(context: &Value, found: Result<Identity, AuthError>) -> Result<(), TestCaseError> {
    let Ok(identity) = found else {
        return Ok(());
    };
    prop_assert!(!identity.subject().is_empty());
    prop_assert!(stands_in(context, identity.subject()), "{:?}", identity);
    if let Some(iam) = identity.iam() {
        prop_assert!(iam.arn().starts_with("arn:aws:"));
        prop_assert!(!iam.account().is_empty());
        prop_assert!(stands_in(context, iam.arn()));
    }
    let _ = identity.claims::<std::collections::HashMap<String, u64>>();
    let _ = identity.claims::<std::collections::HashMap<String, Vec<String>>>();
    Ok(())
}

proptest! {
    #[test]
    fn no_context_is_recognised_without_its_parts(
        source in prop::sample::select(Source::ALL.to_vec()),
        context in value(),
    ) {
        prop_assume!(context.is_object());
        let request = request(source, &context);
        check(&context, ask(&Iam::from_any_api(), &request))?;
        check(&context, ask(&CognitoAuthorizer::from_any_api(), &request))?;
        check(&context, ask(&JwtAuthorizer::from_any_api(), &request))?;
        check(&context, ask(&LambdaAuthorizer::from_any_api(), &request))?;
        check(&context, ask(&MutualTls::from_any_api(), &request))?;
        prop_assert!(ask(&Iam::from_apis(["other"]), &request).is_err());
        prop_assert!(ask(&JwtAuthorizer::from_apis(["other"]), &request).is_err());
        if matches!(source, Source::Alb | Source::AlbMultiValue | Source::LatticeV1) {
            prop_assert!(ask(&Iam::from_any_api(), &request).is_err());
            prop_assert!(ask(&LambdaAuthorizer::from_any_api(), &request).is_err());
        }
    }

    #[test]
    fn no_context_makes_an_authenticator_panic(
        source in prop::sample::select(Source::ALL.to_vec()),
        authorizer in value(),
        identity in value(),
    ) {
        let context = json!({
            "apiId": "a1", "authorizer": authorizer, "identity": identity,
            "authentication": {"clientCert": authorizer},
        });
        let request = request(source, &context);
        check(&context, ask(&Iam::from_apis(["a1"]), &request))?;
        check(&context, ask(&CognitoAuthorizer::from_apis(["a1"]), &request))?;
        check(&context, ask(&JwtAuthorizer::from_apis(["a1"]), &request))?;
        check(&context, ask(&LambdaAuthorizer::from_apis(["a1"]), &request))?;
        check(&context, ask(&MutualTls::from_apis(["a1"]), &request))?;
    }
}

#[test]
fn some_random_contexts_are_recognised() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let parts = (value(), value());
    let mut found = [0; 3];
    for _ in 0..500 {
        let (authorizer, identity) = parts.new_tree(&mut runner).unwrap().current();
        let context = json!({"authorizer": authorizer, "identity": identity});
        let request = request(Source::HttpApiV1, &context);
        let asked = [
            ask(&Iam::from_any_api(), &request),
            ask(&JwtAuthorizer::from_any_api(), &request),
            ask(&LambdaAuthorizer::from_any_api(), &request),
        ];
        for (found, asked) in found.iter_mut().zip(asked) {
            *found += usize::from(asked.is_ok());
        }
    }
    assert!(found.iter().sum::<usize>() > 10, "{found:?}");
}

#[test]
fn malformed_or_ambiguous_contexts_are_rejected() {
    let decode = |context: &str| {
        let event = format!(r#"{{"version": "2.0", "rawPath": "/", "requestContext": {context}}}"#);
        event::decode(event.into(), LambdaContext::default(), &Default::default()).unwrap()
    };
    let iam = r#"{"iam": {"userArn": "arn:aws:iam::123456789012:user/alice"}}"#;
    for (context, expected) in [
        ("null".to_owned(), Some(AuthError::Absent)),
        ("[]".to_owned(), Some(AuthError::Absent)),
        ("\"x\"".to_owned(), Some(AuthError::Absent)),
        (format!(r#"{{"apiId": "a1", "authorizer": {iam}}}"#), None),
        (
            format!(r#"{{"apiId": "a2", "apiId": "a1", "authorizer": {iam}}}"#),
            Some(AuthError::MalformedContext),
        ),
        (
            format!(r#"{{"apiId": "a1", "authorizer": null, "authorizer": {iam}}}"#),
            Some(AuthError::MalformedContext),
        ),
        (
            format!(r#"{{"apiId": "\ud800", "authorizer": {iam}}}"#),
            Some(AuthError::UntrustedApi),
        ),
    ] {
        let found = ask(&Iam::from_apis(["a1"]), &decode(&context));
        assert_eq!(found.err(), expected, "{context}");
    }
}
