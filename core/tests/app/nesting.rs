//! Nested APIs, mounted services, fallbacks.

use crate::{app, ask, code, send, text};
use bytes::Bytes;
use http_body_util::Full;
use lambda_api::{
    Api, Body, Problem, Request, Response, State, api_handler,
    extract::{MatchedPath, StateRejection, extract},
    middleware::{Next, from_fn},
    routes,
};
use std::convert::Infallible;
use tower::service_fn;

#[api_handler(GET "/")]
async fn index(#[path] tenant: String) -> String {
    format!("index of {tenant}")
}

#[api_handler(GET "/orders/{id}")]
async fn order(id: u64, #[path] tenant: String) -> String {
    format!("order {id} of {tenant}")
}

#[api_handler(GET "/orders")]
async fn orders() -> &'static str {
    "orders"
}

async fn marked(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .append("x-way", http::HeaderValue::from_static("nested"));
    response
}

#[tokio::test]
async fn a_nested_api_has_its_prefix_and_its_parameters() {
    let nested = Api::new().routes(routes![index, order]);
    let app = app(Api::new()
        .routes(routes![orders])
        .nest("/tenants/{tenant}", nested))
    .await;
    for (uri, status, expected) in [
        ("/orders", 200, "orders"),
        ("/tenants/a", 200, "index of a"),
        ("/tenants/a%20b/orders/7", 200, "order 7 of a b"),
    ] {
        let response = ask(&app, "GET", uri).await;
        assert_eq!(
            (response.status().as_u16(), text(&response)),
            (status, expected),
            "{uri}"
        );
    }
    assert_eq!(ask(&app, "GET", "/tenants/a/").await.status(), 404);
}

#[tokio::test]
async fn the_layer_of_a_nested_api_sees_only_its_own_requests() {
    let nested = Api::new().routes(routes![orders]).layer(from_fn(marked));
    let app = app(Api::new().routes(routes![orders]).nest("/v1", nested)).await;
    let way = async |uri: &str| ask(&app, "GET", uri).await.headers().contains_key("x-way");
    assert!(way("/v1/orders").await);
    assert!(!way("/orders").await);
    assert!(!way("/v1/nothing").await);
}

#[tokio::test]
async fn unmatched_requests_go_to_the_fallback() {
    let nested = Api::new()
        .routes(routes![orders])
        .fallback(async |_: Request| "nested fallback");
    let api = Api::new()
        .routes(routes![orders])
        .nest("/v1", nested)
        .fallback(async |request: Request| format!("no {}", request.uri().path()));
    let app = app(api).await;
    for (method, uri, status, expected) in [
        ("GET", "/nothing", 200, "no /nothing"),
        ("GET", "/v1/nothing", 200, "nested fallback"),
        ("GET", "/v1", 200, "nested fallback"),
        ("GET", "/v10", 200, "no /v10"),
        ("GET", "/v1/orders", 200, "orders"),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(
            (response.status().as_u16(), text(&response)),
            (status, expected),
            "{uri}"
        );
    }
    let response = ask(&app, "POST", "/v1/orders").await;
    assert_eq!(code(&response), "method_not_allowed");
}

#[tokio::test]
async fn a_fallback_knows_the_state_and_that_no_route_matched() {
    let fallback = async |request: Request| {
        let matched = extract::<Option<MatchedPath>>(&request).await;
        let State(name) = extract::<State<&str>>(&request).await?;
        Ok::<_, StateRejection>(format!("{name} {}", matched.is_ok_and(|m| m.is_none())))
    };
    let api = Api::new().state("state").fallback(fallback);
    let app = app(api.nest("/v1", Api::new().fallback(fallback))).await;
    for uri in ["/nothing", "/v1/nothing"] {
        assert_eq!(text(&ask(&app, "GET", uri).await), "state true", "{uri}");
    }
}

#[tokio::test]
async fn a_fallback_may_return_a_problem() {
    let api =
        Api::new().fallback(async |_: Request| Problem::new(http::StatusCode::GONE, "moved_away"));
    let response = ask(&app(api).await, "GET", "/x").await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (410, "moved_away")
    );
}

/// A tower service that only uses the body type of this crate.
async fn legacy(request: http::Request<Body>) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let said = format!(
        "{} {} {}",
        request.method(),
        request.uri(),
        request.body().bytes().len()
    );
    Ok(http::Response::new(Full::from(said)))
}

#[tokio::test]
async fn a_mounted_service_gets_every_method_without_its_prefix() {
    let api = Api::new()
        .routes(routes![orders])
        .mount_service("/legacy", service_fn(legacy))
        .nest("/v1", Api::new().mount_service("/old", service_fn(legacy)));
    let app = app(api).await;
    for (method, uri, expected) in [
        ("GET", "/legacy", "GET / 0"),
        ("DELETE", "/legacy/", "DELETE / 0"),
        ("GET", "/legacy/a/../b%2Fc?d=e", "GET /a/../b%2Fc?d=e 0"),
        ("PUT", "/v1/old/x", "PUT /x 0"),
        ("GET", "/orders", "orders"),
    ] {
        assert_eq!(
            text(&ask(&app, method, uri).await),
            expected,
            "{method} {uri}"
        );
    }
    assert_eq!(ask(&app, "GET", "/legacyx").await.status(), 404);
    let request = http::Request::post("/legacy/body")
        .body(Body::from("four"))
        .unwrap();
    assert_eq!(text(&send(&app, request).await), "POST /body 4");
}

#[tokio::test]
async fn a_service_at_the_root_comes_after_routes() {
    let api = Api::new()
        .routes(routes![orders])
        .mount_service("/", service_fn(legacy));
    let app = app(api).await;
    assert_eq!(text(&ask(&app, "GET", "/orders").await), "orders");
    assert_eq!(text(&ask(&app, "POST", "/orders").await), "POST /orders 0");
    assert_eq!(text(&ask(&app, "GET", "/").await), "GET / 0");
}
