//! Quotas of gateways and templates.

use super::{assert_contains, errors, open, routes, warnings};
use lambda_api::{
    Api,
    auth::{Access, Credential, Jwt, gateway::CognitoAuthorizer},
    template::{Gateway, Options, Routing},
};

/// The number of errors and of warnings that have this text.
fn count(api: &Api, options: &Options, text: &str) -> (usize, usize) {
    match api.template(options) {
        Err(errors) => (errors.iter().filter(|one| one.contains(text)).count(), 0),
        Ok(template) => (
            0,
            template.warnings().filter(|one| one.contains(text)).count(),
        ),
    }
}

#[test]
fn routes_of_http_apis_are_counted() {
    let http = Options::new(Gateway::HttpApi).max_routes(10);
    let api = |count: usize| {
        let paths = [
            "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10", "/11",
        ];
        open(&paths.map(|path| ("POST", path))[..count])
    };
    for (routes, expected) in [(7, (0, 0)), (8, (0, 1)), (10, (0, 1)), (11, (1, 0))] {
        let text = format!("{routes} routes of an HTTP API");
        assert_eq!(count(&api(routes), &http, &text), expected, "{routes}");
    }
    assert_contains(
        &errors(&api(11), &http),
        &["but the quota is 10", "`--routes proxy`", "`max-routes`"],
    );
    assert_eq!(errors(&api(11), &http.routing(Routing::Proxy)), "");
    assert_eq!(errors(&api(11), &Options::new(Gateway::HttpApi)), "");
}

#[test]
fn the_quota_of_routes_is_300() {
    let list = |count: usize| {
        let paths = (0..count).map(|number| ("POST", &*format!("/{number}").leak()));
        open(&paths.collect::<Vec<_>>())
    };
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let options = Options::new(gateway);
        // A REST API has a resource for the root.
        let most = if gateway == Gateway::RestApi {
            299
        } else {
            300
        };
        assert_eq!(errors(&list(most), &options), "");
        assert_contains(
            &errors(&list(most + 1), &options),
            &["301 ", "but the quota is 300"],
        );
    }
}

#[test]
fn resources_of_rest_apis_are_counted() {
    let rest = Options::new(Gateway::RestApi).max_routes(5);
    for (list, resources, expected) in [
        (
            &[("GET", "/"), ("GET", "/a"), ("POST", "/a"), ("GET", "/a/b")][..],
            3,
            (0, 0),
        ),
        (&[("GET", "/"), ("GET", "/a/b/c")], 4, (0, 1)),
        (&[("GET", "/a/b"), ("GET", "/c/d")], 5, (0, 1)),
        (&[("GET", "/a/b/c"), ("GET", "/d/e")], 6, (1, 0)),
    ] {
        let text = format!("{resources} resources of a REST API");
        assert_eq!(count(&open(list), &rest, &text), expected, "{list:?}");
    }
}

#[test]
fn authorizers_are_counted() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"];
    let paths = [
        "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10", "/11",
    ];
    let api = |count: usize| {
        let mut api = Api::new();
        let mut list = Vec::new();
        for (name, path) in names.into_iter().zip(paths).take(count) {
            let pool = format!("eu-west-1_{name}");
            let authorizer = CognitoAuthorizer::from_any_api().user_pool(pool);
            api = api.authenticate(authorizer.name(name));
            list.push(("POST", path, Access::authenticated().authenticator(name)));
        }
        api.routes(routes(&list))
    };
    for gateway in [Gateway::HttpApi, Gateway::RestApi] {
        let options = Options::new(gateway);
        for (number, expected) in [(7, (0, 0)), (8, (0, 1)), (10, (0, 1)), (11, (1, 0))] {
            let text = format!("{number} authorizers");
            assert_eq!(
                count(&api(number), &options, &text),
                expected,
                "{gateway:?} {number}"
            );
        }
    }
}

#[test]
fn audiences_are_counted() {
    let api = |count: usize| {
        let jwt = Jwt::new("https://id.example.com").audience("0");
        let jwt = (1..count).fold(jwt, |jwt, number| jwt.audience(number.to_string()));
        Api::new()
            .authenticate(jwt.credential(Credential::header("x-token")))
            .routes(super::closed())
    };
    let options = Options::new(Gateway::HttpApi);
    for (number, expected) in [(39, (0, 0)), (40, (0, 1)), (50, (0, 1)), (51, (1, 0))] {
        let text = format!("{number} audiences of the authorizer `Jwt`");
        assert_eq!(count(&api(number), &options, &text), expected, "{number}");
    }
    assert_eq!(errors(&api(51), &Options::new(Gateway::RestApi)), "");
}

#[test]
fn bytes_are_counted() {
    let options = Options::new(Gateway::HttpApi);
    let api = |length: usize| {
        let paths =
            (0..100).map(|number| ("POST", &*format!("/{number}{}", "a".repeat(length)).leak()));
        open(&paths.collect::<Vec<_>>())
    };
    assert_eq!(warnings(&api(1), &options), Vec::<String>::new());
    let expected = "CloudFormation takes it from a bucket only";
    assert_contains(&warnings(&api(300), &options).join("\n"), &[expected]);
    let expected =
        " bytes of a template, but the quota is 1000000: write the template with `--routes proxy`";
    assert_contains(&errors(&api(10_000), &options), &[expected]);
}
