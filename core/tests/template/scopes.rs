//! Scopes at the gateway.

use super::{assert_contains, errors, routes, security, warnings, yaml};
use lambda_api::{
    Api,
    auth::{Access, Cognito, Jwt, any},
    env,
    template::{Gateway, Options, UserPool, UserPoolClient},
};

fn pool() -> Cognito {
    Cognito::user_pool(env("COGNITO_POOL")).client(env("COGNITO_CLIENT"))
}

fn api(cognito: Cognito, access: Access) -> Api {
    Api::new()
        .authenticate(cognito)
        .routes(routes(&[("GET", "/a", access)]))
}

const TWO: &[&str; 2] = &["orders/read", "orders/write"];
const ELEVEN: &[&str; 11] = &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];

#[test]
fn a_gateway_requires_one_of_the_scopes() {
    let all = Access::authenticated().scopes(TWO);
    let some = Access::authenticated().scopes(any(TWO));
    let one = Access::authenticated().scopes(&["orders/read"]);
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        for (access, expected) in [
            (one, "{Cognito: [orders/read]}"),
            (some, "{Cognito: [orders/read, orders/write]}"),
            (
                all,
                "{Cognito: [orders/read, orders/write]} # the function checks scopes(\"orders/read\", \
                 \"orders/write\")",
            ),
        ] {
            let yaml = yaml(&api(pool(), access), gateway);
            assert_eq!(security(&yaml, "/a", "get"), expected);
        }
    }
}

#[test]
fn an_http_api_takes_ten_scopes() {
    let options = Options::new(Gateway::HttpApi);
    let some = api(pool(), Access::authenticated().scopes(any(ELEVEN)));
    assert_contains(
        &errors(&some, &options),
        &[
            "`GET /a`: an HTTP API accepts 10 scopes for a route, found 11",
            "`--routes proxy`",
        ],
    );
    assert_eq!(errors(&some, &Options::new(Gateway::RestApi)), "");
    let all = api(pool(), Access::authenticated().scopes(ELEVEN));
    let found = security(&yaml(&all, Gateway::HttpApi), "/a", "get");
    assert_contains(
        &found,
        &[
            "{Cognito: [a, b, c, d, e, f, g, h, i, j]}",
            "the function checks scopes(",
        ],
    );
}

#[test]
fn eight_scopes_of_ten_are_a_warning() {
    for (count, expected) in [(7, 0), (8, 1), (10, 1)] {
        let scopes: &'static [&'static str] = &ELEVEN[..count];
        let api = api(pool(), Access::authenticated().scopes(any(scopes)));
        let found = warnings(&api, &Options::new(Gateway::HttpApi));
        let text = format!("`GET /a`: {count} scopes of a quota of 10");
        let found = found.iter().filter(|one| one.contains(&text)).count();
        assert_eq!(found, expected, "{count}");
    }
}

#[test]
fn rest_apis_want_a_scope_of_access_tokens() {
    let rest = Options::new(Gateway::RestApi);
    let machine = |api: Api| {
        api.resource(UserPool::new("Pool").env("COGNITO_POOL"))
            .resource(
                UserPoolClient::new("Client", "Pool")
                    .env("COGNITO_CLIENT")
                    .client_credentials(),
            )
    };
    let plain = api(pool(), Access::authenticated());
    let warnings = warnings(&plain, &rest);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert_contains(
        &warnings[0],
        &["require the scope `aws.cognito.signin.user.admin`"],
    );
    assert_contains(
        &errors(&machine(plain), &rest),
        &[
            "`GET /a`: a REST API requires a scope",
            "add `scopes(..)`",
            "`.id_tokens()`",
        ],
    );
    let scoped = api(pool(), Access::authenticated().scopes(&["orders/read"]));
    assert_eq!(errors(&machine(scoped), &rest), "");
    let id = api(pool().id_tokens(), Access::authenticated());
    let errors = errors(&machine(id), &rest);
    assert!(!errors.contains("GET /a"), "{errors}");
}

#[test]
fn scopes_of_another_claim_stay_with_the_function() {
    let jwt = Jwt::new("https://id.example.com")
        .audience("orders")
        .scopes_claim("permissions");
    let api = Api::new().authenticate(jwt).routes(routes(&[(
        "GET",
        "/a",
        Access::authenticated().scopes(&["orders"]),
    )]));
    assert_eq!(
        security(&yaml(&api, Gateway::HttpApi), "/a", "get"),
        "{Jwt: []} # the function checks scopes(\"orders\")"
    );
}
