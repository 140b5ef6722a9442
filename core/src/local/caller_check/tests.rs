use super::*;
use serde_json::{Value, json};

fn scheme(kind: &'static str, apis: &[&str]) -> GatewayScheme {
    GatewayScheme {
        kind,
        apis: apis.iter().map(|&id| id.to_owned()).collect(),
        verifier: None,
        issuers: Vec::new(),
        subject: None,
    }
}

fn trust(source: Source, schemes: &[GatewayScheme]) -> Trust {
    let schemes = schemes.to_vec();
    Trust { schemes, source }
}

fn callers(texts: &[&str]) -> Vec<LocalCaller> {
    let callers = texts.iter().map(|text| LocalCaller::parse(text));
    callers.collect::<Result<_, _>>().unwrap()
}

const IAM: &str = "iam:arn:aws:iam::123456789012:user/alice";

#[test]
fn events_come_from_an_api_that_is_trusted() {
    for (schemes, as_, expected) in [
        (vec![], vec![IAM], None),
        (vec![scheme("iam", &[])], vec![IAM], None),
        (vec![scheme("iam", &["a", "b"])], vec![IAM], Some("a")),
        (
            vec![scheme("jwt", &["j"]), scheme("iam", &["a"])],
            vec![IAM],
            Some("a"),
        ),
        // No caller, or one that any API may have.
        (vec![scheme("iam", &["a"])], vec![], Some("a")),
        (
            vec![scheme("iam", &[]), scheme("jwt", &["j"])],
            vec![IAM],
            Some("j"),
        ),
        // Two authenticators read one event.
        (
            vec![scheme("iam", &["a", "b"]), scheme("mtls", &["b", "c"])],
            vec![IAM, "certificate:CN=till"],
            Some("b"),
        ),
        (
            vec![scheme("iam", &["a"]), scheme("iam", &["b"])],
            vec![IAM],
            Some("a"),
        ),
        // The JWT authorizer of an HTTP API verifies both.
        (
            vec![scheme("iam", &["a"]), scheme("jwt", &["j"])],
            vec!["cognito:alice"],
            Some("j"),
        ),
    ] {
        let trust = trust(Source::HttpApi, &schemes);
        assert_eq!(
            trust.api_id(&callers(&as_)),
            expected,
            "{schemes:?} {as_:?}"
        );
    }
}

#[test]
fn the_id_suits_the_source_where_there_is_a_choice() {
    let arn = "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1";
    for (apis, source, expected) in [
        (vec!["svc-1", "a"], Source::HttpApi, "a"),
        (vec!["svc-1", "a"], Source::LatticeV2, "svc-1"),
        (vec!["a", arn], Source::LatticeV2, arn),
        (vec![arn, "a"], Source::FunctionUrl, "a"),
        (vec!["a"], Source::LatticeV2, "a"),
    ] {
        let trust = trust(source, &[scheme("iam", &apis), scheme("iam", &apis)]);
        let id = trust.api_id(&callers(&[IAM]));
        assert_eq!(id, Some(expected), "{apis:?} {source}");
    }
}

fn issued_by(kind: &'static str, issuer: &str) -> GatewayScheme {
    GatewayScheme {
        issuers: vec![issuer.to_owned(), "https://other.example.com".to_owned()],
        ..scheme(kind, &[])
    }
}

#[test]
fn a_token_is_of_an_issuer_that_is_trusted() {
    let own = "https://issuer.example.com";
    for (schemes, source, caller, expected) in [
        (
            vec![issued_by("jwt", own)],
            Source::HttpApi,
            "jwt:alice",
            Some(own),
        ),
        (
            vec![issued_by("jwt", own)],
            Source::HttpApi,
            "jwt:alice,iss=https://x.example.com",
            Some("https://x.example.com"),
        ),
        (vec![scheme("jwt", &[])], Source::HttpApi, "jwt:alice", None),
        (vec![], Source::HttpApi, "jwt:alice", None),
        (vec![], Source::RestApi, "cognito:alice", Some(USER_POOL)),
        (
            vec![
                issued_by("jwt", "https://x.example.com"),
                issued_by("cognito", own),
            ],
            Source::RestApi,
            "cognito:alice",
            Some(own),
        ),
        (
            vec![issued_by("jwt", own)],
            Source::HttpApiV1,
            "cognito:alice",
            Some(own),
        ),
        // Another authenticator does not recognise this caller.
        (
            vec![issued_by("jwt", own)],
            Source::RestApi,
            "cognito:alice",
            Some(USER_POOL),
        ),
        (
            vec![scheme("cognito", &[])],
            Source::HttpApi,
            "jwt:alice",
            Some(USER_POOL),
        ),
    ] {
        let caller = LocalCaller::parse(caller).unwrap();
        let (LocalCaller::Jwt { claims, .. } | LocalCaller::Cognito(claims)) =
            trust(source, &schemes).complete(caller)
        else {
            panic!("a token has become something else");
        };
        assert_eq!(
            claims.get("iss"),
            expected.map(Value::from).as_ref(),
            "{schemes:?}"
        );
    }
}

#[test]
fn a_principal_is_found_in_the_context() {
    let named_by = |member: &str| GatewayScheme {
        subject: Some(member.to_owned()),
        ..scheme("lambda", &[])
    };
    for (schemes, source, caller, expected) in [
        (vec![], Source::HttpApi, "lambda:alice", json!({})),
        (
            vec![scheme("lambda", &[])],
            Source::HttpApi,
            "lambda:alice",
            json!({"principalId": "alice"}),
        ),
        (
            vec![scheme("lambda", &[])],
            Source::HttpApi,
            "lambda:alice,sub=bob",
            json!({"sub": "bob"}),
        ),
        (
            vec![scheme("lambda", &[])],
            Source::RestApi,
            "lambda:alice",
            json!({}),
        ),
        (
            vec![named_by("tenant")],
            Source::RestApi,
            "lambda:alice,plan=gold",
            json!({"tenant": "alice", "plan": "gold"}),
        ),
        (
            vec![named_by("tenant")],
            Source::HttpApi,
            "lambda:alice,tenant=bob",
            json!({"tenant": "bob"}),
        ),
        (
            vec![named_by("tenant")],
            Source::HttpApi,
            "lambda:alice,sub=bob",
            json!({"tenant": "alice", "sub": "bob"}),
        ),
    ] {
        let completed = trust(source, &schemes).complete(LocalCaller::parse(caller).unwrap());
        let principal = "alice".to_owned();
        let context = expected;
        assert_eq!(
            completed,
            LocalCaller::Lambda { principal, context },
            "{schemes:?}"
        );
    }
}

#[test]
fn callers_that_nobody_recognises_are_named() {
    let trust = trust(Source::RestApi, &[scheme("cognito", &[])]);
    assert_eq!(
        trust.warnings(&callers(&[IAM, "api-key:k"])),
        ["warning: no authenticator of this API recognises \
             `--as iam:arn:aws:iam::123456789012:user/alice`: it is only in the request \
             context. Authenticators that verify tokens need a token"]
    );
}

#[test]
fn authenticators_that_trust_another_api_are_named() {
    let schemes = [
        scheme("iam", &["a"]),
        scheme("iam", &["b", "c"]),
        scheme("jwt", &["j"]),
    ];
    assert_eq!(
        trust(Source::RestApi, &schemes).warnings(&callers(&[IAM])),
        [
            "warning: events come from the API `a`, and an authenticator for `iam` trusts \
             only b, c: its routes reject this caller"
        ]
    );
    let one = trust(Source::RestApi, &schemes[..1]);
    assert_eq!(one.warnings(&callers(&[IAM])), [""; 0]);
}
