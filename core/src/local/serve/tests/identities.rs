//! From the command line to the identity in a handler, with the real authenticators.

use super::*;
use crate::{
    Api, Identity, Request,
    auth::{
        Access, AuthError, Authenticator, Credential, Scheme,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
    },
    extract::extract,
    local::{caller::LocalCaller, handle::handler},
};

/// An Api with a handler that responds with the caller.
fn api(authenticator: impl Authenticator, access: Access) -> Api {
    let who = tower::service_fn(|request: Request| async move {
        let identity = extract::<Identity>(&request).await.unwrap();
        let scopes: Vec<_> = identity.scopes().collect();
        let groups: Vec<_> = identity.groups().collect();
        let text = format!(
            "{} {} {}",
            identity.subject(),
            scopes.join("+"),
            groups.join("+")
        );
        Ok::<_, Infallible>(crate::Response::new(crate::Body::from(text)))
    });
    Api::new()
        .authenticate(authenticator)
        .fallback_service_with(access, who)
}

async fn serving(source: Source, api: Api, as_: &[&str]) -> Fixture {
    let callers = as_.iter().map(|text| LocalCaller::parse(text));
    let callers = Callers::new(&api, callers.collect::<Result<_, _>>().unwrap(), source);
    assert!(
        !callers.notes().iter().any(|note| note.contains("warning")),
        "{:?}",
        callers.notes()
    );
    let app = api.build().await.unwrap();
    Fixture::start_with(source, callers, handler(app)).await
}

/// The body of a 200.
async fn respond(source: Source, api: Api, as_: &[&str]) -> String {
    let response = serving(source, api, as_).await.get("/who", "").await;
    assert!(
        response.starts_with("HTTP/1.1 200 OK\r\n"),
        "{source}: {response}"
    );
    let (_, body) = response.split_once("\r\n\r\n").unwrap();
    body.to_owned()
}

const API: [&str; 1] = ["a1b2c3"];

#[tokio::test]
async fn iam_callers_are_recognised_behind_their_sources() {
    let session = "iam:arn:aws:sts::123456789012:assumed-role/shop/session-1,organization=o-1";
    for source in [
        Source::HttpApi,
        Source::RestApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
        Source::LatticeV2,
    ] {
        let iam = Iam::from_apis(API)
            .account("123456789012")
            .organization("o-1");
        let response = respond(source, api(iam, Access::authenticated()), &[session]).await;
        assert_eq!(
            response, "arn:aws:sts::123456789012:assumed-role/shop  ",
            "{source}"
        );
    }
}

#[tokio::test]
async fn local_events_come_from_this_api() {
    let none: [(&str, &str); 0] = [];
    let deployed = [("LAMBDA_API_IDS", "f6g7h8i9j0")];
    for source in [Source::HttpApi, Source::FunctionUrl, Source::LatticeV2] {
        let alice = "iam:arn:aws:iam::123456789012:user/alice";
        let api = || api(Iam::from_this_api(), Access::authenticated());
        for mut api in [api().environment(none), api().environment(deployed)] {
            api.resolve_settings();
            let response = respond(source, api, &[alice]).await;
            assert_eq!(
                response, "arn:aws:iam::123456789012:user/alice  ",
                "{source}"
            );
        }
    }
}

#[tokio::test]
async fn a_user_of_a_pool_has_groups_and_scopes() {
    for source in [Source::RestApi, Source::HttpApiV1, Source::HttpApi] {
        let pool = CognitoAuthorizer::from_apis(API).user_pool("eu-west-1_shop");
        let api = api(pool, Access::authenticated().groups(&["admins"]));
        let alice = "cognito:alice,groups=users,groups=admins,scopes=r,scopes=w";
        let response = respond(source, api, &[alice]).await;
        assert_eq!(response, "alice r+w users+admins", "{source}");
    }
}

#[tokio::test]
async fn a_caller_without_the_group_is_turned_away() {
    let pool = CognitoAuthorizer::from_apis(API);
    let api = api(pool, Access::authenticated().groups(&["admins"]));
    let server = serving(Source::HttpApi, api, &["cognito:bob,groups=users"]).await;
    let response = server.get("/who", "").await;
    assert!(response.starts_with("HTTP/1.1 403 "), "{response}");
}

#[tokio::test]
async fn requests_without_a_caller_are_rejected() {
    let api = api(Iam::from_apis(API), Access::authenticated());
    let server = serving(Source::HttpApi, api, &[]).await;
    let response = server.get("/who", "").await;
    assert!(response.starts_with("HTTP/1.1 401 "), "{response}");
}

#[tokio::test]
async fn other_callers_are_recognised_too() {
    for source in [Source::HttpApi, Source::HttpApiV1] {
        let jwt = JwtAuthorizer::from_apis(API).add_issuer("https://issuer.example.com");
        let api = api(jwt, Access::authenticated().scopes(&["w"]));
        let response = respond(source, api, &["jwt:alice,scope=r,scope=w,groups=g"]).await;
        assert_eq!(response, "alice r+w g", "{source}");
    }
    for source in [Source::RestApi, Source::HttpApiV1, Source::HttpApi] {
        let lambda = LambdaAuthorizer::from_apis(API);
        let response = respond(
            source,
            api(lambda, Access::authenticated()),
            &["lambda:alice,plan=gold"],
        );
        assert_eq!(response.await, "alice  ", "{source}");
        let lambda = LambdaAuthorizer::from_apis(API).subject("tenant");
        let response = self::respond(
            source,
            api(lambda, Access::authenticated()),
            &["lambda:alice"],
        );
        assert_eq!(response.await, "alice  ", "{source}");
        let mtls = MutualTls::from_apis(API);
        let response = self::respond(
            source,
            api(mtls, Access::authenticated()),
            &["certificate:CN=till-7,O=Example"],
        );
        assert_eq!(response.await, "CN=till-7,O=Example  ", "{source}");
    }
}

/// A verifier of tokens that knows one.
struct OneToken;

impl Authenticator for OneToken {
    fn scheme(&self) -> Scheme {
        Scheme::new("one-token", Credential::bearer())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        match Credential::bearer().read(request)? {
            "good" => Ok(Identity::new("bob").with_claims(&json!({
                "sub": "bob",
                "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_shop",
                "scope": "r w",
                "cognito:groups": ["admins", "users"],
            }))),
            _ => Err(AuthError::BadSignature),
        }
    }
}

#[tokio::test]
async fn holders_of_verified_tokens_are_recognised() {
    let jwt = || {
        let jwt = JwtAuthorizer::from_apis(API).locally(OneToken);
        api(jwt, Access::authenticated().groups(&["admins"]))
    };
    let cognito = || {
        let cognito = CognitoAuthorizer::from_apis(API).locally(OneToken);
        api(cognito, Access::authenticated().groups(&["admins"]))
    };
    for (source, api) in [
        (Source::HttpApi, jwt()),
        (Source::HttpApiV1, jwt()),
        (Source::RestApi, cognito()),
        (Source::HttpApi, cognito()),
    ] {
        let server = serving(source, api, &[]).await;
        for (header, status, body) in [
            (
                "authorization: Bearer good\r\n",
                "200 OK",
                "bob r+w admins+users",
            ),
            (
                "authorization: Bearer bad\r\n",
                "401 Unauthorized",
                r#"{"message":"Unauthorized"}"#,
            ),
            // The response of the Api.
            ("", "401 Unauthorized", "}"),
        ] {
            let response = server.get("/who", header).await;
            assert!(
                response.starts_with(&format!("HTTP/1.1 {status}\r\n")),
                "{source}: {response}"
            );
            assert!(response.ends_with(body), "{source}: {response}");
        }
        assert_eq!(server.events().len(), 2, "{source}");
    }
}

#[cfg(feature = "jwt")]
#[tokio::test]
async fn a_real_token_is_verified_with_the_keys_of_its_pool() {
    use lambda_api_testing::TestIssuer;

    const POOL: &str = "eu-west-1_shop";
    let issuer = TestIssuer::cognito(POOL, "till");
    let other_pool = TestIssuer::cognito("eu-west-1_other", "till");
    for source in [Source::RestApi, Source::HttpApi] {
        let verifier = crate::auth::Cognito::user_pool(POOL)
            .client("till")
            .jwks(issuer.jwks().to_string());
        let pool = CognitoAuthorizer::from_apis(API)
            .user_pool(POOL)
            .locally(verifier);
        let rule = Access::authenticated()
            .groups(&["admins"])
            .scopes(&["orders/write"]);
        let server = serving(source, api(pool, rule), &[]).await;
        let token = |issuer: &TestIssuer| {
            issuer
                .token("alice")
                .scopes("orders/read orders/write")
                .groups(["admins", "users"])
        };
        for (token, status, body) in [
            (
                token(&issuer).to_string(),
                "200 OK",
                "alice orders/read+orders/write admins+users",
            ),
            (
                token(&issuer).expired().to_string(),
                "401 Unauthorized",
                r#"{"message":"Unauthorized"}"#,
            ),
            (
                token(&issuer).tampered().to_string(),
                "401 Unauthorized",
                r#"{"message":"Unauthorized"}"#,
            ),
            (
                token(&other_pool).to_string(),
                "401 Unauthorized",
                r#"{"message":"Unauthorized"}"#,
            ),
        ] {
            let header = format!("authorization: Bearer {token}\r\n");
            let response = server.get("/who", &header).await;
            assert!(
                response.starts_with(&format!("HTTP/1.1 {status}\r\n")),
                "{source}: {response}"
            );
            assert!(response.ends_with(body), "{source}: {response}");
        }
        assert_eq!(server.events().len(), 1, "{source}");
    }
}
