//! Middleware functions with extractors.

use crate::{app, ask, auth::Written, code, errors, header, send, text};
use http::{HeaderMap, HeaderValue, StatusCode};
use lambda_api::{
    Api, Body, FromRequest, Identity, Json, Path, Problem, Query, Request, Response, State,
    api_handler,
    auth::Access,
    extract::MatchedPath,
    middleware::{Next, from_fn},
    routes,
};
use std::convert::Infallible;

#[derive(Clone)]
struct Name(&'static str);

#[derive(serde::Deserialize)]
struct Paging {
    page: u32,
}

/// An asynchronous extractor.
struct Slow(usize);

impl<'r> FromRequest<'r> for Slow {
    type Rejection = Infallible;

    async fn from_request(request: &'r Request) -> Result<Self, Infallible> {
        tokio::task::yield_now().await;
        Ok(Slow(request.body().bytes().len()))
    }
}

#[api_handler(GET | POST "/orders/{id}")]
async fn order(id: u64) -> String {
    id.to_string()
}

#[api_handler(GET "/health", public)]
async fn health() -> &'static str {
    "ok"
}

fn marked(mut response: Response, mark: &str) -> Response {
    let mark = HeaderValue::from_str(mark).unwrap();
    response.headers_mut().append("x-mark", mark);
    response
}

async fn named(State(name): State<Name>, request: Request, next: Next) -> Response {
    marked(next.run(request).await, name.0)
}

async fn many(
    headers: HeaderMap,
    State(name): State<Name>,
    Query(paging): Query<Paging>,
    slow: Slow,
    request: Request,
    next: Next,
) -> Response {
    let mark = format!("{} {} {} {}", headers.len(), name.0, paging.page, slow.0);
    marked(next.run(request).await, &mark)
}

async fn counted(matched: MatchedPath, request: Request, next: Next) -> Response {
    marked(next.run(request).await, matched.as_str())
}

async fn first_id(Path(id): Path<u64>, request: Request, next: Next) -> Response {
    marked(next.run(request).await, &id.to_string())
}

async fn known(
    identity: Option<Identity>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    match &identity {
        Some(caller) if caller.subject() == "mallory" => {
            Err(Problem::new(StatusCode::FORBIDDEN, "banned"))
        }
        Some(caller) => Ok(marked(next.run(request).await, caller.subject())),
        None => Ok(marked(next.run(request).await, "stranger")),
    }
}

async fn recognised(identity: Identity, request: Request, next: Next) -> Response {
    marked(next.run(request).await, identity.subject())
}

#[tokio::test]
async fn a_middleware_takes_extractors_before_the_request() {
    let api = Api::new()
        .state(Name("tea"))
        .layer(from_fn(named))
        .route_layer(from_fn(many))
        .routes(
            routes![order]
                .layer(from_fn(counted))
                .layer(from_fn(first_id)),
        );
    let app = app(api).await;
    let request = http::Request::post("/orders/7?page=3").header("x-a", "b");
    let response = send(&app, request.body(Body::from("four")).unwrap()).await;
    assert_eq!(text(&response), "7");
    let marks: Vec<_> = response.headers().get_all("x-mark").iter().collect();
    assert_eq!(marks, ["7", "/orders/{id}", "1 tea 3 4", "tea"]);
}

#[tokio::test]
async fn a_rejection_in_a_middleware_is_the_response() {
    let never = async |_: Json<u32>, _: Request, _: Next| -> Response { unreachable!() };
    let api = Api::new().state(Name("tea")).routes(routes![order]);
    let app = app(api.route_layer(from_fn(many)).layer(from_fn(named))).await;
    let response = ask(&app, "GET", "/orders/7?page=x").await;
    assert_eq!(response.status(), 400);
    assert_eq!(code(&response), "invalid_parameters");
    assert_eq!(header(&response, "x-mark"), Some("tea"));
    let app = crate::app(Api::new().routes(routes![order]).layer(from_fn(never))).await;
    assert_eq!(ask(&app, "GET", "/orders/7").await.status(), 400);
}

#[tokio::test]
async fn the_state_of_a_middleware_is_missed_when_the_api_is_built() {
    let nested = || Api::new().routes(routes![order]);
    let stack = tower::ServiceBuilder::new()
        .layer(tower::util::MapResponseLayer::new(|response: Response| {
            response
        }))
        .layer(from_fn(named));
    for api in [
        Api::new().layer(from_fn(named)),
        Api::new()
            .route_layer(from_fn(named))
            .nest("/a", nested())
            .nest("/b", nested()),
        Api::new().routes(routes![order, health].layer(from_fn(named))),
        Api::new().nest("/a", nested().layer(from_fn(named))),
        Api::new().layer(stack),
    ] {
        let missing = errors(api).await;
        assert_eq!(missing.len(), 1, "{missing:?}");
        for part in ["middleware::named` needs `State<", "Name>`"] {
            assert!(missing[0].contains(part), "{missing:?}");
        }
    }
}

#[tokio::test]
async fn a_layer_before_the_router_cannot_take_what_it_finds() {
    for (api, expected) in [
        (
            Api::new().layer(from_fn(recognised)),
            "which runs before authentication",
        ),
        (
            Api::new().layer(from_fn(known)),
            "which runs before authentication",
        ),
        (
            Api::new().layer(from_fn(counted)),
            "which runs before the router",
        ),
        (
            Api::new().layer(from_fn(first_id)),
            "which runs before the router",
        ),
    ] {
        let errors = errors(api.authenticate(Written::bearer("main"))).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}

#[tokio::test]
async fn a_middleware_around_public_routes_takes_an_optional_caller() {
    let service = tower::service_fn(|_: Request| async {
        Ok::<_, Infallible>(Response::new(Body::from("service")))
    });
    let api = Api::new()
        .authenticate(Written::bearer("main"))
        .routes(routes![health, order])
        .mount_service_with("/site", Access::public(), service)
        .route_layer(from_fn(known));
    let app = app(api).await;
    for (path, token, status, mark) in [
        ("/health", None, 200, Some("stranger")),
        ("/health", Some("alice"), 200, Some("alice")),
        ("/health", Some("mallory"), 403, None),
        ("/health", Some("bad"), 401, None),
        ("/site", Some("alice"), 200, Some("alice")),
        ("/orders/7", Some("alice"), 200, Some("alice")),
        ("/orders/7", None, 401, None),
    ] {
        let mut request = http::Request::get(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{path} {token:?}");
        assert_eq!(header(&response, "x-mark"), mark, "{path} {token:?}");
    }
}

#[tokio::test]
async fn the_caller_in_a_middleware_is_checked_like_a_handlers() {
    let routes = || Api::new().routes(routes![health, order]);
    let closed = routes().authenticate(Written::bearer("main"));
    let open = routes().route_layer(from_fn(known));
    for (api, expected) in [
        (
            closed.route_layer(from_fn(recognised)),
            "`public`, but the middleware",
        ),
        (Api::new().nest("/a", open), "no authenticator"),
    ] {
        let errors = errors(api).await;
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].contains(expected), "{errors:?}");
    }
}
