//! Contexts that look alike, and what each authenticator reads from them.

use super::*;
use std::collections::BTreeMap;

const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";

fn with(source: Source, authorizer: &Value) -> Request {
    request(source, &json!({"apiId": "a1", "authorizer": authorizer}))
}

fn rejection(authenticator: &impl Authenticator, request: &Request) -> Option<AuthError> {
    ask(authenticator, request).err()
}

#[test]
fn one_authorizer_is_not_taken_for_another() {
    let token = json!({"claims": {"sub": "alice", "iss": POOL}, "scopes": null});
    let other = json!({"claims": {"sub": "alice", "iss": "https://issuer.example.com"}});
    // An issuer that imitates a pool.
    let foreign = POOL.replace("amazonaws.com", "attacker.example");
    let foreign = json!({"claims": {"sub": "alice", "iss": foreign}});
    let typed = |token: &Value| {
        let mut token = token.clone();
        token["claims"]["exp"] = 1_583_798_639.into();
        token
    };
    let absent = Some(AuthError::Absent);
    let no_subject = Some(AuthError::NoSubject);
    let (rest, http1, http) = (Source::RestApi, Source::HttpApiV1, Source::HttpApi);
    for (source, authorizer, [cognito, jwt, lambda]) in [
        (rest, token.clone(), [None, absent, absent]),
        (rest, other.clone(), [absent, None, absent]),
        (rest, typed(&token), [None, None, absent]),
        (rest, typed(&other), [absent, None, absent]),
        (
            rest,
            json!({"claims": {"sub": "alice"}}),
            [None, absent, absent],
        ),
        (
            rest,
            json!({"claims": {"sub": "alice", "exp": 7}}),
            [absent, None, absent],
        ),
        (rest, foreign.clone(), [absent, None, absent]),
        (http1, foreign.clone(), [absent, None, absent]),
        (http1, token.clone(), [None, None, absent]),
        (http1, other.clone(), [absent, None, absent]),
        (http, json!({"jwt": token}), [None, None, absent]),
        (http, json!({"jwt": other}), [absent, None, absent]),
        // A place of payload format 1.0.
        (http, token.clone(), [absent, absent, absent]),
        (rest, json!({"jwt": token}), [absent, absent, no_subject]),
        // Members of a Lambda authorizer may have any name.
        (
            rest,
            json!({"principalId": "bob", "claims": {"sub": "alice"}}),
            [absent, absent, None],
        ),
        (
            http1,
            json!({"principalId": "bob", "claims": {"sub": "alice"}}),
            [absent, absent, None],
        ),
        (
            rest,
            json!({"principalId": "bob", "claims": "x", "integrationLatency": 7}),
            [absent, absent, None],
        ),
        (http1, json!({"sub": "bob"}), [absent, absent, None]),
        (
            http1,
            json!({"tenant": "blue"}),
            [absent, absent, no_subject],
        ),
        (
            http,
            json!({"lambda": {"sub": "bob"}}),
            [absent, absent, None],
        ),
        (
            http,
            json!({"lambda": {"principalId": "bob"}}),
            [absent, absent, None],
        ),
        (http, json!({"lambda": {}}), [absent, absent, no_subject]),
        (http, json!({"lambda": null}), [absent, absent, absent]),
        // Routes without an authorizer.
        (
            rest,
            json!({"claims": null, "scopes": null}),
            [absent, absent, absent],
        ),
        (
            rest,
            json!({"integrationLatency": 7}),
            [absent, absent, absent],
        ),
        (http1, json!(null), [absent, absent, absent]),
        (http, json!({}), [absent, absent, absent]),
    ] {
        let request = with(source, &authorizer);
        let found = [
            rejection(&CognitoAuthorizer::from_apis(["a1"]), &request),
            rejection(&JwtAuthorizer::from_apis(["a1"]), &request),
            rejection(&LambdaAuthorizer::from_apis(["a1"]), &request),
        ];
        assert_eq!(found, [cognito, jwt, lambda], "{source} {authorizer}");
    }
}

#[test]
fn parts_of_another_type_are_malformed() {
    let malformed = Some(AuthError::MalformedContext);
    for authorizer in [
        json!({"jwt": "x", "lambda": 7}),
        json!({"jwt": [1], "lambda": "{}"}),
    ] {
        let request = with(Source::HttpApi, &authorizer);
        assert_eq!(
            rejection(&JwtAuthorizer::from_any_api(), &request),
            malformed
        );
        assert_eq!(
            rejection(&LambdaAuthorizer::from_any_api(), &request),
            malformed
        );
    }
    for certificate in [
        json!("x"),
        json!({}),
        json!({"subjectDN": "CN=a", "issuerDN": "CN=b"}),
        json!({"subjectDN": "CN=a", "serialNumber": "1"}),
        json!({"subjectDN": {}, "issuerDN": "CN=b", "serialNumber": "1"}),
    ] {
        let context = json!({"identity": {"clientCert": certificate}});
        let found = rejection(
            &MutualTls::from_any_api(),
            &request(Source::RestApi, &context),
        );
        assert_eq!(found, malformed, "{certificate}");
    }
    let unnamed = json!({"subjectDN": "", "issuerDN": "CN=b", "serialNumber": "1"});
    let context = json!({"authentication": {"clientCert": unnamed}});
    let found = rejection(
        &MutualTls::from_any_api(),
        &request(Source::HttpApi, &context),
    );
    assert_eq!(found, Some(AuthError::NoSubject));
}

#[test]
fn a_source_that_has_no_authorizers_has_no_callers() {
    let untrusted = Some(AuthError::UntrustedSource);
    let claims = json!({"claims": {"sub": "alice", "iss": POOL}});
    let certificate = json!({"subjectDN": "CN=a", "issuerDN": "CN=b", "serialNumber": "1"});
    for source in [
        Source::Alb,
        Source::AlbMultiValue,
        Source::LatticeV1,
        Source::LatticeV2,
        Source::FunctionUrl,
    ] {
        let jwt = with(source, &json!({"jwt": claims}));
        assert_eq!(
            rejection(&JwtAuthorizer::from_any_api(), &jwt),
            untrusted,
            "{source}"
        );
        let cognito = with(source, &claims);
        assert_eq!(
            rejection(&CognitoAuthorizer::from_any_api(), &cognito),
            untrusted,
            "{source}"
        );
        let lambda = with(source, &json!({"lambda": {"sub": "alice"}}));
        assert_eq!(
            rejection(&LambdaAuthorizer::from_any_api(), &lambda),
            untrusted,
            "{source}"
        );
        for holder in ["identity", "authentication"] {
            if source == Source::FunctionUrl && holder == "identity" {
                continue;
            }
            let context = json!({ holder: {"clientCert": certificate} });
            let tls = rejection(&MutualTls::from_any_api(), &request(source, &context));
            assert_eq!(tls, untrusted, "{source} {holder}");
        }
    }
}

#[test]
fn other_issuers_are_rejected_if_some_are_listed() {
    let token = |issuer: &str| json!({"claims": {"sub": "alice", "iss": issuer}});
    let unknown = Some(AuthError::UnknownIssuer);
    let jwt = JwtAuthorizer::from_any_api()
        .add_issuer("https://a.example.com")
        .add_issuer("https://b.example.com");
    for (issuer, expected) in [
        ("https://b.example.com", None),
        ("https://b.example.com/", unknown),
        ("https://c.example.com", unknown),
        ("", unknown),
    ] {
        let request = with(Source::HttpApiV1, &token(issuer));
        assert_eq!(rejection(&jwt, &request), expected, "{issuer}");
    }
    let cognito = CognitoAuthorizer::from_any_api().user_pool("eu-west-1_abc123");
    for (issuer, expected) in [
        (POOL, None),
        (
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc124",
            unknown,
        ),
        (
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_abc123",
            unknown,
        ),
        // These are no pools: the token of somebody else's authorizer.
        ("eu-west-1_abc123", Some(AuthError::Absent)),
        (
            "https://cognito-idp.eu-west-1.attacker.example/eu-west-1_abc123",
            Some(AuthError::Absent),
        ),
        ("", unknown),
    ] {
        let request = with(Source::RestApi, &token(issuer));
        assert_eq!(rejection(&cognito, &request), expected, "{issuer}");
    }
    let replicated = cognito.also_region("eu-central-1").user_pool("eu-west-1_b");
    for (issuer, expected) in [
        (
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_abc123",
            None,
        ),
        (
            "https://cognito-idp.eu-central-2.amazonaws.com/eu-west-1_abc123",
            unknown,
        ),
        (
            "https://cognito-idp.eu-central-1.amazonaws.com/eu-west-1_b",
            unknown,
        ),
    ] {
        for source in [Source::RestApi, Source::HttpApiV1] {
            let request = with(source, &token(issuer));
            assert_eq!(rejection(&replicated, &request), expected, "{issuer}");
        }
    }
    for pool in ["abc", "eu-west-1_", "eu-west-1_a/b", "eu-west-1_a_b"] {
        let cognito = CognitoAuthorizer::from_apis(["a1"]).user_pool(pool);
        assert_eq!(cognito.config_errors().len(), 1, "{pool}");
        let odd = CognitoAuthorizer::from_apis(["a1"]).user_pool("eu-west-1_a");
        assert_eq!(odd.also_region(pool).config_errors().len(), 1, "{pool}");
    }
}

#[test]
fn groups_are_split_as_their_gateway_joined_them() {
    let groups = |source, authorizer: &Value| {
        let request = with(source, authorizer);
        let identity = match source {
            Source::RestApi => ask(&CognitoAuthorizer::from_any_api(), &request),
            _ => ask(&JwtAuthorizer::from_any_api(), &request),
        };
        identity
            .unwrap()
            .groups()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    for (source, text, expected) in [
        (Source::RestApi, "admins,users", vec!["admins", "users"]),
        (Source::RestApi, "[admins]", vec!["[admins]"]),
        (Source::HttpApiV1, "[admins users]", vec!["admins", "users"]),
        (Source::HttpApiV1, "x,admins", vec!["x,admins"]),
    ] {
        let authorizer = json!({"claims": {"sub": "alice", "cognito:groups": text}});
        assert_eq!(groups(source, &authorizer), expected, "{text}");
    }
}

#[test]
fn claims_of_a_rest_jwt_authorizer_keep_their_types() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Typed {
        exp: u64,
        groups: Vec<String>,
        address: BTreeMap<String, String>,
    }
    let claims = json!({
        "iss": "https://issuer.example.com", "sub": "alice", "exp": 1_583_798_639,
        "scope": "a b,c", "groups": ["x,admins", "team admins"], "address": {"country": "NZ"},
    });
    let request = |changes: &[(&str, Value)]| {
        let mut claims = claims.clone();
        for (name, value) in changes {
            claims[*name] = value.clone();
        }
        with(Source::RestApi, &json!({"claims": claims}))
    };
    let jwt = || {
        JwtAuthorizer::from_apis(["a1"])
            .add_issuer("https://other.example.com")
            .add_issuer("https://issuer.example.com")
            .groups_claim("groups")
    };
    let identity = ask(&jwt(), &request(&[])).unwrap();
    assert_eq!(identity.subject(), "alice");
    assert_eq!(identity.issuer(), Some("https://issuer.example.com"));
    assert_eq!(identity.kind(), &IdentityKind::JwtAuthorizer);
    assert!(identity.scopes().eq(["a", "b,c"]));
    assert!(identity.groups().eq(["x,admins", "team admins"]));
    let typed: Typed = identity.claims().unwrap();
    assert_eq!((typed.exp, typed.groups.len()), (1_583_798_639, 2));
    for (name, value, scopes, groups) in [
        ("groups", json!("a,b"), vec!["a", "b,c"], vec!["a,b"]),
        ("groups", json!(null), vec!["a", "b,c"], vec![]),
        ("groups", json!({}), vec!["a", "b,c"], vec![]),
        ("groups", json!(["a", 1]), vec!["a", "b,c"], vec![]),
        (
            "scope",
            json!(["s t"]),
            vec!["s t"],
            vec!["x,admins", "team admins"],
        ),
        (
            "scope",
            json!(null),
            vec![],
            vec!["x,admins", "team admins"],
        ),
        ("scope", json!(7), vec![], vec!["x,admins", "team admins"]),
    ] {
        let identity = ask(&jwt(), &request(&[(name, value.clone())])).unwrap();
        assert_eq!(
            identity.scopes().collect::<Vec<_>>(),
            scopes,
            "{name} {value}"
        );
        assert_eq!(
            identity.groups().collect::<Vec<_>>(),
            groups,
            "{name} {value}"
        );
    }
    for (name, value, expected) in [
        (
            "iss",
            json!("https://third.example.com"),
            AuthError::UnknownIssuer,
        ),
        ("iss", json!(null), AuthError::UnknownIssuer),
        ("sub", json!(7), AuthError::NoSubject),
        ("sub", json!(null), AuthError::NoSubject),
    ] {
        let rejected = rejection(&jwt(), &request(&[(name, value.clone())]));
        assert_eq!(rejected, Some(expected), "{name} {value}");
    }
    let elsewhere = JwtAuthorizer::from_apis(["a2"]);
    let rejected = rejection(&elsewhere, &request(&[]));
    assert_eq!(rejected, Some(AuthError::UntrustedApi));
}

#[test]
fn scopes_and_groups_are_found_by_a_path() {
    let access = json!({"roles": ["admins", "staff"], "scopes": ["a", "b"]});
    let typed = json!({"sub": "alice", "iss": POOL, "exp": 7, "realm_access": access});
    let text = json!({"sub": "alice", "iss": POOL, "realm_access": access.to_string()});
    for (source, authorizer) in [
        (Source::RestApi, json!({"claims": typed})),
        (Source::RestApi, json!({"claims": text})),
        (Source::HttpApiV1, json!({"claims": text})),
        (Source::HttpApi, json!({"jwt": {"claims": text}})),
    ] {
        let request = with(source, &authorizer);
        let cognito = CognitoAuthorizer::from_any_api()
            .groups_claim("realm_access.roles")
            .scopes_claim("realm_access.scopes");
        let jwt = JwtAuthorizer::from_any_api()
            .groups_claim("realm_access.roles")
            .scopes_claim("realm_access.scopes");
        let mut identities = vec![ask(&cognito, &request).unwrap()];
        if source != Source::RestApi || authorizer["claims"]["exp"].is_number() {
            identities.push(ask(&jwt, &request).unwrap());
        }
        for identity in identities {
            assert!(
                identity.groups().eq(["admins", "staff"]),
                "{source} {identity:?}"
            );
            assert!(identity.scopes().eq(["a", "b"]), "{source} {identity:?}");
        }
    }
}

#[test]
fn groups_are_read_from_the_configured_claim() {
    let claims = json!({"sub": "alice", "cognito:groups": "[a]", "groups": "[b c]"});
    let request = with(Source::HttpApi, &json!({"jwt": {"claims": claims}}));
    for (authenticator, expected) in [
        (JwtAuthorizer::from_any_api(), vec!["a"]),
        (
            JwtAuthorizer::from_any_api().groups_claim("groups"),
            vec!["b", "c"],
        ),
        (JwtAuthorizer::from_any_api().groups_claim("roles"), vec![]),
    ] {
        let identity = ask(&authenticator, &request).unwrap();
        assert_eq!(identity.groups().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn schemes_and_config_errors_are_reported() {
    fn scheme(authenticator: &impl Authenticator) -> (String, &'static str, Vec<String>, bool) {
        let scheme = authenticator.scheme();
        let gateway = scheme.gateway.clone().unwrap();
        assert!(scheme.credential.is_none());
        (
            scheme.name().to_owned(),
            gateway.kind,
            gateway.apis,
            gateway.verifier.is_some(),
        )
    }
    struct Unused;
    impl Authenticator for Unused {
        fn scheme(&self) -> Scheme {
            Scheme::new("unused", crate::auth::Credential::bearer())
        }
        async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
            Err(AuthError::Absent)
        }
        fn config_errors(&self) -> Vec<String> {
            vec!["a verifier is wrong".to_owned()]
        }
    }
    let a1 = vec!["a1".to_owned()];
    let jwt = JwtAuthorizer::from_apis(["a1"])
        .name("people")
        .locally(Unused);
    assert_eq!(scheme(&jwt), ("people".to_owned(), "jwt", a1.clone(), true));
    assert_eq!(jwt.config_errors(), ["a verifier is wrong"]);
    let cognito = CognitoAuthorizer::from_apis(["a1"]).locally(Unused);
    assert_eq!(
        scheme(&cognito),
        ("cognito".to_owned(), "cognito", a1, true)
    );
    assert_eq!(cognito.config_errors(), ["a verifier is wrong"]);
    let lambda = LambdaAuthorizer::from_any_api();
    assert_eq!(
        scheme(&lambda),
        ("lambda".to_owned(), "lambda", vec![], false)
    );
    assert_eq!(scheme(&MutualTls::from_any_api()).1, "mtls");
    for errors in [
        JwtAuthorizer::from_apis([""; 0]).config_errors(),
        CognitoAuthorizer::from_apis([""; 0]).config_errors(),
        LambdaAuthorizer::from_apis([""; 0]).config_errors(),
        MutualTls::from_apis([""; 0]).config_errors(),
    ] {
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}

#[tokio::test]
async fn local_verifiers_need_no_variables_on_lambda() {
    async fn check<A: Authenticator>(authenticator: impl Fn() -> A) {
        let build = async |variable| {
            let api = crate::Api::new().authenticate(authenticator());
            let api = api.environment([(variable, "127.0.0.1:1")]);
            api.build().await
        };
        assert!(build("AWS_LAMBDA_RUNTIME_API").await.is_ok());
        let errors = build("OTHER").await.map(drop).unwrap_err().to_string();
        assert!(errors.contains("`LOCAL_ONLY`"), "{errors}");
    }
    let verifier = || CognitoAuthorizer::from_apis([crate::env("LOCAL_ONLY")]);
    check(|| JwtAuthorizer::from_apis(["a1"]).locally(verifier())).await;
    check(|| CognitoAuthorizer::from_apis(["a1"]).locally(verifier())).await;
}

#[test]
fn a_request_of_no_event_has_no_callers() {
    let request = Request::default();
    assert_eq!(
        rejection(&Iam::from_any_api(), &request),
        Some(AuthError::Absent)
    );
    assert_eq!(
        rejection(&JwtAuthorizer::from_any_api(), &request),
        Some(AuthError::Absent)
    );
}
