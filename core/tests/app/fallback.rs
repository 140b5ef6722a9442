//! Fallbacks for unmatched requests, and a handler in several places.

use crate::{app, ask, auth::Written, code, errors, header, send, text};
use http::{Method, Uri};
use lambda_api::{
    Api, Body, Cors, Identity, Path, Request, Response, Routes, State, api_handler,
    auth::Access,
    extract::{MatchedPath, Text},
    middleware::{Next, from_fn},
    routes,
};
use std::convert::Infallible;

#[derive(Clone)]
struct Origin(&'static str);

#[api_handler(GET "/orders")]
async fn orders() -> &'static str {
    "orders"
}

#[api_handler(GET "/orders/{id}")]
async fn order(id: u64) -> String {
    format!("order {id}")
}

#[api_handler(fallback)]
async fn elsewhere(
    method: Method,
    uri: &Uri,
    #[query] page: Option<u32>,
    State(origin): State<Origin>,
    matched: Option<MatchedPath>,
    Text(body): Text,
) -> String {
    assert!(matched.is_none());
    format!("{method} {}{} {page:?} {body}", origin.0, uri.path())
}

#[api_handler(fallback, public)]
async fn public(uri: &Uri) -> String {
    format!("public {uri}")
}

#[api_handler(fallback, groups("admins"))]
async fn for_admins(identity: Identity) -> String {
    format!("admin {}", identity.subject())
}

#[api_handler(fallback)]
async fn of_tenant(#[path] tenant: String, all: Path<Vec<(String, String)>>) -> String {
    format!("{tenant} {:?}", all.0)
}

#[api_handler(fallback)]
async fn needs_a_route(matched: MatchedPath) -> String {
    matched.to_string()
}

#[api_handler(fallback)]
async fn needs_parameters(Path(id): Path<u64>) -> String {
    id.to_string()
}

#[tokio::test]
async fn a_fallback_handler_has_extractors_and_state() {
    for api in [
        Api::new()
            .routes(routes![orders])
            .fallback(routes![elsewhere]),
        Api::new().routes(routes![elsewhere, orders]),
    ] {
        let app = app(api.state(Origin("old"))).await;
        for (method, uri, status, expected) in [
            ("GET", "/orders", 200, "orders"),
            ("GET", "/", 200, "GET old/ None "),
            ("DELETE", "/a/b?page=7", 200, "DELETE old/a/b Some(7) "),
        ] {
            let response = ask(&app, method, uri).await;
            let got = (response.status().as_u16(), text(&response));
            assert_eq!(got, (status, expected), "{method} {uri}");
        }
        let wrong = ask(&app, "GET", "/x?page=y").await;
        assert_eq!(code(&wrong), "invalid_parameters");
        let other = ask(&app, "POST", "/orders").await;
        assert_eq!(code(&other), "method_not_allowed");
        let request = http::Request::put("/x").header("content-type", "text/plain");
        let response = send(&app, request.body(Body::from("tea")).unwrap()).await;
        assert_eq!(text(&response), "PUT old/x None tea");
    }
}

#[tokio::test]
async fn a_fallback_handler_keeps_its_access_rule() {
    let api = |fallback: Routes| {
        Api::new()
            .authenticate(Written::bearer("main"))
            .state(Origin("old"))
            .routes(routes![orders])
            .fallback(fallback)
    };
    for (fallback, credential, status) in [
        (routes![elsewhere], None, 401),
        (routes![elsewhere], Some("alice"), 200),
        (routes![public], None, 200),
        (routes![for_admins], None, 401),
        (routes![for_admins], Some("alice"), 403),
        (routes![for_admins], Some("alice~~admins"), 200),
    ] {
        let what = format!("{fallback:?} {credential:?}");
        let app = app(api(fallback)).await;
        let mut request = http::Request::get("/nothing");
        if let Some(credential) = credential {
            request = request.header("authorization", format!("Bearer {credential}"));
        }
        let response = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{what}");
        // A protected route stays protected with any fallback.
        assert_eq!(ask(&app, "GET", "/orders").await.status(), 401, "{what}");
    }
}

#[tokio::test]
async fn a_nested_fallback_handler_has_its_prefix_and_layers() {
    let layer = |name: &'static str| {
        from_fn(move |request: Request, next: Next| async move {
            let mut response = next.run(request).await;
            let name = http::HeaderValue::from_static(name);
            response.headers_mut().append("x-way", name);
            response
        })
    };
    let nested = Api::new()
        .layer(layer("api"))
        .route_layer(layer("route"))
        .fallback(routes![of_tenant].layer(layer("own")));
    let between = Api::new().layer(layer("between"));
    let app = app(Api::new()
        .route_layer(layer("outer"))
        .nest("/tenants", between.nest("/{tenant}", nested)))
    .await;
    let response = ask(&app, "PUT", "/tenants/a%20b/x/y").await;
    assert_eq!(text(&response), r#"a b [("tenant", "a b")]"#);
    let way: Vec<_> = response.headers().get_all("x-way").iter().collect();
    assert_eq!(way, ["own", "api", "between"]);
    assert_eq!(ask(&app, "GET", "/tenants").await.status(), 404);
}

#[tokio::test]
async fn a_fallback_that_cannot_work_does_not_build() {
    let plain = async |_: Request| "plain";
    for (api, expected) in [
        (
            Api::new().fallback(routes![elsewhere]),
            "elsewhere` (core/tests/app/fallback.rs",
        ),
        (
            Api::new().fallback(routes![orders]),
            "is a route: add it with `Api::routes`",
        ),
        (
            Api::new().routes(routes![public]).fallback(plain),
            "the fallback and `app::fallback::public`",
        ),
        (
            Api::new()
                .routes(routes![public])
                .routes(routes![needs_a_route]),
            "are both fallbacks of one API",
        ),
        (
            Api::new().fallback(routes![of_tenant]),
            "takes `#[path] tenant`, but the prefix",
        ),
        (
            Api::new().fallback(routes![needs_a_route]),
            "is a fallback and has no route",
        ),
        (
            Api::new().fallback(routes![needs_parameters]),
            "is a fallback and has no route",
        ),
        (
            Api::new().fallback(routes![for_admins]),
            "has no authenticator",
        ),
    ] {
        let errors = errors(api).await;
        assert!(errors[0].contains(expected), "{expected} in {errors:?}");
    }
    let nested = Api::new().fallback(routes![needs_parameters]);
    assert_eq!(errors(Api::new().nest("/{id}", nested)).await, [""; 0]);
}

fn legacy() -> impl tower::Service<
    Request,
    Response = Response,
    Error = Infallible,
    Future = std::future::Ready<Result<Response, Infallible>>,
> + Clone
+ Send
+ Sync {
    tower::service_fn(|request: Request| {
        let said = format!("legacy {} {}", request.method(), request.uri().path());
        std::future::ready(Ok(Response::new(Body::from(said))))
    })
}

#[tokio::test]
async fn methods_that_no_route_has_go_to_the_fallback_service() {
    let routes = || routes![orders, order];
    let app = app(Api::new()
        .routes(routes())
        .nest(
            "/v2",
            Api::new().routes(routes()).fallback_service(legacy()),
        )
        .nest("/v3", Api::new().routes(routes()).fallback(routes![public]))
        .fallback_service(legacy()))
    .await;
    for (method, uri, expected) in [
        ("GET", "/orders", "orders"),
        ("POST", "/orders", "legacy POST /orders"),
        ("OPTIONS", "/orders", "legacy OPTIONS /orders"),
        ("DELETE", "/orders/7", "legacy DELETE /orders/7"),
        ("GET", "/orders/7", "order 7"),
        ("GET", "/else", "legacy GET /else"),
        ("PUT", "/v2/orders", "legacy PUT /v2/orders"),
        ("GET", "/v3/else", "public /v3/else"),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(text(&response), expected, "{method} {uri}");
    }
    assert_eq!(ask(&app, "HEAD", "/orders").await.status(), 200);
    // The nearest fallback applies, and this one only handles unknown paths.
    let response = ask(&app, "PUT", "/v3/orders").await;
    assert_eq!(code(&response), "method_not_allowed");
}

#[tokio::test]
async fn fallback_services_have_their_own_rule() {
    let api = |access| {
        Api::new()
            .authenticate(Written::bearer("main"))
            .routes(routes![orders])
            .fallback_service_with(access, legacy())
    };
    let closed = app(api(Access::authenticated())).await;
    let open = app(api(Access::public())).await;
    for (app, method, status) in [
        (&closed, "GET", 401),
        (&closed, "POST", 401),
        (&closed, "OPTIONS", 401),
        (&open, "GET", 401),
        (&open, "HEAD", 401),
        (&open, "POST", 200),
    ] {
        let response = ask(app, method, "/orders").await;
        assert_eq!(response.status(), status, "{method}");
    }
}

#[tokio::test]
async fn a_preflight_allows_what_a_fallback_service_may_have() {
    let cors = || Cors::new().allow_origins(["https://app.example.com"]);
    let api = || Api::new().routes(routes![orders]).cors(cors());
    let with_service = app(api().fallback_service(legacy())).await;
    let with_handler = app(api().fallback(routes![public])).await;
    for (app, path, expected) in [
        (&with_service, "/orders", true),
        (&with_service, "/old", true),
        (&with_handler, "/orders", false),
    ] {
        let request = http::Request::options(path)
            .header("origin", "https://app.example.com")
            .header("access-control-request-method", "POST");
        let response = send(app, request.body(Body::empty()).unwrap()).await;
        let methods = header(&response, "access-control-allow-methods").unwrap_or_default();
        assert_eq!(methods.contains("POST"), expected, "{path}: {methods}");
        assert_eq!(response.status(), 204, "{path}");
    }
}

#[api_handler(GET | PUT "/a" | "/b/{id}" | "/c/{path+}")]
async fn several(
    method: Method,
    id: Option<u64>,
    path: Option<&str>,
    matched: MatchedPath,
) -> String {
    format!("{method} {matched} {id:?} {path:?}")
}

#[api_handler(ANY "/" | "/{path+}")]
async fn everything(path: Option<String>) -> String {
    format!("{path:?}")
}

#[tokio::test]
async fn one_handler_serves_several_methods_and_paths() {
    let app = app(Api::new()
        .routes(routes![several])
        .nest("/n", Api::new().routes(routes![several]))
        .nest("/all", Api::new().routes(routes![everything])))
    .await;
    for (method, uri, expected) in [
        ("GET", "/a", "GET /a None None"),
        ("PUT", "/b/7", "PUT /b/{id} Some(7) None"),
        ("HEAD", "/a", ""),
        ("GET", "/c/x/y", r#"GET /c/{path+} None Some("x/y")"#),
        ("PUT", "/n/a", "PUT /n/a None None"),
        ("PATCH", "/all", "None"),
        ("PATCH", "/all/x", r#"Some("x")"#),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(text(&response), expected, "{method} {uri}");
    }
    for uri in ["/a", "/b/7", "/c/x"] {
        let response = ask(&app, "POST", uri).await;
        assert_eq!(
            header(&response, "allow"),
            Some("GET, HEAD, PUT, OPTIONS"),
            "{uri}"
        );
    }
    assert_eq!(code(&ask(&app, "GET", "/b/x").await), "invalid_parameters");
    assert_eq!(routes![several, everything].len(), 8);
}

#[tokio::test]
async fn a_route_in_several_places_conflicts_in_each() {
    #[api_handler(PUT "/b/{name}")]
    async fn other(name: String) -> String {
        name
    }
    let api = Api::new().routes(routes![several]).routes(routes![other]);
    let errors = errors(api).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].contains("both handle PUT /b/{name}"),
        "{errors:?}"
    );
}

#[test]
fn a_handler_in_several_places_can_still_be_called() {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let said = runtime.unwrap().block_on(several(
        Method::GET,
        Some(7),
        None,
        MatchedPath::new("/b/{id}"),
    ));
    assert_eq!(said, "GET /b/{id} Some(7) None");
}
