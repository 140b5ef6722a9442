use super::*;
use crate::auth::gateway::tests::{ask, lattice, request};
use crate::event::Source;
use serde_json::{Value, json};

const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/deploy/session-1";

fn format_2(iam: &Value) -> Request {
    request(
        Source::HttpApi,
        &json!({"apiId": "a1", "authorizer": {"iam": iam}}),
    )
}

fn format_1(identity: &Value) -> Request {
    request(
        Source::RestApi,
        &json!({"apiId": "a1", "identity": identity}),
    )
}

fn signed_by(arn: &str) -> Request {
    format_2(&json!({"userArn": arn, "principalOrgId": "o-exampleorgid"}))
}

#[test]
fn the_caller_of_a_rest_api_is_read() {
    let identity = json!({
        "accessKey": "ASIAIOSFODNN7EXAMPLE", "accountId": "123456789012",
        "caller": "AROADBQP57FF2AEXAMPLE:session-1", "principalOrgId": "o-exampleorgid",
        "cognitoAuthenticationProvider": null, "cognitoAuthenticationType": null,
        "cognitoIdentityId": null, "cognitoIdentityPoolId": null,
        "sourceIp": "192.0.2.1", "user": "AROADBQP57FF2AEXAMPLE:session-1", "userArn": ROLE,
    });
    let found = ask(&Iam::from_apis(["a1"]), &format_1(&identity)).unwrap();
    assert_eq!(
        found.subject(),
        "arn:aws:sts::123456789012:assumed-role/deploy"
    );
    assert_eq!(found.issuer(), None);
    let iam = found.iam().unwrap();
    assert_eq!(iam.arn(), ROLE);
    assert_eq!(iam.account(), "123456789012");
    assert_eq!(iam.caller_id(), Some("AROADBQP57FF2AEXAMPLE:session-1"));
    assert_eq!(iam.access_key_id(), Some("ASIAIOSFODNN7EXAMPLE"));
    assert_eq!(iam.organization(), Some("o-exampleorgid"));
    assert_eq!(iam.session(), Some("session-1"));
    assert!(iam.cognito().is_none());
}

#[test]
fn the_identity_in_a_pool_is_read() {
    let methods = [
        "authenticated",
        "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
    ];
    let arn = "arn:aws:sts::123456789012:assumed-role/app/CognitoIdentityCredentials";
    let of_rest = format_1(&json!({
        "userArn": arn,
        "cognitoIdentityId": "eu-west-1:identity", "cognitoIdentityPoolId": "eu-west-1:pool",
        "cognitoAuthenticationType": methods[0], "cognitoAuthenticationProvider": methods[1],
    }));
    let of_http = format_2(&json!({
        "userArn": arn,
        "cognitoIdentity": {
            "amr": methods, "identityId": "eu-west-1:identity", "identityPoolId": "eu-west-1:pool",
        },
    }));
    for request in [of_rest, of_http] {
        let found = ask(&Iam::from_apis(["a1"]), &request).unwrap();
        assert_eq!(found.subject(), "eu-west-1:identity");
        assert_eq!(
            found.issuer(),
            Some("https://cognito-identity.amazonaws.com")
        );
        let iam = found.iam().unwrap();
        assert_eq!(iam.role(), Some("app"));
        let cognito = iam.cognito().unwrap();
        assert_eq!(cognito.pool.as_deref(), Some("eu-west-1:pool"));
        assert_eq!(cognito.methods, methods);
    }
}

#[test]
fn the_caller_of_vpc_lattice_is_read() {
    let identity = json!({
        "sourceVpcArn": "arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0b8276c84697e7339",
        "type": "AWS_IAM", "principal": ROLE, "principalOrgID": "o-exampleorgid",
        "sessionName": "session-1", "x509SanDns": "example.com",
    });
    let request = lattice(&identity);
    for ids in [
        "svc-0a40eebed65f8d69c",
        "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0a40eebed65f8d69c",
    ] {
        let found = ask(&Iam::from_apis([ids]), &request).unwrap();
        assert_eq!(
            found.subject(),
            "arn:aws:sts::123456789012:assumed-role/deploy"
        );
        let iam = found.iam().unwrap();
        assert_eq!(iam.organization(), Some("o-exampleorgid"));
        assert_eq!(
            iam.source_vpc(),
            Some("arn:aws:ec2:eu-west-1:123456789012:vpc/vpc-0b8276c84697e7339")
        );
        assert_eq!(iam.access_key_id(), None);
    }
    let other = Iam::from_apis(["svc-1"]);
    assert_eq!(ask(&other, &request).unwrap_err(), AuthError::UntrustedApi);
}

#[test]
fn unsigned_and_malformed_callers_are_rejected() {
    let absent = AuthError::Absent;
    let malformed = AuthError::MalformedContext;
    for (request, expected) in [
        (
            format_1(&json!({"userArn": null, "sourceIp": "192.0.2.1"})),
            absent,
        ),
        (format_1(&json!({"userArn": ""})), absent),
        (format_1(&json!("x")), absent),
        (format_1(&json!({"userArn": "alice"})), malformed),
        (format_1(&json!({"userArn": 7})), malformed),
        (format_1(&json!({"userArn": {"a": 1}})), malformed),
        (
            format_1(&json!({"userArn": ROLE, "accountId": "210987654321"})),
            malformed,
        ),
        (format_2(&json!(null)), absent),
        (format_2(&json!({})), malformed),
        (format_2(&json!("iam")), malformed),
        (format_2(&json!([ROLE])), malformed),
        (format_2(&json!({"userArn": ""})), malformed),
        (format_2(&json!({"userId": "AIDA"})), malformed),
        (lattice(&json!({"sourceVpcArn": "arn"})), absent),
        (lattice(&json!({"type": "AWS_IAM"})), malformed),
        (lattice(&json!({"type": "NONE", "principal": ROLE})), absent),
        (lattice(&json!({"principal": ROLE})), malformed),
        // The member of another source is not read.
        (
            request(
                Source::RestApi,
                &json!({"authorizer": {"iam": {"userArn": ROLE}}}),
            ),
            absent,
        ),
        (
            request(Source::HttpApi, &json!({"identity": {"userArn": ROLE}})),
            absent,
        ),
        // What a function URL with `AuthType: NONE` sends.
        (
            request(
                Source::FunctionUrl,
                &json!({"accountId": "anonymous", "apiId": "a1"}),
            ),
            absent,
        ),
    ] {
        let context = crate::Invocation::of(&request)
            .request_context()
            .map(str::to_owned);
        for iam in [
            Iam::from_any_api(),
            Iam::from_apis(["a1", "svc-0a40eebed65f8d69c"]),
        ] {
            assert_eq!(ask(&iam, &request).unwrap_err(), expected, "{context:?}");
        }
    }
}

#[test]
fn sources_without_signatures_have_no_callers() {
    for source in [Source::Alb, Source::AlbMultiValue] {
        for context in [
            json!({"identity": {"userArn": ROLE}}),
            json!({"authorizer": {"iam": {"userArn": ROLE}}}),
            json!({"identity": {"type": "AWS_IAM", "principal": ROLE}}),
        ] {
            let request = request(source, &context);
            let rejection = ask(&Iam::from_any_api(), &request).unwrap_err();
            assert_eq!(rejection, AuthError::UntrustedSource, "{source} {context}");
        }
        let plain = request(source, &json!({}));
        assert_eq!(
            ask(&Iam::from_any_api(), &plain).unwrap_err(),
            AuthError::Absent
        );
    }
}

#[test]
fn callers_match_one_entry_of_each_list() {
    let user = "arn:aws:iam::123456789012:user/eng/alice";
    let iam = || Iam::from_apis(["a1"]);
    for (authenticator, arn, accepted) in [
        (iam().account("123456789012"), ROLE, true),
        (iam().account("210987654321"), ROLE, false),
        (
            iam().account("210987654321").account("123456789012"),
            ROLE,
            true,
        ),
        (iam().organization("o-exampleorgid"), ROLE, true),
        (iam().organization("o-other1"), ROLE, false),
        (
            iam().role("arn:aws:iam::123456789012:role/dep*"),
            ROLE,
            true,
        ),
        (
            iam().role("arn:aws:iam::123456789012:role/session-1"),
            ROLE,
            false,
        ),
        (
            iam().role("arn:aws:iam::123456789012:role/dep*"),
            user,
            false,
        ),
        (
            iam()
                .role("arn:aws:iam::123456789012:role/dep*")
                .user("arn:aws:iam::123456789012:user/eng/*"),
            user,
            true,
        ),
        (
            iam()
                .role("arn:aws:iam::123456789012:role/dep*")
                .account("210987654321"),
            ROLE,
            false,
        ),
        (
            iam()
                .role("arn:aws:iam::123456789012:role/dep*")
                .account("123456789012")
                .organization("o-exampleorgid"),
            ROLE,
            true,
        ),
    ] {
        assert_eq!(authenticator.config_errors(), [""; 0]);
        let found = ask(&authenticator, &signed_by(arn));
        match found {
            Ok(_) => assert!(accepted, "{authenticator:?} {arn}"),
            Err(rejection) => {
                assert!(!accepted, "{authenticator:?} {arn}");
                assert_eq!(rejection, AuthError::NotAccepted);
            }
        }
    }
    // Nobody's organization is known here.
    let unknown = format_2(&json!({"userArn": ROLE}));
    let rejection = ask(&iam().organization("o-exampleorgid"), &unknown).unwrap_err();
    assert_eq!(rejection, AuthError::NotAccepted);
}

#[test]
fn invalid_settings_are_errors_and_accept_nobody() {
    let iam = || Iam::from_apis(["a1"]);
    for (authenticator, expected) in [
        (iam().account("1234"), "twelve digits"),
        (iam().account("*"), "twelve digits"),
        (
            iam().organization("exampleorgid"),
            "not an AWS organization",
        ),
        (iam().organization("o-*"), "not an AWS organization"),
        (iam().role("deploy"), "expected `arn:aws:iam"),
        (iam().role("arn:aws:iam::*:role/deploy"), "twelve digits"),
        (
            iam().role("arn:aws:iam::123456789012:user/alice"),
            "expected `arn:aws:iam",
        ),
        (
            iam().user("arn:aws:iam::123456789012:role/deploy"),
            "expected `arn:aws:iam",
        ),
        (
            iam().role("arn:aws:iam::123456789012:role/service/deploy"),
            "has no path",
        ),
    ] {
        let errors = authenticator.config_errors();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
        assert_eq!(
            ask(&authenticator, &signed_by(ROLE)).unwrap_err(),
            AuthError::NotAccepted
        );
    }
    assert_eq!(Iam::from_apis([""; 0]).config_errors().len(), 1);
    assert_eq!(
        ask(&Iam::from_apis([""; 0]), &signed_by(ROLE)).unwrap_err(),
        AuthError::UntrustedApi
    );
}

#[test]
fn the_challenge_names_the_signature() {
    let scheme = Iam::from_apis(["a1"]).name("services").scheme();
    assert_eq!(scheme.name(), "services");
    assert_eq!(scheme.challenge_parts().0, "AWS4-HMAC-SHA256");
    let gateway = scheme.gateway.unwrap();
    assert_eq!((gateway.kind, gateway.apis), ("iam", vec!["a1".to_owned()]));
    assert!(
        Iam::from_any_api()
            .scheme()
            .gateway
            .unwrap()
            .apis
            .is_empty()
    );
}

#[test]
fn the_subject_has_no_session() {
    for (arn, subject) in [
        (
            "arn:aws:sts::123456789012:assumed-role/deploy/session",
            "arn:aws:sts::123456789012:assumed-role/deploy",
        ),
        (
            "arn:aws:iam::123456789012:user/eng/alice",
            "arn:aws:iam::123456789012:user/eng/alice",
        ),
    ] {
        let identity = Identity::from(IamIdentity::for_test(arn));
        assert_eq!(identity.subject(), subject);
        assert_eq!(identity.iam().unwrap().arn(), arn);
        assert!(!format!("{identity:?}").contains("session"));
    }
}
