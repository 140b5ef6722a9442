//! CORS at the gateway.

use super::{
    GATEWAYS, assert_contains, closed, errors, methods, open, path, routes, security, warnings,
    yaml,
};
use lambda_api::{
    Api, Body, Cors, Request, Response,
    auth::{Access, Cognito, gateway::Iam},
    template::{Gateway, Options, Routing},
};
use std::{convert::Infallible, time::Duration};

const ONE: &[&str] = &["https://a.example.com"];
const TWO: &[&str] = &["https://a.example.com", "https://b.example.com"];
const WILDCARD: &[&str] = &["https://*.example.com"];

fn cors(origins: &[&str]) -> Cors {
    Cors::new().allow_origins(origins.iter().copied())
}

fn api(origins: &[&str], list: &[(&'static str, &'static str, Access)]) -> Api {
    Api::new()
        .authenticate(
            Cognito::user_pool("eu-west-1_abc")
                .client("web")
                .id_tokens(),
        )
        .cors(cors(origins))
        .routes(routes(list))
}

async fn respond(_: Request) -> Result<Response, Infallible> {
    Ok(Response::new(Body::empty()))
}

#[test]
fn http_apis_respond_to_preflights() {
    let api = open(&[("GET", "/a"), ("POST", "/a")]).cors(
        cors(TWO)
            .allow_headers(["x-trace"])
            .expose_headers(["etag"])
            .allow_credentials()
            .max_age(Duration::from_secs(600)),
    );
    assert_contains(
        &yaml(&api, Gateway::HttpApi),
        &[
            "AllowOrigins: [\"https://a.example.com\", \"https://b.example.com\"]",
            "AllowMethods: [GET, HEAD, POST]",
            "AllowHeaders: [x-trace]",
            "ExposeHeaders: [etag]",
            "AllowCredentials: true",
            "MaxAge: 600",
        ],
    );
    let any = open(&[("GET", "/a")]).cors(Cors::new().allow_any_origin());
    assert_contains(&yaml(&any, Gateway::HttpApi), &["AllowOrigins: [\"*\"]"]);
}

#[test]
fn rest_apis_respond_to_preflights_of_one_origin() {
    let one = open(&[("GET", "/a")]).cors(
        cors(ONE)
            .allow_credentials()
            .max_age(Duration::from_secs(600)),
    );
    let yaml = yaml(&one, Gateway::RestApi);
    assert_contains(
        &yaml,
        &[
            "AllowOrigin: \"'https://a.example.com'\"",
            "AllowMethods: \"'GET,HEAD'\"",
            "AllowHeaders: \"'authorization,content-type'\"",
            "AllowCredentials: true",
            "MaxAge: \"'600'\"",
            "DEFAULT_4XX:",
            "DEFAULT_5XX:",
            "Access-Control-Allow-Credentials: \"'true'\"",
        ],
    );
    assert_eq!(methods(&yaml, "/a"), ["get", "head"]);
}

#[test]
fn functions_respond_to_other_preflights() {
    let list = [("GET", "/a", Access::authenticated())];
    for (gateway, origins) in [
        (Gateway::RestApi, TWO),
        (Gateway::RestApi, WILDCARD),
        (Gateway::HttpApi, WILDCARD),
    ] {
        let yaml = yaml(&api(origins, &list), gateway);
        assert!(
            !yaml.contains("Cors:")
                && !yaml.contains("CorsConfiguration")
                && !yaml.contains("GatewayResponses"),
            "{yaml}"
        );
        let path = match gateway {
            Gateway::RestApi => "/a",
            _ => "/{proxy+}",
        };
        let expected = "{NONE: []} # preflight requests carry no credentials";
        assert_eq!(
            security(&yaml, path, "options"),
            expected,
            "{gateway:?} {origins:?}"
        );
    }
}

#[test]
fn closed_any_routes_get_open_options() {
    let list = [
        ("ANY", "/a", Access::authenticated()),
        ("ANY", "/b", Access::public()),
    ];
    for (gateway, origins) in [
        (Gateway::HttpApi, ONE),
        (Gateway::HttpApi, TWO),
        (Gateway::RestApi, TWO),
    ] {
        let yaml = yaml(&api(origins, &list), gateway);
        assert_eq!(methods(&yaml, "/a"), ["any", "options"], "{gateway:?}");
        assert_contains(&security(&yaml, "/a", "options"), &["{NONE: []}"]);
        assert_eq!(methods(&yaml, "/b"), ["any"], "{gateway:?}");
    }
}

#[test]
fn a_closed_default_route_leaves_preflights_open() {
    let closed = api(ONE, &[("GET", "/a", Access::authenticated())])
        .fallback_service(tower::service_fn(respond));
    let yaml_of_closed = yaml(&closed, Gateway::HttpApi);
    assert_eq!(methods(&yaml_of_closed, "/{proxy+}"), ["options"]);
    assert_eq!(methods(&yaml_of_closed, "/$default"), ["any"]);
    assert_contains(
        &security(&yaml_of_closed, "/{proxy+}", "options"),
        &["{NONE: []}"],
    );
    let open = api(ONE, &[]).fallback_service_with(Access::public(), tower::service_fn(respond));
    assert_eq!(
        path(&yaml(&open, Gateway::HttpApi), "/{proxy+}"),
        Vec::<&str>::new()
    );
}

#[test]
fn resources_are_open_for_preflights_of_fallbacks() {
    // `/n/a/b` has `POST` of a wider route, and other methods of the fallback.
    let nested = Api::new()
        .routes(routes(&[("GET", "/a/b", Access::authenticated())]))
        .fallback_service(tower::service_fn(respond));
    let api = api(WILDCARD, &[("POST", "/{x}/a/b", Access::public())]).nest("/n", nested);
    let yaml = yaml(&api, Gateway::RestApi);
    assert_eq!(security(&yaml, "/n/a/b", "post"), "{NONE: []}");
    assert_ne!(security(&yaml, "/n/a/b", "put"), "{NONE: []}");
    let expected = "{NONE: []} # preflight requests carry no credentials";
    assert_eq!(security(&yaml, "/n/a/b", "options"), expected);
    let rest = Options::new(Gateway::RestApi);
    assert_eq!(warnings(&api, &rest), Vec::<String>::new());
}

#[test]
fn closed_options_routes_are_reported() {
    let list = [("OPTIONS", "/a", Access::authenticated())];
    let expected = "`OPTIONS /a`: the gateway rejects preflight requests for this path";
    for (gateway, origins, count) in [
        (Gateway::RestApi, ONE, 1),
        (Gateway::RestApi, TWO, 1),
        (Gateway::HttpApi, WILDCARD, 1),
        (Gateway::HttpApi, ONE, 0),
    ] {
        let api = api(origins, &list);
        let warnings = warnings(&api, &Options::new(gateway));
        let found = warnings
            .iter()
            .filter(|one| one.starts_with(expected))
            .count();
        assert_eq!(found, count, "{gateway:?} {origins:?}: {warnings:?}");
        assert_eq!(
            security(&yaml(&api, gateway), "/a", "options"),
            "{Cognito: []}"
        );
    }
    let signed = Api::new()
        .authenticate(Iam::from_this_api())
        .cors(cors(ONE))
        .routes(routes(&list));
    let proxy = Options::new(Gateway::HttpApi).routing(Routing::Proxy);
    assert_contains(
        &errors(&signed, &proxy),
        &[
            "`OPTIONS /a`: the gateway must verify the caller",
            "use `--routes each`",
        ],
    );
}

#[test]
fn one_route_for_everything_keeps_own_options() {
    let rest = Options::new(Gateway::RestApi).routing(Routing::Proxy);
    for (method, by_gateway) in [("GET", true), ("OPTIONS", false)] {
        let api = api(ONE, &[(method, "/a", Access::authenticated())]);
        let yaml = super::template(&api, &rest).to_yaml();
        assert_eq!(yaml.contains("Cors:"), by_gateway, "{method}");
        let options = methods(&yaml, "/{proxy+}").contains(&"options".to_owned());
        assert_eq!(options, !by_gateway, "{method}");
    }
}

#[test]
fn only_signed_urls_have_cors() {
    let signed = Api::new()
        .authenticate(Iam::from_this_api())
        .cors(cors(TWO))
        .routes(closed());
    assert_contains(
        &yaml(&signed, Gateway::FunctionUrl),
        &["Cors:", "AllowMethods: [\"*\"]"],
    );
    let open = open(&[("GET", "/a")]).cors(cors(TWO));
    assert!(!yaml(&open, Gateway::FunctionUrl).contains("Cors:"));
    assert!(!yaml(&open, GATEWAYS[3]).contains("Cors:"));
}
