//! Callers in events.

use super::*;
use crate::{
    Api, Identity, Request,
    auth::{AuthError, Authenticator, Credential, Scheme, install},
    local::{arguments, caller::LocalCaller},
};

/// A gateway authenticator.
struct Trusting {
    kind: &'static str,
    apis: &'static [&'static str],
}

impl Authenticator for Trusting {
    fn scheme(&self) -> Scheme {
        let apis = self.apis.iter().map(|&id| id.to_owned());
        let scheme = Scheme::gateway(self.kind, self.kind, apis.collect());
        match self.kind {
            "jwt" | "cognito" => scheme.verified_locally(Some(install(Passwords))),
            _ => scheme,
        }
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
        Err(AuthError::Absent)
    }
}

/// A verifier of tokens.
struct Passwords;

impl Authenticator for Passwords {
    fn scheme(&self) -> Scheme {
        Scheme::new("passwords", Credential::bearer())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        match Credential::bearer().read(request)? {
            "bob" => Ok(Identity::new("bob")
                .with_scopes(["r", "w"])
                .with_claims(&json!({"sub": "bob", "exp": 1_583_798_639, "aud": ["a", "b"]}))),
            "plain" => Ok(Identity::new("carol").with_scopes(["r"]).with_groups(["g"])),
            _ => Err(AuthError::Expired),
        }
    }
}

async fn started(source: Source, api: &Api, as_: &[&str]) -> Fixture {
    let callers = as_.iter().map(|text| LocalCaller::parse(text));
    let callers = callers.collect::<Result<_, _>>().unwrap();
    Fixture::start_naming(source, hello(), Callers::new(api, callers, source)).await
}

async fn event_of(source: Source, api: &Api, as_: &[&str]) -> Value {
    let server = started(source, api, as_).await;
    let response = server.get("/", "").await;
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
    server.events().remove(0)
}

const USER: &str = "arn:aws:iam::111122223333:user/alice";
const AS_USER: &str = "iam:arn:aws:iam::111122223333:user/alice";

#[tokio::test]
async fn iam_callers_arrive_with_a_trusted_api() {
    let nested = Api::new().authenticate(Trusting {
        kind: "iam",
        apis: &["a1b2c3", "z"],
    });
    let api = Api::new()
        .authenticate(Trusting {
            kind: "jwt",
            apis: &["j"],
        })
        .nest("/internal", nested);
    for (source, arn) in [
        (Source::HttpApi, "/authorizer/iam/userArn"),
        (Source::RestApi, "/identity/userArn"),
        (Source::HttpApiV1, "/identity/userArn"),
        (Source::FunctionUrl, "/authorizer/iam/userArn"),
    ] {
        let event = event_of(source, &api, &[AS_USER]).await;
        let context = &event["requestContext"];
        assert_eq!(context.pointer(arn), Some(&json!(USER)), "{source}");
        assert_eq!(context["apiId"], "a1b2c3", "{source}");
        let domain = context["domainName"].as_str().unwrap();
        assert!(domain.starts_with("a1b2c3."), "{source}: {domain}");
    }
}

#[tokio::test]
async fn iam_callers_of_lattice_arrive_with_a_trusted_service() {
    let api = Api::new().authenticate(Trusting {
        kind: "iam",
        apis: &["a1b2c3", "svc-1"],
    });
    let event = event_of(Source::LatticeV2, &api, &[AS_USER]).await;
    let context = &event["requestContext"];
    assert_eq!(context["identity"]["principal"], USER);
    assert_eq!(
        context["serviceArn"],
        "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-1"
    );
}

#[tokio::test]
async fn groups_and_scopes_arrive_as_the_source_writes_them() {
    let api = Api::new().authenticate(Trusting {
        kind: "cognito",
        apis: &["c"],
    });
    let as_ = ["cognito:alice,groups=admins,groups=users,scopes=r,scopes=w"];
    for (source, claims, groups) in [
        (Source::RestApi, "/authorizer/claims", "admins,users"),
        (Source::HttpApiV1, "/authorizer/claims", "[admins users]"),
        (Source::HttpApi, "/authorizer/jwt/claims", "[admins users]"),
    ] {
        let event = event_of(source, &api, &as_).await;
        let context = &event["requestContext"];
        assert_eq!(
            context.pointer(claims),
            Some(&json!({
                "sub": "alice",
                "cognito:groups": groups,
                "scope": "r w",
                "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc123",
            })),
            "{source}"
        );
        assert_eq!(context["apiId"], "c", "{source}");
    }
}

#[tokio::test]
async fn several_callers_arrive_together() {
    let as_ = ["lambda:alice,plan=gold", "api-key:x9", "mtls:CN=till"];
    let event = event_of(Source::RestApi, &Api::new(), &as_).await;
    let context = &event["requestContext"];
    assert_eq!(context["authorizer"]["principalId"], "alice");
    assert_eq!(context["authorizer"]["plan"], "gold");
    assert_eq!(context["identity"]["apiKeyId"], "x9");
    assert_eq!(context["identity"]["clientCert"]["subjectDN"], "CN=till");
}

#[tokio::test]
async fn local_requests_are_anonymous_by_default() {
    let api = Api::new().authenticate(Trusting {
        kind: "iam",
        apis: &["a1b2c3"],
    });
    let event = event_of(Source::HttpApi, &api, &[]).await;
    assert_eq!(event["requestContext"]["authorizer"], Value::Null);
    assert_eq!(event["requestContext"]["apiId"], "a1b2c3");
    let event = event_of(Source::HttpApi, &Api::new(), &[]).await;
    assert_eq!(event["requestContext"]["apiId"], "a1b2c3d4e5");
}

#[test]
fn the_start_lists_callers_and_verifiers() {
    let api = Api::new().authenticate(Trusting {
        kind: "jwt",
        apis: &["j"],
    });
    let alice = LocalCaller::parse("jwt:alice,email=alice@example.com").unwrap();
    let notes = |callers, source| Callers::new(&api, callers, source).notes();
    assert_eq!(
        notes(vec![alice], Source::HttpApi),
        [
            "every request is from jwt:alice",
            "tokens in requests are verified by `passwords`",
        ]
    );
    assert_eq!(notes(Vec::new(), Source::Alb), [""; 0]);
}

#[tokio::test]
async fn callers_that_cannot_be_sent_are_rejected_at_the_start() {
    let line = ["serve", "--port=0", "--source=alb", "--as", AS_USER].map(str::to_owned);
    let error = arguments::parse(&line).unwrap_err();
    assert_eq!(
        error,
        format!(
            "`--as {AS_USER}` cannot be served: source `alb` does not support callers with \
             IAM credentials; supported sources: `rest`, `http`, `http1`, `url`, `lattice1`, \
             `lattice2`"
        )
    );
}

const BOB: &str = "authorization: Bearer bob\r\n";

#[tokio::test]
async fn verified_claims_are_where_the_authorizer_puts_them() {
    for (kind, source, pointer, expected) in [
        (
            "jwt",
            Source::HttpApi,
            "/authorizer/jwt",
            json!({
                "claims": {"sub": "bob", "exp": "1583798639", "aud": "[a b]"},
                "scopes": ["r", "w"],
            }),
        ),
        (
            "jwt",
            Source::HttpApiV1,
            "/authorizer",
            json!({
                "claims": {"sub": "bob", "exp": "1583798639", "aud": "[a b]"},
                "scopes": ["r", "w"],
            }),
        ),
        (
            "cognito",
            Source::RestApi,
            "/authorizer/claims",
            json!({"sub": "bob", "exp": "Tue Mar 10 00:03:59 UTC 2020", "aud": "a,b"}),
        ),
    ] {
        let apis = &["a1"];
        let api = Api::new().nest("/n", Api::new().authenticate(Trusting { kind, apis }));
        // The holder of a token replaces the caller of `--as`.
        for as_ in [&[][..], &["lambda:alice"]] {
            let server = started(source, &api, as_).await;
            let response = server.get("/", BOB).await;
            assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
            let context = &server.events()[0]["requestContext"];
            assert_eq!(context.pointer(pointer), Some(&expected), "{source}");
            assert_eq!(context["apiId"], "a1", "{source}");
            assert!(!context.to_string().contains("alice"), "{context}");
        }
    }
}

#[tokio::test]
async fn verifiers_without_claims_give_the_identity() {
    let api = Api::new().authenticate(Trusting {
        kind: "jwt",
        apis: &[],
    });
    let server = started(Source::HttpApi, &api, &[]).await;
    server.get("/", "authorization: bearer plain\r\n").await;
    assert_eq!(
        server.events()[0]["requestContext"]["authorizer"]["jwt"],
        json!({
            "claims": {"sub": "carol", "scope": "r", "cognito:groups": "[g]"},
            "scopes": ["r"],
        })
    );
}

#[tokio::test]
async fn a_rejected_token_never_reaches_the_function() {
    let api = Api::new().authenticate(Trusting {
        kind: "jwt",
        apis: &[],
    });
    let server = started(Source::HttpApi, &api, &["jwt:alice"]).await;
    for token in ["Bearer eve", "Bearer", "Bearer a b"] {
        let response = server
            .get("/", &format!("authorization: {token}\r\n"))
            .await;
        assert!(
            response.starts_with("HTTP/1.1 401 Unauthorized\r\n"),
            "{response}"
        );
        assert!(
            response.contains("\r\ncontent-type: application/json\r\n"),
            "{response}"
        );
        assert!(
            response.ends_with("\r\n\r\n{\"message\":\"Unauthorized\"}"),
            "{response}"
        );
    }
    assert_eq!(server.events(), Vec::<Value>::new());
}

#[tokio::test]
async fn requests_without_a_token_have_the_caller_of_as() {
    let api = Api::new().authenticate(Trusting {
        kind: "jwt",
        apis: &[],
    });
    let server = started(Source::HttpApi, &api, &["jwt:alice"]).await;
    server.get("/", "").await;
    server.get("/", "authorization: Basic YTpi\r\n").await;
    for event in server.events() {
        assert_eq!(
            event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"],
            "alice"
        );
    }
}

#[tokio::test]
async fn sources_without_the_authorizer_verify_no_tokens() {
    let api = Api::new().authenticate(Trusting {
        kind: "jwt",
        apis: &[],
    });
    for source in [Source::LatticeV2, Source::FunctionUrl, Source::Alb] {
        let server = started(source, &api, &[]).await;
        let response = server.get("/", "authorization: Bearer eve\r\n").await;
        assert!(
            response.starts_with("HTTP/1.1 200 OK\r\n"),
            "{source}: {response}"
        );
        let context = &server.events()[0]["requestContext"];
        assert_eq!(context["authorizer"], Value::Null, "{source}");
    }
}
