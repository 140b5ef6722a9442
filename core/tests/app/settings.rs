//! Settings of authenticators that refer to environment variables.

use crate::errors;
use lambda_api::{
    Api, Identity, Request, api_handler,
    auth::{
        AlbOidc, AuthError, Authenticator, Cognito, Jwt, Scheme,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
    },
    env,
    event::{Source, emulate::Caller},
    routes,
};
use lambda_api_testing::{TestClient, TestIssuer};

#[api_handler(GET "/me")]
async fn me(identity: Identity) -> String {
    identity.subject().to_owned()
}

const NONE: [(&str, &str); 0] = [];

#[tokio::test]
async fn all_missing_variables_are_errors_with_all_others() {
    let api = Api::new()
        .authenticate(
            Cognito::user_pool(env("POOL"))
                .client(env("CLIENT"))
                .also_region(env("REGION"))
                .jwks_url(env("KEYS")),
        )
        .authenticate(
            AlbOidc::listener(env("LISTENER"))
                .client(env("CLIENT"))
                .issuer(env("ISSUER"))
                .keys_url(env("KEYS")),
        )
        .authenticate(
            Iam::from_apis([env("API")])
                .account(env("ACCOUNT"))
                .organization(env("ORGANIZATION"))
                .role(env("ROLE"))
                .user(env("USER_ARN")),
        )
        .authenticate(LambdaAuthorizer::from_apis(["*"]))
        .nest(
            "/nested",
            Api::new().authenticate(
                JwtAuthorizer::from_apis([env("API")])
                    .add_issuer(env("ISSUER"))
                    .locally(Jwt::new(env("ISSUER")).audience(env("AUDIENCE"))),
            ),
        )
        .routes(routes![me])
        .routes(routes![me])
        .environment([("POOL", ""), ("ORGANIZATION", "o-1")]);
    let missing = |name: &str, settings: &[(&str, &str)]| {
        let texts = settings.iter().map(|(variable, setting)| {
            format!(
                "the authenticator `{name}`: the environment variable `{variable}` for `{setting}` \
                 is missing or empty"
            )
        });
        texts.collect::<Vec<_>>()
    };
    let expected = [
        missing(
            "cognito",
            &[
                ("POOL", "user_pool"),
                ("REGION", "region"),
                ("CLIENT", "client"),
                ("KEYS", "jwks_url"),
            ],
        ),
        missing(
            "alb",
            &[
                ("LISTENER", "listener"),
                ("CLIENT", "client"),
                ("ISSUER", "issuer"),
                ("KEYS", "keys_url"),
            ],
        ),
        missing(
            "iam",
            &[
                ("API", "api"),
                ("ACCOUNT", "account"),
                ("ROLE", "role"),
                ("USER_ARN", "user"),
            ],
        ),
        missing(
            "jwt",
            &[
                ("API", "api"),
                ("ISSUER", "issuer"),
                ("AUDIENCE", "audience"),
            ],
        ),
    ]
    .concat();
    let (found, others): (Vec<_>, Vec<_>) = errors(api)
        .await
        .into_iter()
        .partition(|error| error.ends_with("is missing or empty"));
    assert_eq!(found, expected);
    // The invalid id of an API, and the route that is there twice.
    assert_eq!(others.len(), 2, "{others:?}");
}

#[tokio::test]
async fn values_are_checked_like_literals() {
    for (api, error) in [
        (
            Api::new().authenticate(Cognito::user_pool(env("X")).client("c")),
            "the authenticator `cognito`: \"bad value\" is not the id of a user pool, which is like \
             \"eu-west-1_abc123\"",
        ),
        (
            Api::new().authenticate(
                Cognito::user_pool("eu-west-1_a")
                    .client("c")
                    .also_region(env("X")),
            ),
            "the authenticator `cognito`: \"bad value\" is not a region of AWS",
        ),
        (
            Api::new().authenticate(Jwt::new(env("X")).audience("a")),
            "the authenticator `jwt`: the keys of the issuer \"bad value\" cannot be fetched: the \
             URL is malformed",
        ),
        (
            Api::new().authenticate(AlbOidc::listener(env("X")).client("c")),
            "the authenticator `alb`: ALB: `bad value` is not the ARN of an application load \
             balancer or of its listener",
        ),
        (
            Api::new().authenticate(Iam::from_apis([env("X")])),
            "the authenticator `iam`: `bad value` is not the id of an API: ids are compared \
             exactly, and `from_any_api` trusts all",
        ),
        (
            Api::new().authenticate(Iam::from_any_api().role(env("X"))),
            "the authenticator `iam`: `bad value`: expected \
             `arn:aws:iam::123456789012:role/NAME`",
        ),
        (
            Api::new().authenticate(CognitoAuthorizer::from_any_api().user_pool(env("X"))),
            "the authenticator `cognito`: `bad value` is not a user pool: expected `REGION_ID`",
        ),
    ] {
        let found = errors(api.environment([("X", "bad value")])).await;
        assert_eq!(found, [error]);
    }
}

#[tokio::test]
async fn test_issuers_are_trusted_after_resolution() {
    let issuer = TestIssuer::cognito("eu-west-1_abc123", "app-client-id");
    let api = || {
        let cognito = Cognito::user_pool(env("POOL")).client(env("CLIENT"));
        Api::new().authenticate(cognito).routes(routes![me])
    };
    let settings = [("POOL", "eu-west-1_abc123"), ("CLIENT", "app-client-id")];
    let api = api().environment(settings).authenticate(issuer.verifier());
    let client = TestClient::new(api).await;
    let token = issuer.token("alice");
    client.get("/me").bearer(token).await.assert_text("alice");
    let other = issuer.token("alice").audience("another-client-id");
    let rejected = client.get("/me").bearer(other).await;
    rejected.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn local_values_replace_missing_variables() {
    let api = || Api::new().authenticate(Iam::from_apis([env("API").locally("local")]));
    assert!(api().environment(NONE).build().await.is_ok());
    let bad = api().environment([("API", "*")]);
    assert!(errors(bad).await[0].contains("`*` is not the id of an API"));
}

/// An API for IAM callers of the APIs in `LAMBDA_API_IDS`.
fn for_this_api() -> Api {
    let api = Api::new().authenticate(Iam::from_this_api());
    api.routes(routes![me])
}

const ROLE: &str = "arn:aws:sts::123456789012:assumed-role/reports/session";

#[tokio::test]
async fn this_api_needs_no_variable_locally() {
    let client = TestClient::new(for_this_api().environment(NONE)).await;
    for source in [
        Source::RestApi,
        Source::HttpApi,
        Source::HttpApiV1,
        Source::FunctionUrl,
        Source::LatticeV2,
    ] {
        let client = client.via(source);
        let me = || client.get("/me");
        let signed = me().gateway(|gateway| gateway.caller(Caller::iam(ROLE)));
        signed.await.assert_status(200);
        let other = me().gateway(|gateway| gateway.caller(Caller::iam(ROLE)).api_id("other"));
        other.await.assert_problem(401, "invalid_token");
        me().await.assert_problem(401, "unauthorized");
    }
}

#[tokio::test]
async fn this_api_is_each_id_of_the_variable() {
    let api = for_this_api().environment([("LAMBDA_API_IDS", "api1, url2")]);
    let client = TestClient::new(api).await;
    for (id, status) in [
        ("api1", 200),
        ("url2", 200),
        ("api1, url2", 401),
        ("api", 401),
        ("", 401),
        // Trusted locally, without the variable.
        ("a1b2c3d4e5", 401),
    ] {
        let signed = client
            .get("/me")
            .gateway(|gateway| gateway.caller(Caller::iam(ROLE)).api_id(id));
        assert_eq!(signed.await.status(), status, "{id}");
    }
}

#[tokio::test]
async fn every_id_of_the_variable_is_checked() {
    for (value, odd) in [
        ("a1,", ""),
        ("a1,,b2", ""),
        ("a1, *", "*"),
        ("a1 b2", "a1 b2"),
    ] {
        let api = for_this_api().environment([("LAMBDA_API_IDS", value)]);
        let expected = format!(
            "the authenticator `iam`: `{odd}` is not the id of an API: ids are compared exactly, and \
             `from_any_api` trusts all"
        );
        assert_eq!(errors(api).await, [expected], "{value}");
    }
}

#[tokio::test]
async fn each_gateway_authenticator_can_trust_this_api() {
    let ids = [("LAMBDA_API_IDS", "*")];
    for api in [
        Api::new().authenticate(Iam::from_this_api()),
        Api::new().authenticate(JwtAuthorizer::from_this_api()),
        Api::new().authenticate(CognitoAuthorizer::from_this_api()),
        Api::new().authenticate(LambdaAuthorizer::from_this_api()),
        Api::new().authenticate(MutualTls::from_this_api()),
    ] {
        let found = errors(api.environment(ids)).await;
        assert!(
            found[0].contains("`*` is not the id of an API"),
            "{found:?}"
        );
    }
}

#[tokio::test]
async fn only_the_outermost_api_has_an_environment() {
    let nested = Api::new().environment(NONE);
    let found = errors(Api::new().nest("/v1", nested)).await;
    assert!(found[0].starts_with("`environment` is set on the API nested at `/v1`"));
}

/// An authenticator of the program that contains one of the library.
struct Wrapper<A>(A);

impl<A: Authenticator> Authenticator for Wrapper<A> {
    fn scheme(&self) -> Scheme {
        self.0.scheme()
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        self.0.authenticate(request).await
    }

    fn config_errors(&self) -> Vec<String> {
        self.0.config_errors()
    }
}

#[tokio::test]
async fn a_wrapped_authenticator_needs_literals() {
    let jwt = Jwt::new("https://id.example.com").audience(env("AUDIENCE"));
    let api = Api::new().authenticate(Wrapper(jwt.clone()));
    let found = errors(api.environment([("AUDIENCE", "a")])).await;
    assert_eq!(
        found,
        [
            "the authenticator `jwt`: the environment variable `AUDIENCE` for `audience` is read only \
             if the authenticator itself is passed to `Api::authenticate`"
        ]
    );
    let request = http::Request::get("/").header("authorization", "Bearer a.b.c");
    let request = request.body(lambda_api::Body::empty()).unwrap();
    let rejection = jwt.authenticate(&request).await.err();
    assert!(matches!(rejection, Some(AuthError::Unavailable(_))));
}

#[tokio::test]
async fn wrapped_gateway_authenticators_need_literals() {
    let api = Api::new;
    for (api, name, setting) in [
        (
            api().authenticate(Wrapper(Iam::from_apis([env("ID")]))),
            "iam",
            "api",
        ),
        (
            api().authenticate(Wrapper(Iam::from_any_api().account(env("ID")))),
            "iam",
            "account",
        ),
        (
            api().authenticate(Wrapper(JwtAuthorizer::from_any_api().add_issuer(env("ID")))),
            "jwt",
            "issuer",
        ),
        (
            api().authenticate(Wrapper(
                CognitoAuthorizer::from_any_api().user_pool(env("ID")),
            )),
            "cognito",
            "user_pool",
        ),
        (
            api().authenticate(Wrapper(LambdaAuthorizer::from_apis([env("ID")]))),
            "lambda",
            "api",
        ),
        (
            api().authenticate(Wrapper(MutualTls::from_apis([env("ID")]))),
            "mtls",
            "api",
        ),
    ] {
        let found = errors(api.environment([("ID", "a")])).await;
        let expected = format!(
            "the authenticator `{name}`: the environment variable `ID` for `{setting}` is read only if \
             the authenticator itself is passed to `Api::authenticate`"
        );
        assert_eq!(found, [expected]);
    }
}

#[cfg(feature = "api-keys")]
#[tokio::test]
async fn api_keys_are_read_from_a_setting() {
    use lambda_api::auth::{ApiKeys, KeyHash};

    const KEY: &str = "7be6cb4db8b9a63bb27f2b2cb3d6a1dd";
    let parse = |text: &str| -> Result<_, &str> {
        let hash: KeyHash = text.parse().map_err(|_| "expected a hash")?;
        Ok([(hash, Identity::new("alice"))])
    };
    let api = |value: &str| {
        Api::new()
            .authenticate(ApiKeys::from_setting(env("KEYS"), parse))
            .routes(routes![me])
            .environment([("KEYS", value)])
    };
    let client = TestClient::new(api(&KeyHash::of(KEY).to_string())).await;
    let response = client.get("/me").header("x-api-key", KEY).await;
    assert_eq!(
        (response.status().as_u16(), response.text()),
        (200, "alice")
    );
    for (value, expected) in [
        (
            "",
            "the environment variable `KEYS` for `keys` is missing or empty",
        ),
        (KEY, "API keys: expected a hash"),
    ] {
        let errors = errors(api(value)).await;
        assert_eq!(errors, [format!("the authenticator `api_key`: {expected}")]);
    }
    let literal = Api::new().authenticate(ApiKeys::from_setting("no hash", parse));
    let errors = errors(literal.routes(routes![me])).await;
    assert_eq!(
        errors,
        ["the authenticator `api_key`: API keys: expected a hash"]
    );
}
