//! Emulated callers, read back by the authenticators.

use super::*;
use proptest::prelude::*;

const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/deploy/session-1";
const POOL: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123";

#[derive(Debug, PartialEq, Deserialize)]
struct User {
    sub: String,
    email_verified: bool,
    exp: u64,
    #[serde(rename = "cognito:groups")]
    groups: Vec<String>,
}

fn claims(issuer: &str) -> Value {
    json!({
        "sub": "alice", "iss": issuer, "email_verified": true, "exp": 1_583_798_639,
        "cognito:groups": ["admins", "users"], "scope": "orders/read orders/write",
    })
}

fn user() -> User {
    User {
        sub: "alice".to_owned(),
        email_verified: true,
        exp: 1_583_798_639,
        groups: vec!["admins".to_owned(), "users".to_owned()],
    }
}

fn assert_user(identity: &Identity, issuer: &str) {
    assert_eq!(identity.subject(), "alice");
    assert_eq!(identity.issuer(), Some(issuer));
    assert_eq!(
        identity.scopes().collect::<Vec<_>>(),
        ["orders/read", "orders/write"]
    );
    assert_eq!(identity.groups().collect::<Vec<_>>(), ["admins", "users"]);
    assert_eq!(identity.claims::<User>().unwrap(), user());
}

proptest! {
    #[test]
    fn coerced_claims_equal_those_of_the_token(
        name in "\\PC{0,12}",
        flag: bool,
        number: i64,
        natural: Option<u32>,
        ratio in -1e9..1e9_f64,
        groups in prop::collection::vec("[a-z0-9:/_-]{1,6}", 0..4),
        country in "\\PC{0,6}",
    ) {
        let claims = json!({
            "sub": "alice", "iss": POOL, "name": name, "flag": flag, "number": number,
            "natural": natural, "ratio": ratio, "cognito:groups": groups,
            "address": {"country": country},
        });
        let expected: Token = serde_json::from_str(&claims.to_string()).unwrap();
        let cognito = CognitoAuthorizer::from_any_api();
        for source in [Source::RestApi, Source::HttpApi, Source::HttpApiV1] {
            let identity = ask(&cognito, &sent(source, Caller::cognito(claims.clone()))).unwrap();
            prop_assert_eq!(&identity.claims::<Token>().unwrap(), &expected);
            prop_assert_eq!(identity.groups().collect::<Vec<_>>(), &groups[..]);
        }
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Token {
    name: String,
    flag: bool,
    number: i64,
    natural: Option<u32>,
    ratio: f64,
    #[serde(rename = "cognito:groups")]
    groups: Vec<String>,
    address: Address,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Address {
    country: String,
}

/// Checks that a caller is recognised in events of the sources that carry such callers, that he is
/// rejected from another API, and that other sources have no caller.
fn everywhere<A: Authenticator>(
    caller: &Caller,
    from: impl Fn(&str) -> A,
    carriers: &[Source],
    check: impl Fn(&Identity),
) {
    for source in Source::ALL {
        let request = sent(source, caller.clone());
        match ask(&from("a1"), &request) {
            Ok(identity) => {
                assert!(carriers.contains(&source), "{source}");
                check(&identity);
                let rejection = ask(&from("a2"), &request).unwrap_err();
                assert_eq!(rejection, AuthError::UntrustedApi, "{source}");
            }
            Err(rejection) => {
                assert!(!carriers.contains(&source), "{source} {rejection:?}");
                assert_eq!(rejection, AuthError::Absent, "{source}");
            }
        }
        let anonymous = sent(source, Caller::api_key("k-1"));
        for id in ["a1", "a2"] {
            assert_eq!(ask(&from(id), &anonymous).unwrap_err(), AuthError::Absent);
        }
    }
}

#[test]
fn iam_callers_are_recognised() {
    let carriers = [
        Source::RestApi,
        Source::HttpApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
        Source::LatticeV2,
    ];
    let caller = IamCaller::new(ROLE).organization("o-exampleorgid").into();
    everywhere(
        &caller,
        |id| Iam::from_apis([id]),
        &carriers,
        |identity| {
            assert_eq!(
                identity.subject(),
                "arn:aws:sts::123456789012:assumed-role/deploy"
            );
            let iam = identity.iam().unwrap();
            assert_eq!(iam.arn(), ROLE);
            assert_eq!(iam.organization(), Some("o-exampleorgid"));
            assert!(iam.is_role("arn:aws:iam::123456789012:role/deploy"));
            assert_eq!(iam.access_key_id().is_some(), iam.source_vpc().is_none());
        },
    );
}

#[test]
fn identities_of_a_pool_are_recognised() {
    let caller: Caller = IamCaller::new(ROLE)
        .cognito_identity("eu-west-1:pool", "eu-west-1:id", ["authenticated", "idp"])
        .into();
    for source in [
        Source::RestApi,
        Source::HttpApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
    ] {
        let identity = ask(&Iam::from_apis(["a1"]), &sent(source, caller.clone())).unwrap();
        assert_eq!(identity.subject(), "eu-west-1:id", "{source}");
        let cognito = identity.iam().unwrap().cognito().unwrap();
        assert_eq!(cognito.pool.as_deref(), Some("eu-west-1:pool"), "{source}");
        assert_eq!(cognito.methods, ["authenticated", "idp"], "{source}");
    }
}

#[test]
fn cognito_users_are_recognised() {
    let carriers = [Source::RestApi, Source::HttpApi, Source::HttpApiV1];
    let caller = Caller::cognito(claims(POOL));
    everywhere(
        &caller,
        |id| CognitoAuthorizer::from_apis([id]).user_pool("eu-west-1_abc123"),
        &carriers,
        |identity| {
            assert_eq!(*identity.kind(), IdentityKind::CognitoAuthorizer);
            assert_user(identity, POOL);
        },
    );
}

#[test]
fn holders_of_a_jwt_are_recognised() {
    let carriers = [Source::RestApi, Source::HttpApi, Source::HttpApiV1];
    let issuer = "https://issuer.example.com";
    let caller = Caller::jwt(claims(issuer), ["orders/read"]);
    everywhere(
        &caller,
        |id| JwtAuthorizer::from_apis([id]).add_issuer(issuer),
        &carriers,
        |identity| {
            assert_eq!(*identity.kind(), IdentityKind::JwtAuthorizer);
            assert_user(identity, issuer);
        },
    );
}

#[test]
fn scopes_of_the_authorizer_are_the_fallback() {
    for source in [Source::RestApi, Source::HttpApi, Source::HttpApiV1] {
        let caller = Caller::jwt(json!({"sub": "alice"}), ["a", "b"]);
        let identity = ask(&JwtAuthorizer::from_apis(["a1"]), &sent(source, caller)).unwrap();
        assert_eq!(identity.scopes().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(identity.issuer(), None);
    }
}

#[test]
fn callers_of_a_lambda_authorizer_are_recognised() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Context {
        tenant: String,
        premium: bool,
        limit: u32,
    }

    let carriers = [Source::RestApi, Source::HttpApi, Source::HttpApiV1];
    let context = json!({"tenant": "blue", "premium": true, "limit": 7});
    let caller = Caller::lambda("alice", context);
    everywhere(
        &caller,
        |id| LambdaAuthorizer::from_apis([id]).subject("tenant"),
        &carriers,
        |identity| {
            assert_eq!(identity.subject(), "blue");
            let context: Context = identity.claims().unwrap();
            assert_eq!((context.premium, context.limit), (true, 7));
        },
    );
    for (source, expected) in [
        (Source::RestApi, Ok("alice")),
        (Source::HttpApiV1, Ok("alice")),
        (Source::HttpApi, Err(AuthError::NoSubject)),
    ] {
        let found = ask(
            &LambdaAuthorizer::from_apis(["a1"]),
            &sent(source, caller.clone()),
        );
        let subject = found
            .as_ref()
            .map(Identity::subject)
            .map_err(|error| *error);
        assert_eq!(subject, expected, "{source}");
        if let Ok(identity) = &found {
            let IdentityKind::LambdaAuthorizer(lambda) = identity.kind() else {
                panic!("{identity:?}");
            };
            assert_eq!(lambda.principal_id.as_deref(), Some("alice"));
        }
    }
}

#[test]
fn holders_of_a_certificate_are_recognised() {
    let carriers = [Source::RestApi, Source::HttpApi, Source::HttpApiV1];
    let caller = ClientCertificate::new("CN=till-7")
        .issuer("CN=Example CA")
        .serial_number("0a:1b")
        .valid(0, 1_583_798_639)
        .into();
    everywhere(
        &caller,
        |id| MutualTls::from_apis([id]),
        &carriers,
        |identity| {
            assert_eq!(identity.subject(), "CN=till-7");
            assert_eq!(identity.issuer(), Some("CN=Example CA"));
            let certificate = identity.certificate().unwrap();
            assert_eq!(certificate.subject(), "CN=till-7");
            assert_eq!(certificate.issuer(), "CN=Example CA");
            assert_eq!(certificate.serial_number(), "0a:1b");
            assert!(certificate.pem().unwrap().contains("BEGIN CERTIFICATE"));
            let epoch = std::time::UNIX_EPOCH;
            assert_eq!(certificate.not_before(), Some(epoch));
            let end = epoch + std::time::Duration::from_secs(1_583_798_639);
            assert_eq!(certificate.not_after(), Some(end));
        },
    );
}

#[test]
fn api_keys_of_the_gateway_are_not_identities() {
    let request = sent(Source::RestApi, Caller::api_key("k-1"));
    let invocation = Invocation::of(&request);
    assert_eq!(invocation.api_key_id(), Some("a1b2c3d4e5"));
    let without = sent(Source::RestApi, Caller::iam(ROLE));
    assert_eq!(Invocation::of(&without).api_key_id(), None);
}
