//! What each authenticator becomes at each gateway.

use super::{
    GATEWAYS, assert_contains, closed, errors, routes, security, template, warnings, yaml,
};
use lambda_api::{
    Api, Identity, Request, Routes,
    auth::{
        Access, AlbOidc, Algorithm, ApiKeys, AuthError, Authenticator, Cognito, Credential, Jwt,
        KeyHash, Scheme,
        gateway::{CognitoAuthorizer, Iam, JwtAuthorizer, LambdaAuthorizer, MutualTls},
    },
    env,
    template::{Gateway, Options, Routing},
};

struct Sessions;

impl Authenticator for Sessions {
    fn scheme(&self) -> Scheme {
        Scheme::new("sessions", Credential::cookie("sid")).challenge("Session")
    }

    async fn authenticate(&self, _: &Request) -> Result<Identity, AuthError> {
        Err(AuthError::Absent)
    }
}

const ISSUER: &str = "https://id.example.com/";
const LISTENER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:\
    listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2";

fn with(authenticator: impl Authenticator) -> Api {
    Api::new().authenticate(authenticator).routes(closed())
}

fn closed_by(name: &'static str) -> Routes {
    routes(&[("GET", "/a", Access::authenticated().authenticator(name))])
}

fn jwt() -> Jwt {
    Jwt::new(ISSUER).audience("orders")
}

fn pool() -> Cognito {
    Cognito::user_pool("eu-west-1_abc").client("web")
}

fn keys() -> ApiKeys {
    ApiKeys::from_setting(env("ORDERS_KEYS"), |text| {
        text.parse::<KeyHash>()
            .map(|hash| [(hash, Identity::new("importer"))])
    })
}

/// The security of the route with its comments, or the start of the error; `signed` and `open` for a
/// function URL and a load balancer.
fn at(api: &Api, gateway: Gateway) -> String {
    let errors = errors(api, &Options::new(gateway));
    if let Some((_, error)) = errors.split_once("the authenticator ") {
        return format!("error: {error}");
    }
    if let Some((_, error)) = errors.split_once("`GET /a`: ") {
        return format!("error: {error}");
    }
    assert_eq!(errors, "");
    let yaml = yaml(api, gateway);
    match gateway {
        Gateway::HttpApi | Gateway::RestApi => security(&yaml, "/a", "get"),
        Gateway::FunctionUrl if yaml.contains("AuthType: AWS_IAM") => "signed".to_owned(),
        _ => "open".to_owned(),
    }
}

#[test]
fn each_gateway_verifies_what_it_can() {
    let reads = "error: `jwt` reads the claims of a JWT authorizer";
    let cases: Vec<(Api, [&str; 4])> = vec![
        (
            with(pool()),
            [
                "{Cognito: []}",
                "{Cognito: [aws.cognito.signin.user.admin]}",
                "open",
                "open",
            ],
        ),
        (
            with(pool().id_tokens()),
            ["{Cognito: []}", "{Cognito: []}", "open", "open"],
        ),
        (
            with(Cognito::user_pool("eu-west-1_abc").any_client()),
            [
                "{NONE: []} # the function authenticates the caller: `cognito` (every audience is accepted)",
                "{Cognito: [aws.cognito.signin.user.admin]}",
                "open",
                "open",
            ],
        ),
        (
            with(pool().add_user_pool("eu-west-1_def").client("b")),
            [
                "{NONE: []} # the function authenticates the caller: `cognito` (accepts several issuers, but",
                "{NONE: []} # the function authenticates the caller: `cognito` (accepts several user pools, but",
                "open",
                "open",
            ],
        ),
        (
            with(pool().also_region("eu-north-1")),
            [
                "{NONE: []} # the function authenticates the caller: `cognito` (accepts several issuers, but",
                "{NONE: []} # the function authenticates the caller: `cognito` (accepts tokens of other regions",
                "open",
                "open",
            ],
        ),
        (
            with(jwt()),
            [
                "{Jwt: []}",
                "{NONE: []} # the function authenticates the caller: `jwt` (AWS SAM has no JWT authorizer for REST APIs)",
                "open",
                "open",
            ],
        ),
        (
            with(jwt().algorithms([Algorithm::Es256, Algorithm::Ps256])),
            [
                "{NONE: []} # the function authenticates the caller: `jwt` (an HTTP API verifies signatures of RSA only)",
                "{NONE: []} # the function authenticates the caller: `jwt`",
                "open",
                "open",
            ],
        ),
        (
            with(jwt().credential(Credential::cookie("token"))),
            [
                "{NONE: []} # the function authenticates the caller: `jwt` (tokens in a cookie)",
                "{NONE: []} # the function authenticates the caller: `jwt`",
                "open",
                "open",
            ],
        ),
        (
            with(Iam::from_this_api()),
            [
                "{AWS_IAM: []}",
                "{AWS_IAM: []}",
                "signed",
                "error: a load balancer does not verify callers of `iam`",
            ],
        ),
        (
            with(LambdaAuthorizer::from_this_api()),
            [
                "{Lambda: []}",
                "{Lambda: []}",
                "error: a function URL does not verify callers of `lambda`",
                "error: a load balancer does not verify callers of `lambda`",
            ],
        ),
        (
            with(JwtAuthorizer::from_this_api().add_issuer(ISSUER)),
            [
                "{Jwt: []}",
                reads,
                "error: a function URL does not verify callers of `jwt`",
                "error: a load balancer does not verify callers of `jwt`",
            ],
        ),
        (
            with(
                JwtAuthorizer::from_this_api()
                    .add_issuer(ISSUER)
                    .add_issuer("https://b.example"),
            ),
            [
                "error: `jwt` accepts several issuers, but an authorizer of an HTTP API has one: use an authenticator for each issuer",
                reads,
                "error: a function URL does not verify callers of `jwt`",
                "error: a load balancer does not verify callers of `jwt`",
            ],
        ),
        (
            with(CognitoAuthorizer::from_this_api().user_pool("eu-west-1_abc")),
            [
                "{Cognito: []}",
                "{Cognito: []}",
                "error: a function URL does not verify callers of `cognito`",
                "error: a load balancer does not verify callers of `cognito`",
            ],
        ),
        (
            with(CognitoAuthorizer::from_this_api()),
            [
                "{Cognito: []}",
                "error: `cognito` accepts tokens of every user pool, but an authorizer those of one: name one pool",
                "error: a function URL does not verify callers of `cognito`",
                "error: a load balancer does not verify callers of `cognito`",
            ],
        ),
        (
            with(keys()),
            [
                "{NONE: []} # the function authenticates the caller: `api_key` (keys of its own)",
                "{NONE: []} # the function authenticates the caller: `api_key` (keys of its own)",
                "open",
                "open",
            ],
        ),
        (
            with(AlbOidc::listener(LISTENER).client("web")),
            [
                "{NONE: []} # the function authenticates the caller: `alb` (tokens of a load balancer)",
                "{NONE: []} # the function authenticates the caller: `alb` (tokens of a load balancer)",
                "open",
                "open",
            ],
        ),
        (
            with(Sessions),
            [
                "{NONE: []} # the function authenticates the caller: `sessions` (an authenticator of the program)",
                "{NONE: []} # the function authenticates the caller: `sessions` (an authenticator of the program)",
                "open",
                "open",
            ],
        ),
        (
            with(MutualTls::from_any_api()),
            [
                "{NONE: []} # the function authenticates the caller: `mtls` (which needs a custom domain",
                "{NONE: []} # the function authenticates the caller: `mtls` (which needs a custom domain",
                "error: a function URL does not verify callers of `mtls`",
                "error: a load balancer does not verify callers of `mtls`",
            ],
        ),
        (
            Api::new()
                .authenticate(pool())
                .authenticate(keys())
                .routes(closed()),
            [
                "{NONE: []} # the function authenticates the caller: `cognito` or `api_key`",
                "{NONE: []} # the function authenticates the caller: `cognito` or `api_key`",
                "open",
                "open",
            ],
        ),
        (
            Api::new()
                .authenticate(Iam::from_this_api())
                .authenticate(LambdaAuthorizer::from_this_api())
                .routes(closed()),
            [
                "error: a gateway has one authorizer for a route, which cannot be both `iam` and `lambda`",
                "error: a gateway has one authorizer for a route, which cannot be both `iam` and `lambda`",
                "signed",
                "error: a load balancer does not verify callers of `iam` or `lambda`",
            ],
        ),
    ];
    for (api, expected) in cases {
        for (gateway, expected) in GATEWAYS.into_iter().zip(expected) {
            let found = at(&api, gateway);
            assert!(
                found.starts_with(expected),
                "{gateway:?}: {found}, not {expected}"
            );
            let has_more = found.contains('#') && !expected.contains('#');
            assert!(!has_more, "{gateway:?}: {found}");
        }
    }
}

#[test]
fn closed_apis_have_a_default_authorizer() {
    for (api, http, rest) in [
        (
            with(pool()),
            "DefaultAuthorizer: Cognito",
            "DefaultAuthorizer: Cognito",
        ),
        (
            with(jwt()),
            "DefaultAuthorizer: Jwt",
            "DefaultAuthorizer: AWS_IAM",
        ),
        (
            with(keys()),
            "DefaultAuthorizer: AWS_IAM",
            "DefaultAuthorizer: AWS_IAM",
        ),
    ] {
        assert_contains(&yaml(&api, Gateway::HttpApi), &[http]);
        assert_contains(
            &yaml(&api, Gateway::RestApi),
            &[rest, "AddDefaultAuthorizerToCorsPreflight: false"],
        );
    }
    assert_contains(
        &yaml(&with(keys()), Gateway::HttpApi),
        &["EnableIamAuthorizer: true"],
    );
    let open = super::open(&[("GET", "/a")]);
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let yaml = yaml(&open, gateway);
        assert!(
            !yaml.contains("DefaultAuthorizer") && !yaml.contains("security"),
            "{yaml}"
        );
    }
}

#[test]
fn authorizers_have_the_settings_of_authenticators() {
    let api = with(
        Jwt::new(env("ISSUER"))
            .audience("orders")
            .audience(env("AUDIENCE"))
            .algorithms([Algorithm::Rs256])
            .credential(Credential::header("x-token")),
    );
    assert_contains(
        &yaml(&api, Gateway::HttpApi),
        &[
            "IdentitySource: $request.header.x-token",
            "issuer: !Ref Issuer",
            "audience: [orders, !Ref Audience]",
        ],
    );
    for (pool, issuer, arn) in [
        (
            "eu-west-1_abc",
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
            "cognito-idp:eu-west-1:${AWS::AccountId}:userpool/eu-west-1_abc",
        ),
        (
            "us-gov-west-1_abc",
            "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_abc",
            "cognito-idp:us-gov-west-1:${AWS::AccountId}:userpool/us-gov-west-1_abc",
        ),
        (
            "cn-north-1_abc",
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_abc",
            "cognito-idp:cn-north-1:${AWS::AccountId}:userpool/cn-north-1_abc",
        ),
    ] {
        let api = with(Cognito::user_pool(pool).client("web"));
        assert_contains(&yaml(&api, Gateway::HttpApi), &[issuer]);
        assert_contains(
            &yaml(&api, Gateway::RestApi),
            &["arn:${AWS::Partition}:", arn],
        );
    }
    let api = with(Cognito::user_pool(env("COGNITO_POOL")).client("web"));
    let region = "CognitoPoolRegion: !Select [0, !Split [\"_\", !Ref CognitoPool]]";
    assert_contains(
        &yaml(&api, Gateway::HttpApi),
        &[
            "https://cognito-idp.${CognitoPoolRegion}.${AWS::URLSuffix}/${CognitoPool}",
            region,
        ],
    );
    assert_contains(
        &yaml(&api, Gateway::RestApi),
        &[
            "cognito-idp:${CognitoPoolRegion}:${AWS::AccountId}:userpool/${CognitoPool}",
            region,
        ],
    );
    let api = with(LambdaAuthorizer::from_this_api().name("tenants"));
    assert_contains(
        &yaml(&api, Gateway::HttpApi),
        &[
            "FunctionArn: !Ref TenantsArn",
            "EnableFunctionDefaultPermissions: true",
            "LAMBDA_API_IDS: !Ref Api",
        ],
    );
}

#[test]
fn names_of_authorizers_differ() {
    let any = |name| Access::authenticated().authenticator(name);
    let api = Api::new()
        .authenticate(jwt().name("st-aff"))
        .authenticate(
            jwt()
                .name("st.aff")
                .credential(Credential::header("x-token")),
        )
        .authenticate(jwt().name("none").credential(Credential::header("x-other")))
        .routes(routes(&[
            ("GET", "/a", any("st-aff")),
            ("GET", "/b", any("st.aff")),
            ("GET", "/c", any("none")),
        ]));
    let yaml = yaml(&api, Gateway::HttpApi);
    for (path, expected) in [
        ("/a", "{StAff: []}"),
        ("/b", "{StAff2: []}"),
        ("/c", "{None: []}"),
    ] {
        assert_eq!(security(&yaml, path, "get"), expected);
    }
}

#[test]
fn gateways_leave_groups_and_guards_to_functions() {
    let access = Access::authenticated()
        .groups(lambda_api::auth::any(&["admins", "support"]))
        .__guard("shop::own", |_, _| Box::pin(std::future::ready(true)));
    let api = Api::new()
        .authenticate(pool())
        .routes(routes(&[("GET", "/a", access)]));
    assert_eq!(
        security(&yaml(&api, Gateway::HttpApi), "/a", "get"),
        "{Cognito: []} # the function checks groups(any(\"admins\", \"support\")) # the function calls \
         the guard shop::own"
    );
}

#[test]
fn head_operations_are_closed_like_get() {
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let api = Api::new()
            .authenticate(Iam::from_this_api())
            .routes(routes(&[
                ("GET", "/a", Access::authenticated()),
                ("GET", "/b", Access::authenticated()),
                ("HEAD", "/b", Access::public()),
            ]));
        let yaml = yaml(&api, gateway);
        assert_eq!(security(&yaml, "/a", "head"), "{AWS_IAM: []}");
        assert_eq!(security(&yaml, "/b", "head"), "{NONE: []}");
        assert_eq!(super::methods(&yaml, "/b"), ["get", "head"]);
    }
}

#[test]
fn one_route_for_everything_is_closed_if_all_routes_are() {
    let proxy = Options::new(Gateway::HttpApi).routing(Routing::Proxy);
    let public = routes(&[("GET", "/health", Access::public())]);
    let of = |api: &Api| {
        security(
            &template(api, &proxy).to_yaml(),
            "/$default",
            "x-amazon-apigateway-any-method",
        )
    };
    assert_eq!(of(&with(pool())), "{Cognito: []}");
    let mixed = with(pool()).routes(public);
    assert_eq!(of(&mixed), "{NONE: []} # the function decides who may call");
    let public = routes(&[("GET", "/health", Access::public())]);
    let signed = with(Iam::from_this_api()).routes(public);
    assert_contains(
        &errors(&signed, &proxy),
        &[
            "`GET /a`: the gateway must verify the caller",
            "use `--routes each`",
        ],
    );
}

#[test]
fn function_urls_verify_all_requests_or_none() {
    let api = with(Iam::from_this_api()).routes(routes(&[("GET", "/health", Access::public())]));
    let url = Options::new(Gateway::FunctionUrl);
    assert_contains(
        &errors(&api, &url),
        &[
            "`GET /a` and `GET /health`: a function URL verifies signatures of all requests or of none",
        ],
    );
    let either = Api::new()
        .authenticate(Iam::from_this_api())
        .authenticate(keys())
        .routes(closed());
    let warnings = warnings(&either, &url);
    let expected = "`GET /a`: callers cannot use `iam`, which a function URL does not verify";
    assert_eq!(warnings, [expected]);
}

#[test]
fn authorizers_of_one_kind_need_issuers_of_their_own() {
    let jwt = |name: &'static str, issuers: &[&'static str]| {
        let reader = JwtAuthorizer::from_this_api().name(name);
        issuers
            .iter()
            .fold(reader, |reader, issuer| reader.add_issuer(*issuer))
    };
    let (a, b) = ("https://a.example.com", "https://b.example.com");
    let api = |first, second| {
        Api::new()
            .authenticate(first)
            .authenticate(second)
            .routes(closed_by("x"))
    };
    for (first, second, is_error) in [
        (jwt("x", &[a]), jwt("y", &[b]), false),
        (jwt("x", &[a]), jwt("y", &[a]), true),
        (jwt("x", &[a]), jwt("y", &[]), true),
        (jwt("x", &[]), jwt("y", &[]), true),
    ] {
        let errors = errors(&api(first, second), &Options::new(Gateway::HttpApi));
        assert_eq!(
            errors.contains("`x` and `y`: the event does not say which"),
            is_error,
            "{errors}"
        );
    }
    let lambda = |name: &'static str| LambdaAuthorizer::from_this_api().name(name);
    let api = Api::new()
        .authenticate(lambda("x"))
        .authenticate(lambda("y"))
        .routes(closed_by("x"));
    assert_contains(
        &errors(&api, &Options::new(Gateway::RestApi)),
        &["`x` and `y`: the event does not say which of two authorizers of this kind"],
    );
}

#[test]
fn errors_of_the_description_come_first() {
    let api = Api::new().authenticate(pool()).routes(closed_by("typo"));
    for gateway in GATEWAYS {
        assert_contains(&errors(&api, &Options::new(gateway)), &["typo"]);
    }
}
