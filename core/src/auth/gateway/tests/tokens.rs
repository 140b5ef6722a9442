//! Who is taken for whom, where contexts look alike.

use super::*;

const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";

fn with(source: Source, authorizer: &Value) -> Request {
    request(source, &json!({"apiId": "a1", "authorizer": authorizer}))
}

fn refusal(authenticator: &impl Authenticator, request: &Request) -> Option<Refusal> {
    ask(authenticator, request).err()
}

#[test]
fn one_authorizer_is_not_taken_for_another() {
    let token = json!({"claims": {"sub": "alice", "iss": POOL}, "scopes": null});
    let other = json!({"claims": {"sub": "alice", "iss": "https://issuer.example.com"}});
    let absent = Some(Refusal::Absent);
    let nobody = Some(Refusal::NoSubject);
    let (rest, http1, http) = (Source::RestApi, Source::HttpApiV1, Source::HttpApi);
    for (source, authorizer, [cognito, jwt, lambda]) in [
        (rest, token.clone(), [None, absent, absent]),
        (rest, other.clone(), [None, absent, absent]),
        (http1, token.clone(), [None, None, absent]),
        (http1, other.clone(), [absent, None, absent]),
        (http, json!({"jwt": token}), [None, None, absent]),
        (http, json!({"jwt": other}), [absent, None, absent]),
        // A place of payload format 1.0.
        (http, token.clone(), [absent, absent, absent]),
        (rest, json!({"jwt": token}), [absent, absent, nobody]),
        // A Lambda authorizer may call what it says anything.
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
        (http1, json!({"tenant": "blue"}), [absent, absent, nobody]),
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
        (http, json!({"lambda": {}}), [absent, absent, nobody]),
        (http, json!({"lambda": null}), [absent, absent, absent]),
        // What sources send where no authorizer stands before the route.
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
            refusal(&CognitoAuthorizer::from_apis(["a1"]), &request),
            refusal(&JwtAuthorizer::from_apis(["a1"]), &request),
            refusal(&LambdaAuthorizer::from_apis(["a1"]), &request),
        ];
        assert_eq!(found, [cognito, jwt, lambda], "{source} {authorizer}");
    }
}

#[test]
fn a_part_that_is_no_object_is_malformed() {
    let malformed = Some(Refusal::MalformedContext);
    for authorizer in [
        json!({"jwt": "x", "lambda": 7}),
        json!({"jwt": [1], "lambda": "{}"}),
    ] {
        let request = with(Source::HttpApi, &authorizer);
        assert_eq!(refusal(&JwtAuthorizer::from_any_api(), &request), malformed);
        assert_eq!(
            refusal(&LambdaAuthorizer::from_any_api(), &request),
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
        let found = refusal(
            &MutualTls::from_any_api(),
            &request(Source::RestApi, &context),
        );
        assert_eq!(found, malformed, "{certificate}");
    }
    let unnamed = json!({"subjectDN": "", "issuerDN": "CN=b", "serialNumber": "1"});
    let context = json!({"authentication": {"clientCert": unnamed}});
    let found = refusal(
        &MutualTls::from_any_api(),
        &request(Source::HttpApi, &context),
    );
    assert_eq!(found, Some(Refusal::NoSubject));
}

#[test]
fn a_source_that_has_no_authorizers_has_no_callers() {
    let untrusted = Some(Refusal::UntrustedSource);
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
            refusal(&JwtAuthorizer::from_any_api(), &jwt),
            untrusted,
            "{source}"
        );
        let cognito = with(source, &claims);
        assert_eq!(
            refusal(&CognitoAuthorizer::from_any_api(), &cognito),
            untrusted,
            "{source}"
        );
        let lambda = with(source, &json!({"lambda": {"sub": "alice"}}));
        assert_eq!(
            refusal(&LambdaAuthorizer::from_any_api(), &lambda),
            untrusted,
            "{source}"
        );
        for holder in ["identity", "authentication"] {
            if source == Source::FunctionUrl && holder == "identity" {
                continue;
            }
            let context = json!({ holder: {"clientCert": certificate} });
            let tls = refusal(&MutualTls::from_any_api(), &request(source, &context));
            assert_eq!(tls, untrusted, "{source} {holder}");
        }
    }
}

#[test]
fn another_issuer_is_refused_where_some_are_named() {
    let token = |issuer: &str| json!({"claims": {"sub": "alice", "iss": issuer}});
    let unknown = Some(Refusal::UnknownIssuer);
    let jwt = JwtAuthorizer::from_any_api()
        .issuer("https://a.example.com")
        .issuer("https://b.example.com");
    for (issuer, expected) in [
        ("https://b.example.com", None),
        ("https://b.example.com/", unknown),
        ("https://c.example.com", unknown),
        ("", unknown),
    ] {
        let request = with(Source::HttpApiV1, &token(issuer));
        assert_eq!(refusal(&jwt, &request), expected, "{issuer}");
    }
    let cognito = CognitoAuthorizer::from_any_api().user_pool("eu-west-1_abc123");
    for (issuer, expected) in [
        (POOL, None),
        (
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc124",
            unknown,
        ),
        ("eu-west-1_abc123", unknown),
        ("", unknown),
    ] {
        let request = with(Source::RestApi, &token(issuer));
        assert_eq!(refusal(&cognito, &request), expected, "{issuer}");
    }
    assert_eq!(
        CognitoAuthorizer::from_apis(["a1"])
            .user_pool("abc")
            .faults()
            .len(),
        1
    );
}

#[test]
fn groups_are_split_as_their_gateway_joins_them() {
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
fn the_groups_of_a_jwt_may_stand_in_another_claim() {
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
fn each_says_what_it_is_and_from_where() {
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
    struct Nobody;
    impl Authenticator for Nobody {
        fn scheme(&self) -> Scheme {
            Scheme::new("nobody", crate::auth::Credential::bearer())
        }
        async fn authenticate(&self, _: &Request) -> Result<Identity, Refusal> {
            Err(Refusal::Absent)
        }
        fn faults(&self) -> Vec<String> {
            vec!["nobody is there".to_owned()]
        }
    }
    let a1 = vec!["a1".to_owned()];
    let jwt = JwtAuthorizer::from_apis(["a1"])
        .named("people")
        .locally(Nobody);
    assert_eq!(scheme(&jwt), ("people".to_owned(), "jwt", a1.clone(), true));
    assert_eq!(jwt.faults(), ["nobody is there"]);
    let cognito = CognitoAuthorizer::from_apis(["a1"]).locally(Nobody);
    assert_eq!(
        scheme(&cognito),
        ("cognito".to_owned(), "cognito", a1, true)
    );
    assert_eq!(cognito.faults(), ["nobody is there"]);
    let lambda = LambdaAuthorizer::from_any_api();
    assert_eq!(
        scheme(&lambda),
        ("lambda".to_owned(), "lambda", vec![], false)
    );
    assert_eq!(scheme(&MutualTls::from_any_api()).1, "mtls");
    for faults in [
        JwtAuthorizer::from_apis([""; 0]).faults(),
        CognitoAuthorizer::from_apis([""; 0]).faults(),
        LambdaAuthorizer::from_apis([""; 0]).faults(),
        MutualTls::from_apis([""; 0]).faults(),
    ] {
        assert_eq!(faults.len(), 1, "{faults:?}");
    }
}

#[test]
fn a_request_of_no_event_has_no_callers() {
    let request = Request::default();
    assert_eq!(
        refusal(&Iam::from_any_api(), &request),
        Some(Refusal::Absent)
    );
    assert_eq!(
        refusal(&JwtAuthorizer::from_any_api(), &request),
        Some(Refusal::Absent)
    );
}
