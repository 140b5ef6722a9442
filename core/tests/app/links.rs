//! Links to routes: the prefixes of their paths, and the responses that can have them.

use crate::{app, ask, code, header, text};
use http::StatusCode;
use lambda_api::{
    Api, Created, IntoResponse, Json, Limits, Problem, Request, Response, api_handler,
    event::{Source, emulate::GatewayContext},
    middleware::{Next, from_fn},
    response::{Location, Redirect},
    routes,
};
use lambda_api_testing::TestClient;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
pub(crate) struct OrderId(pub(crate) u64);

#[api_handler(GET "/")]
pub(crate) async fn index() -> &'static str {
    "index"
}

#[api_handler(GET "/orders/{id}")]
pub(crate) async fn get_order(id: OrderId) -> String {
    id.0.to_string()
}

#[api_handler(POST "/orders")]
async fn place_order() -> Created<Json<u64>> {
    Created::at(get_order::path(OrderId(7)), Json(7))
}

/// Redirects to the index.
#[api_handler(GET "/home")]
pub(crate) async fn home() -> Redirect {
    Redirect::to(index::path())
}

pub(crate) async fn location(api: Api, method: &str, uri: &str) -> String {
    let response = ask(&app(api).await, method, uri).await;
    let status = response.status();
    let location = header(&response, "location");
    location
        .unwrap_or_else(|| panic!("{status} for {uri}"))
        .to_owned()
}

/// The problem of a request whose response has a link that fails.
pub(crate) async fn failure(api: Api, uri: &str) -> String {
    let app = app(api).await;
    let response = ask(&app, "GET", uri).await;
    assert_eq!(response.status(), 500, "{uri}");
    text(&response).to_owned()
}

pub(crate) fn links() -> Api {
    Api::new().routes(routes![index, get_order, place_order, home,])
}

#[tokio::test]
async fn a_link_has_the_stage_and_the_base_path() {
    let client = TestClient::new(links().base_path("/v1")).await;
    type Gateway = fn(GatewayContext) -> GatewayContext;
    let cases: [(Source, Gateway, &str); 7] = [
        (Source::HttpApi, |gateway| gateway, ""),
        (Source::HttpApi, |gateway| gateway.stage("dev"), "/dev"),
        (Source::HttpApiV1, |gateway| gateway.stage("dev"), "/dev"),
        (Source::RestApi, |gateway| gateway, "/prod"),
        (
            Source::RestApi,
            |gateway| gateway.domain("api.example.com"),
            "",
        ),
        (Source::RestApi, |gateway| gateway.base_path("/v1"), "/v1"),
        (Source::FunctionUrl, |gateway| gateway, ""),
    ];
    for (source, gateway, prefix) in cases {
        let client = client.via(source).gateway(gateway);
        let placed = client.post("/orders").await;
        placed.assert_status(201);
        placed.assert_header("location", format!("{prefix}/orders/7").as_str());
        client.get(placed.location()).await.assert_text("7");
        let home = client.get("/home").await;
        home.assert_status(303);
        home.assert_header("location", format!("{prefix}/").as_str());
        client.get(home.location()).await.assert_text("index");
    }
}

#[tokio::test]
async fn a_link_stays_in_the_nested_api_of_the_request() {
    let api = || {
        Api::new()
            .nest("/v1", links())
            .nest("/v2", Api::new().nest("/shops/{shop}", links()))
            .nest("/v3", links())
    };
    for (uri, expected) in [
        ("/v1/orders", "/v1/orders/7"),
        ("/v3/orders", "/v3/orders/7"),
        ("/v2/shops/a/orders", "/v2/shops/a/orders/7"),
        ("/v2/shops/a%2Fb%20c/orders", "/v2/shops/a%2Fb%20c/orders/7"),
        ("/v2/shops/%2E%2E/orders", "/v2/shops/%2E%2E/orders/7"),
    ] {
        assert_eq!(location(api(), "POST", uri).await, expected);
    }
    assert_eq!(location(api(), "GET", "/v3/home").await, "/v3");
}

#[api_handler(GET "/start")]
async fn start() -> Redirect {
    Redirect::temporary(get_order::path(OrderId(1)))
}

#[api_handler(GET "/start-of-a")]
async fn start_of_a() -> Redirect {
    Redirect::permanent(get_order::path(OrderId(1)).with("shop", "a/ü"))
}

#[tokio::test]
async fn of_several_mounts_the_nearest_one_is_linked() {
    let from = || Api::new().routes(routes![start]);
    let to = || Api::new().routes(routes![get_order]);
    for (api, uri, expected) in [
        (
            from().nest("/a", to()).nest("/b", to()),
            "/start",
            "/a/orders/1",
        ),
        (
            from().nest("/a", to()).routes(routes![get_order]),
            "/start",
            "/orders/1",
        ),
        (
            from()
                .nest("/a", Api::new().nest("/b", to()))
                .nest("/c", to()),
            "/start",
            "/c/orders/1",
        ),
        (
            Api::new()
                .nest("/c", to())
                .nest("/a", from().nest("/b", to())),
            "/a/start",
            "/a/b/orders/1",
        ),
    ] {
        assert_eq!(location(api, "GET", uri).await, expected);
    }
}

#[tokio::test]
async fn a_parameter_of_another_prefix_must_be_set() {
    let api = || {
        Api::new()
            .routes(routes![start, start_of_a])
            .nest("/shops/{shop}", Api::new().routes(routes![get_order]))
    };
    assert_eq!(
        location(api(), "GET", "/start-of-a").await,
        "/shops/a%2F%C3%BC/orders/1"
    );
    failure(api(), "/start").await;
    let inside = Api::new().routes(routes![get_order, start_of_a, start]);
    let api = Api::new().nest("/shops/{shop}", inside);
    let set = location(api, "GET", "/shops/b/start-of-a").await;
    assert_eq!(set, "/shops/a%2F%C3%BC/orders/1");
}

#[api_handler(GET "/to-shop")]
async fn to_shop() -> Redirect {
    Redirect::to(get_order::path(OrderId(7)).with("shop", "blue"))
}

#[tokio::test]
async fn a_parameter_that_is_set_chooses_the_mount() {
    let orders = || Api::new().routes(routes![get_order]);
    let api = Api::new()
        .routes(routes![to_shop, get_order])
        .nest("/old/{tenant}", orders())
        .nest("/shops/{shop}", orders());
    let found = location(api, "GET", "/to-shop").await;
    assert_eq!(found, "/shops/blue/orders/7");
}

#[api_handler(GET "/" | "/{lang}")]
async fn start_page(#[path("lang")] _lang: Option<String>) {}

#[api_handler(GET "/inner/{id}" | "/shops/{shop}/inner/{id}")]
async fn inner_item(#[path("id")] _id: u8, #[path("shop")] _shop: Option<String>) {}

#[api_handler(GET "/{lang}/about/{to}")]
async fn about(#[path("lang")] _lang: &str, to: u8) -> Redirect {
    Redirect::to(match to {
        0 => start_page::path(),
        _ => inner_item::path(3),
    })
}

#[api_handler(GET "/shops/{shop}/list")]
async fn list_shop(#[path("shop")] _shop: &str) -> Redirect {
    Redirect::to(inner_item::path(3))
}

#[tokio::test]
async fn other_paths_of_a_handler_are_no_prefixes() {
    let own = || Api::new().routes(routes![about, start_page, inner_item, list_shop]);
    for (uri, expected) in [
        ("/de/about/0", "/"),
        ("/de/about/1", "/inner/3"),
        ("/shops/a/list", "/inner/3"),
    ] {
        assert_eq!(location(own(), "GET", uri).await, expected, "{uri}");
        let nested = Api::new().nest("/v1/{x}", own());
        let expected = format!("/v1/a{}", expected.trim_end_matches('/'));
        let uri = format!("/v1/a{uri}");
        assert_eq!(location(nested, "GET", &uri).await, expected, "{uri}");
    }
}

#[api_handler(GET "/elsewhere/{shop}")]
async fn elsewhere(#[path("shop")] _shop: &str) -> Redirect {
    Redirect::to(get_order::path(OrderId(1)))
}

#[tokio::test]
async fn a_parameter_of_the_same_name_elsewhere_is_not_used() {
    let api = Api::new()
        .routes(routes![elsewhere])
        .nest("/shops/{shop}", Api::new().routes(routes![get_order]));
    failure(api, "/elsewhere/a").await;
}

async fn to_home(_: Request, _: Next) -> Redirect {
    Redirect::to(home::path())
}

async fn pass(request: Request, next: Next) -> Response {
    next.run(request).await
}

#[tokio::test]
async fn layers_can_respond_with_a_link() {
    let nest = |api: Api| Api::new().nest("/t/{tenant}", api);
    for api in [
        nest(Api::new().routes(routes![home, get_order])).layer(from_fn(to_home)),
        nest(Api::new().routes(routes![home, get_order])).route_layer(from_fn(to_home)),
        nest(
            Api::new()
                .routes(routes![home, get_order])
                .layer(from_fn(to_home)),
        ),
        nest(
            Api::new()
                .routes(routes![home])
                .routes(routes![get_order].layer(from_fn(to_home))),
        ),
    ] {
        let api = api.layer(from_fn(pass));
        assert_eq!(
            location(api, "GET", "/t/a%20b/orders/7").await,
            "/t/a%20b/home"
        );
    }
}

async fn home_if_unknown(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    match response.status().as_u16() {
        404 | 405 => Redirect::to(home::path()).into_response(),
        _ => response,
    }
}

#[tokio::test]
async fn a_layer_can_link_from_a_path_without_a_route() {
    let api = || {
        Api::new()
            .nest("/t/{tenant}", Api::new().routes(routes![home]))
            .nest("/other", Api::new().routes(routes![home]))
            .layer(from_fn(home_if_unknown))
    };
    for (method, uri, expected) in [
        ("GET", "/t/a%20b/unknown", "/t/a%20b/home"),
        ("PUT", "/t/a/home", "/t/a/home"),
        ("GET", "/other/unknown", "/other/home"),
        ("GET", "/unknown", "/other/home"),
    ] {
        assert_eq!(location(api(), method, uri).await, expected, "{uri}");
    }
}

#[tokio::test]
async fn outer_layers_see_the_location_of_a_handler() {
    async fn seen(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        if let Some(location) = response.headers().get("location").cloned() {
            response.headers_mut().insert("x-seen", location);
        }
        response
    }
    let app = app(links().layer(from_fn(seen))).await;
    let response = ask(&app, "POST", "/orders").await;
    assert_eq!(header(&response, "x-seen"), Some("/orders/7"));
}

#[tokio::test]
async fn a_mounted_app_links_to_its_own_routes() {
    let inner = app(links()).await;
    let layered = app(links().layer(from_fn(to_home))).await;
    let middle = app(Api::new()
        .mount_service("/in", inner.clone())
        .mount_service("/layered", layered))
    .await;
    let outer = Api::new()
        .mount_service("/shop", inner.clone())
        .mount_service("/middle", middle)
        .fallback_service(inner);
    let app = app(outer).await;
    for (uri, expected) in [
        ("/shop/home", "/shop/"),
        ("/middle/in/home", "/middle/in/"),
        ("/middle/layered/x", "/middle/layered/home"),
        ("/home", "/"),
    ] {
        let response = ask(&app, "GET", uri).await;
        assert_eq!(header(&response, "location"), Some(expected), "{uri}");
    }
}

#[api_handler(GET "/fails")]
async fn fails() -> Result<String, Problem> {
    Err(Problem::new(StatusCode::UNAUTHORIZED, "no_session"))
}

#[api_handler(GET "/panics")]
async fn panics() -> String {
    panic!("on purpose")
}

#[api_handler(GET "/bad-link")]
async fn bad_link() -> Redirect {
    Redirect::to(start::path())
}

fn to_home_on_problem(problem: &Problem) -> Response {
    let link = home::path().query("code", problem.code());
    Redirect::to(link).into_response()
}

#[tokio::test]
async fn on_problem_can_respond_with_a_link() {
    let api = || {
        Api::new()
            .routes(routes![home, fails, panics, bad_link])
            .on_problem(to_home_on_problem)
    };
    let plain = app(api()).await;
    let layered = app(api().layer(from_fn(pass))).await;
    let behind = app(api().route_layer(from_fn(pass))).await;
    let outer = app(Api::new().mount_service("/in", plain.clone())).await;
    for (uri, code) in [
        ("/fails", "no_session"),
        ("/panics", "internal_error"),
        ("/bad-link", "internal_error"),
        ("/unknown", "route_not_found"),
    ] {
        for (app, prefix) in [(&plain, ""), (&layered, ""), (&behind, ""), (&outer, "/in")] {
            let response = ask(app, "GET", &format!("{prefix}{uri}")).await;
            let expected = format!("{prefix}/home?code={code}");
            assert_eq!(response.status(), 303, "{uri}");
            assert_eq!(header(&response, "location"), Some(&*expected), "{uri}");
        }
    }
}

#[tokio::test]
async fn on_problem_does_not_hide_a_failed_link() {
    let api = Api::new().routes(routes![home, bad_link]);
    let client = TestClient::new(api.on_problem(to_home_on_problem)).await;
    let failed = tokio::spawn(async move { client.get("/bad-link").await }).await;
    assert!(failed.is_err());
}

#[tokio::test]
async fn a_link_of_on_problem_that_fails_leaves_the_problem() {
    let unmounted = Api::new()
        .routes(routes![fails])
        .on_problem(to_home_on_problem);
    let too_early = Api::new()
        .routes(routes![home, fails])
        .limits(Limits::default().path(10))
        .on_problem(to_home_on_problem);
    for (api, uri, status, expected) in [
        (unmounted, "/fails", 401, "no_session"),
        (too_early, "/a-long-path", 414, "uri_too_long"),
    ] {
        let response = ask(&app(api).await, "GET", uri).await;
        assert_eq!(response.status(), status, "{uri}");
        assert_eq!(code(&response), expected, "{uri}");
        assert_eq!(header(&response, "location"), None, "{uri}");
    }
}

#[api_handler(GET "/parts/{part}")]
async fn part(part: String) -> Result<(StatusCode, Location, Json<&'static str>), Problem> {
    match part.as_str() {
        "bad" => Err(Problem::new(StatusCode::CONFLICT, "bad")),
        _ => Ok((
            StatusCode::ACCEPTED,
            Location(home::path()),
            Json("started"),
        )),
    }
}

#[api_handler(GET "/before-an-error")]
async fn before_an_error() -> (Location, Result<String, Problem>) {
    let error = Problem::new(StatusCode::CONFLICT, "bad");
    (Location(home::path()), Err(error))
}

#[api_handler(GET "/overridden")]
async fn overridden() -> ([(&'static str, &'static str); 1], Redirect) {
    ([("location", "/other")], Redirect::to(home::path()))
}

#[api_handler(GET "/replaced")]
async fn replaced() -> (Location, Location, Redirect) {
    (
        Location(home::path()),
        Location("/first"),
        Redirect::to(home::path()),
    )
}

#[api_handler(GET "/replaced-by-a-link")]
async fn replaced_by_a_link() -> (Location, Redirect) {
    (Location(home::path()), Redirect::to("/first"))
}

#[tokio::test]
async fn a_location_is_a_part_of_a_response() {
    let app = app(links().routes(routes![
        part,
        before_an_error,
        overridden,
        replaced,
        replaced_by_a_link
    ]))
    .await;
    for (uri, status, expected) in [
        ("/parts/good", 202, Some("/home")),
        ("/parts/bad", 409, None),
        ("/before-an-error", 409, None),
        ("/overridden", 303, Some("/other")),
        ("/replaced", 303, Some("/first")),
        ("/replaced-by-a-link", 303, Some("/home")),
    ] {
        let response = ask(&app, "GET", uri).await;
        assert_eq!(response.status(), status, "{uri}");
        assert_eq!(header(&response, "location"), expected, "{uri}");
    }
}

#[tokio::test]
async fn a_link_that_fails_is_a_problem() {
    let app = app(Api::new().routes(routes![place_order])).await;
    let response = ask(&app, "POST", "/orders").await;
    assert_eq!(response.status(), 500);
    assert_eq!(code(&response), "internal_error");
    assert!(!text(&response).contains("get_order"));
}
