//! Routing by method and path.

use crate::{app, ask, code, header, send, text};
use http::Uri;
use lambda_api::{
    Api, App, Body, Cors, IntoResponse, LambdaContext, Path, Request, Response, api_handler,
    extract::MatchedPath,
    middleware::{Next, from_fn},
    routes,
};

#[api_handler(GET "/")]
async fn root() -> &'static str {
    "root"
}

#[api_handler(GET "/orders/{id}")]
async fn order(id: String) -> String {
    format!("order {id}")
}

#[api_handler(PUT "/orders/{id}")]
fn put(id: u64) -> String {
    format!("put {id}")
}

#[api_handler(ANY "/files/{path+}")]
async fn files(path: &str, matched: MatchedPath) -> String {
    format!("{path} by {}", matched.as_str())
}

#[api_handler(ANY "/any")]
async fn any(method: http::Method, uri: Uri) -> String {
    format!("{method} {uri}")
}

async fn shop() -> App {
    app(Api::new().routes(routes![root, order, put, files, any])).await
}

#[tokio::test]
async fn each_route_gets_its_method_and_path() {
    let app = shop().await;
    for (method, uri, expected) in [
        ("GET", "/", "root"),
        ("GET", "/orders/7", "order 7"),
        ("PUT", "/orders/7", "put 7"),
        ("GET", "/orders/a%2Fb%20c?x=y", "order a/b c"),
        ("GET", "/%6Frders/7", "order 7"),
        ("DELETE", "/files/a/b.txt", "a/b.txt by /files/{path+}"),
        ("PATCH", "/any?a=b", "PATCH /any?a=b"),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(
            (response.status().as_u16(), text(&response)),
            (200, expected),
            "{method} {uri}"
        );
    }
}

#[tokio::test]
async fn an_unknown_path_is_a_404_problem() {
    let app = shop().await;
    for uri in [
        "/nothing",
        "/orders",
        "/orders/",
        "/orders/7/",
        "/files/",
        "//",
        "/Orders/7",
        "/%4Frders/7",
    ] {
        let response = ask(&app, "GET", uri).await;
        assert_eq!(code(&response), "route_not_found", "{uri}");
        assert_eq!(response.status(), 404, "{uri}");
    }
}

#[tokio::test]
async fn a_known_path_with_another_method_is_a_405_with_allow() {
    let response = ask(&shop().await, "DELETE", "/orders/7").await;
    assert_eq!(response.status(), 405);
    assert_eq!(code(&response), "method_not_allowed");
    assert_eq!(header(&response, "allow"), Some("GET, HEAD, PUT, OPTIONS"));
}

mod users {
    use lambda_api::{api_handler, extract::MatchedPath};

    #[api_handler(POST "/users/me")]
    pub(super) async fn post() -> &'static str {
        "posted"
    }

    #[api_handler(GET "/users/{id}")]
    pub(super) async fn get(id: &str, matched: MatchedPath) -> String {
        format!("{id} by {matched}")
    }

    #[api_handler(PUT "/{kind}/me")]
    pub(super) async fn put(kind: String) -> String {
        format!("put {kind}")
    }

    #[api_handler(DELETE "/users/{path+}")]
    pub(super) async fn delete(path: &str) -> String {
        format!("deleted {path}")
    }
}

#[tokio::test]
async fn wider_routes_get_what_narrower_ones_lack() {
    let routes = || routes![users::post, users::get, users::put, users::delete];
    let app = app(Api::new()
        .routes(routes())
        .nest("/n", Api::new().routes(routes()))
        .ignore_trailing_slash())
    .await;
    for (method, uri, expected) in [
        ("POST", "/users/me", "posted"),
        ("GET", "/users/me", "me by /users/{id}"),
        ("GET", "/users/a%20b", "a b by /users/{id}"),
        ("PUT", "/users/me", "put users"),
        ("PUT", "/users/me/", "put users"),
        ("DELETE", "/users/me", "deleted me"),
        ("DELETE", "/n/users/me", "deleted me"),
        ("GET", "/n/users/me", "me by /n/users/{id}"),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(text(&response), expected, "{method} {uri}");
    }
    let get = ask(&app, "GET", "/users/me").await;
    let head = ask(&app, "HEAD", "/users/me").await;
    assert_eq!(
        (head.status(), head.headers()),
        (get.status(), get.headers())
    );
    assert!(head.body().is_empty());
}

#[tokio::test]
async fn allow_names_the_methods_of_all_routes_of_a_path() {
    let routes = routes![users::post, users::get, users::put, users::delete];
    let app = app(Api::new()
        .routes(routes)
        .cors(Cors::new().allow_any_origin()))
    .await;
    let all = "POST, GET, HEAD, PUT, DELETE, OPTIONS";
    for (path, expected) in [
        ("/users/me", all),
        ("/users/7", "GET, HEAD, DELETE, OPTIONS"),
    ] {
        let rejected = ask(&app, "PATCH", path).await;
        assert_eq!(
            (rejected.status().as_u16(), header(&rejected, "allow")),
            (405, Some(expected))
        );
        let options = ask(&app, "OPTIONS", path).await;
        assert_eq!(
            (options.status().as_u16(), header(&options, "allow")),
            (204, Some(expected))
        );
        let preflight = http::Request::options(path)
            .header("origin", "https://a.example")
            .header("access-control-request-method", "PUT");
        let preflight = send(&app, preflight.body(Body::empty()).unwrap()).await;
        let methods = header(&preflight, "access-control-allow-methods");
        assert_eq!(methods, Some(expected));
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let app = shop().await;
    let response = ask(&app, "HEAD", "/orders/7").await;
    assert_eq!(response.status(), 200);
    assert_eq!(
        header(&response, "content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(response.body().is_empty());
    let missing = ask(&app, "HEAD", "/nothing").await;
    assert_eq!(missing.status(), 404);
    assert!(missing.body().is_empty());
}

#[tokio::test]
async fn responses_to_head_have_no_body() {
    async fn own_response(request: Request, next: Next) -> Response {
        match request.uri().path() {
            "/layer" => "from the layer".into_response(),
            "/panic" => panic!("in the layer"),
            _ => next.run(request).await,
        }
    }
    let app = app(Api::new()
        .routes(routes![order])
        .layer(from_fn(own_response))
        .fallback(async |_: Request| "from the fallback"))
    .await;
    for (uri, status) in [
        ("/layer", 200),
        ("/panic", 500),
        ("/fallback", 200),
        ("/orders/7", 200),
    ] {
        let get = ask(&app, "GET", uri).await;
        let head = ask(&app, "HEAD", uri).await;
        assert_eq!(head.status(), status, "{uri}");
        assert_eq!(head.headers(), get.headers(), "{uri}");
        assert!(head.body().is_empty() && !get.body().is_empty(), "{uri}");
    }
}

#[tokio::test]
async fn options_lists_the_methods_of_a_path() {
    let response = ask(&shop().await, "OPTIONS", "/orders/7").await;
    assert_eq!(response.status(), 204);
    assert_eq!(header(&response, "allow"), Some("GET, HEAD, PUT, OPTIONS"));
    assert!(response.body().is_empty());
}

#[tokio::test]
async fn a_path_value_that_does_not_fit_is_a_400_problem() {
    let app = shop().await;
    for uri in [
        "/orders/seven",
        "/orders/%FF",
        "/orders/-1",
        "/orders/99999999999999999999",
    ] {
        let response = ask(&app, "PUT", uri).await;
        assert_eq!(response.status(), 400, "{uri}");
        assert_eq!(code(&response), "invalid_parameters", "{uri}");
    }
}

#[tokio::test]
async fn dot_segments_are_never_resolved() {
    let app = shop().await;
    for uri in ["/x/../any", "/x/%2e%2e/any", "/./any", "/any/."] {
        assert_eq!(ask(&app, "GET", uri).await.status(), 404, "{uri}");
    }
    assert_eq!(text(&ask(&app, "GET", "/orders/..").await), "order ..");
}

#[tokio::test]
async fn a_trailing_slash_can_be_ignored() {
    let app = app(Api::new()
        .routes(routes![root, order])
        .ignore_trailing_slash())
    .await;
    for (uri, expected) in [
        ("/orders/7/", "order 7"),
        ("/orders/7", "order 7"),
        ("/", "root"),
    ] {
        assert_eq!(text(&ask(&app, "GET", uri).await), expected, "{uri}");
    }
}

#[derive(serde::Deserialize)]
struct Line {
    order: u64,
    line: String,
}

#[api_handler(GET "/orders/{order}/lines/{line}")]
async fn line(Path(line): Path<Line>) -> String {
    format!("{} {}", line.order, line.line)
}

#[tokio::test]
async fn all_parameters_can_be_taken_as_one_value() {
    let app = app(Api::new().routes(routes![line])).await;
    assert_eq!(
        text(&ask(&app, "GET", "/orders/7/lines/a%20b").await),
        "7 a b"
    );
    assert_eq!(ask(&app, "GET", "/orders/x/lines/a").await.status(), 400);
}

#[api_handler(GET "/seen")]
async fn seen() -> &'static str {
    "seen"
}

#[tokio::test]
async fn the_api_says_what_is_taken_off_the_path_of_an_event() {
    let status = async |api: Api, domain: &str, path: &str| {
        let event = format!(
            r#"{{"rawPath": "{path}", "requestContext": {{"http": {{"method": "GET"}},
                "stage": "prod", "domainName": "{domain}"}}}}"#
        );
        let app = app(api.routes(routes![seen])).await;
        let response = app.handle_event(event.into(), LambdaContext::default());
        let response: serde_json::Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
        response["statusCode"].as_u64()
    };
    let two = || Api::new().base_path("/v1").base_path("/v2");
    let gateway = "x.execute-api.eu-west-1.amazonaws.com";
    let own = "api.example.com";
    for (api, domain, path, expected) in [
        (Api::new(), gateway, "/prod/seen", 200),
        (Api::new(), own, "/prod/seen", 200),
        (Api::new().strip_stage(true), own, "/prod/seen", 200),
        (Api::new().strip_stage(false), gateway, "/prod/seen", 404),
        (Api::new().strip_stage(false), own, "/prod/seen", 404),
        (Api::new().base_path("/v1"), own, "/v1/seen", 200),
        (Api::new().base_path("/v1"), own, "/seen", 200),
        (Api::new().base_path("/v1"), gateway, "/prod/v1/seen", 200),
        (Api::new().base_path("/v1"), own, "/v1/prod/seen", 200),
        (two(), own, "/v1/seen", 200),
        (two(), own, "/prod/v2/seen", 200),
        (two(), own, "/v1/v1/seen", 404),
        (Api::new(), own, "/v1/seen", 404),
    ] {
        let found = status(api, domain, path).await;
        assert_eq!(found, Some(expected), "{domain}{path}");
    }
}
