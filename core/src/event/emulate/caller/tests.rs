use super::*;
use crate::event::emulate::{
    GatewayContext, event,
    testing::{gateway, request},
};
use bytes::Bytes;
use serde_json::json;

const USER: &str = "arn:aws:iam::111122223333:user/alice";
const ROLE: &str = "arn:aws:sts::111122223333:assumed-role/shop/session-1";

fn sent(source: Source, caller: impl Into<Caller>) -> Value {
    let get = request("GET", "/").body(Bytes::new()).unwrap();
    event(source, &get, &gateway().caller(caller))
}

fn context(source: Source, caller: impl Into<Caller>, pointer: &str) -> Value {
    let event = sent(source, caller);
    let found = event["requestContext"].pointer(pointer);
    found.cloned().unwrap_or(Value::Null)
}

fn all() -> Vec<Caller> {
    vec![
        Caller::iam(USER),
        Caller::cognito(json!({"sub": "alice"})),
        Caller::jwt(json!({"sub": "alice"}), ["read"]),
        Caller::lambda("alice", json!({"role": "admin"})),
        Caller::api_key("k-1"),
        ClientCertificate::new("CN=till").into(),
    ]
}

#[test]
fn a_caller_changes_only_events_of_sources_that_support_it() {
    for source in Source::ALL {
        let get = request("GET", "/").body(Bytes::new()).unwrap();
        let plain = event(source, &get, &gateway());
        for caller in all() {
            let known = caller.check(source).is_ok();
            assert_eq!(
                sent(source, caller.clone()) != plain,
                known,
                "{source} {caller:?}"
            );
        }
    }
}

#[test]
fn an_iam_caller_is_where_the_source_puts_it() {
    let iam = context(Source::HttpApi, Caller::iam(USER), "/authorizer/iam");
    assert_eq!(
        iam,
        json!({
            "accessKey": "AKIAIOSFODNN7EXAMPLE",
            "accountId": "111122223333",
            "callerId": "AIDACKCEVSQ6C2EXAMPLE",
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": USER,
            "userId": "AIDACKCEVSQ6C2EXAMPLE",
        })
    );
    let url = sent(Source::FunctionUrl, Caller::iam(USER));
    assert_eq!(url["requestContext"]["authorizer"]["iam"], iam);
    assert_eq!(url["requestContext"]["accountId"], "111122223333");

    let identity = context(Source::RestApi, Caller::iam(ROLE), "/identity");
    for (key, expected) in [
        ("accessKey", json!("ASIAIOSFODNN7EXAMPLE")),
        ("accountId", json!("111122223333")),
        ("caller", json!("AROADBQP57FF2AEXAMPLE:session-1")),
        ("user", json!("AROADBQP57FF2AEXAMPLE:session-1")),
        ("userArn", json!(ROLE)),
        ("cognitoIdentityId", Value::Null),
    ] {
        assert_eq!(identity[key], expected, "{key}");
    }

    let caller = IamCaller::new(ROLE).organization("o-exampleorgid");
    let identity = context(Source::LatticeV2, caller.clone(), "/identity");
    assert_eq!(identity["type"], "AWS_IAM");
    assert_eq!(identity["principal"], ROLE);
    assert_eq!(identity["principalOrgID"], "o-exampleorgid");
    assert_eq!(identity["sessionName"], "session-1");
    assert_eq!(
        sent(Source::LatticeV1, caller)["headers"]["x-amzn-lattice-identity"],
        format!("Principal={ROLE};PrincipalOrgID=o-exampleorgid;SessionName=session-1")
    );
}

#[test]
fn a_cognito_identity_is_part_of_an_iam_caller() {
    let caller = IamCaller::new(ROLE).cognito_identity(
        "eu-west-1:pool",
        "eu-west-1:identity",
        ["authenticated", "idp"],
    );
    let iam = context(Source::HttpApi, caller.clone(), "/authorizer/iam");
    assert_eq!(
        iam["cognitoIdentity"],
        json!({
            "amr": ["authenticated", "idp"],
            "identityId": "eu-west-1:identity",
            "identityPoolId": "eu-west-1:pool",
        })
    );
    for (source, amr) in [
        (Source::RestApi, Value::Null),
        (Source::HttpApiV1, json!(["authenticated", "idp"])),
    ] {
        let identity = context(source, caller.clone(), "/identity");
        assert_eq!(identity["cognitoIdentityPoolId"], "eu-west-1:pool");
        assert_eq!(identity["cognitoAuthenticationType"], "authenticated");
        assert_eq!(identity["cognitoAuthenticationProvider"], "idp");
        assert_eq!(identity["cognitoAmr"], amr, "{source}");
    }
}

#[test]
fn tokens_and_authorizers_have_the_shape_of_their_source() {
    let claims = || json!({"sub": "alice", "groups": ["a", "b"]});
    for (source, caller, expected) in [
        (
            Source::RestApi,
            Caller::cognito(claims()),
            json!({"claims": {"sub": "alice", "groups": "a,b"}}),
        ),
        (
            Source::HttpApi,
            Caller::cognito(claims()),
            json!({"jwt": {"claims": {"sub": "alice", "groups": "[a b]"}, "scopes": null}}),
        ),
        (
            Source::HttpApiV1,
            Caller::jwt(claims(), ["read"]),
            json!({"claims": {"sub": "alice", "groups": "[a b]"}, "scopes": ["read"]}),
        ),
        (
            Source::RestApi,
            Caller::jwt(json!({"sub": "alice", "groups": ["a"], "exp": 7}), ["read"]),
            json!({"claims": {"sub": "alice", "groups": ["a"], "exp": 7, "scope": "read"}}),
        ),
        (
            Source::RestApi,
            Caller::lambda("alice", json!({"level": 3})),
            json!({"principalId": "alice", "level": "3", "integrationLatency": 12}),
        ),
        (
            Source::HttpApiV1,
            Caller::lambda("alice", json!({"level": 3})),
            json!({"principalId": "alice", "level": "3"}),
        ),
        (
            Source::HttpApi,
            Caller::lambda("alice", json!({"level": 3, "of": ["x"]})),
            json!({"lambda": {"level": 3, "of": ["x"]}}),
        ),
    ] {
        assert_eq!(context(source, caller, "/authorizer"), expected, "{source}");
    }
}

#[test]
fn an_api_key_is_a_header_too() {
    let event = sent(Source::RestApi, Caller::api_key("k-1"));
    assert_eq!(event["requestContext"]["identity"]["apiKey"], "k-1");
    assert_eq!(event["headers"]["x-api-key"], "k-1");
    let caller = Caller::api_key_with_id("k-1", "x9y8z7");
    let identity = context(Source::RestApi, caller, "/identity");
    assert_eq!(identity["apiKey"], "k-1");
    assert_eq!(identity["apiKeyId"], "x9y8z7");
}

#[test]
fn a_certificate_is_where_the_source_puts_it() {
    let certificate = || ClientCertificate::new("CN=till").pem("-----BEGIN\n+/=");
    let expected = json!({
        "clientCertPem": "-----BEGIN\n+/=",
        "subjectDN": "CN=till",
        "issuerDN": "C=US,O=Example,CN=Example Private CA",
        "serialNumber": "a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1:a1",
        "validity": {
            "notBefore": "Jan  1 00:00:00 2020 GMT",
            "notAfter": "Jan  1 00:00:00 2120 GMT",
        },
    });
    for (source, pointer) in [
        (Source::RestApi, "/identity/clientCert"),
        (Source::HttpApiV1, "/identity/clientCert"),
        (Source::HttpApi, "/authentication/clientCert"),
    ] {
        assert_eq!(
            context(source, certificate(), pointer),
            expected,
            "{source}"
        );
    }
    let headers = &sent(Source::Alb, certificate())["headers"];
    assert_eq!(headers["x-amzn-mtls-clientcert-subject"], "CN=till");
    assert_eq!(
        headers["x-amzn-mtls-clientcert-validity"],
        "NotBefore=2020-01-01T00:00:00Z;NotAfter=2120-01-01T00:00:00Z"
    );
    assert_eq!(headers["x-amzn-mtls-clientcert-leaf"], "-----BEGIN%0A+/=");
}

#[test]
fn several_callers_may_come_together() {
    let get = request("GET", "/").body(Bytes::new()).unwrap();
    let gateway = gateway()
        .caller(Caller::api_key("k-1"))
        .caller(Caller::cognito(json!({"sub": "alice"})));
    let event = event(Source::RestApi, &get, &gateway);
    let context = &event["requestContext"];
    assert_eq!(context["identity"]["apiKey"], "k-1");
    assert_eq!(context["authorizer"]["claims"]["sub"], "alice");
}

#[test]
fn a_raw_authorizer_takes_the_place_of_all() {
    let get = request("GET", "/").body(Bytes::new()).unwrap();
    let gateway = GatewayContext::new()
        .caller(Caller::cognito(json!({"sub": "alice"})))
        .authorizer(json!({"odd": 1}));
    let event = event(Source::RestApi, &get, &gateway);
    assert_eq!(event["requestContext"]["authorizer"], json!({"odd": 1}));
}

#[test]
fn unsupported_callers_are_rejected_with_a_message() {
    for (source, caller, expected) in [
        (
            Source::Alb,
            Caller::jwt(json!({}), ["read"]),
            "source `alb` does not support callers with a JWT; supported sources: `rest`, `http`, `http1`",
        ),
        (
            Source::HttpApi,
            Caller::cognito(json!("alice")),
            "claims must be an object, found \"alice\"",
        ),
        (
            Source::RestApi,
            Caller::lambda("alice", json!({"roles": ["a"]})),
            "the context of a Lambda authorizer can only have strings, numbers and booleans at source `rest`, found a list or an object in `roles`",
        ),
    ] {
        let error = caller.check(source).unwrap_err().to_string();
        assert_eq!(error, expected);
    }
}
