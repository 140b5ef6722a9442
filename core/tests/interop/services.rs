//! Services that were written for lambda_http.

use crate::app;
use http::StatusCode;
use lambda_api::{
    Api, App, Body, Request, Response, api_handler, auth::Access, event::Source,
    interop::RequestExtLayer, routes,
};
use lambda_api_testing::EventBuilder;
use lambda_http::{Error, IntoResponse, service_fn, tower::ServiceBuilder};
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};
use tower::Service;

async fn kind(request: lambda_http::Request) -> Result<impl IntoResponse, Error> {
    let kind = match request.body() {
        lambda_http::Body::Empty => "empty",
        lambda_http::Body::Text(_) => "text",
        lambda_http::Body::Binary(_) => "binary",
        _ => "another",
    };
    Ok(format!("{kind} {} {}", request.body().len(), request.uri()))
}

async fn response(
    _: lambda_http::Request,
) -> Result<lambda_http::Response<lambda_http::Body>, Error> {
    let response = lambda_http::Response::builder()
        .status(201)
        .header("x-old", "yes");
    Ok(response.body(vec![0, 159, 146, 150].into())?)
}

async fn status(_: lambda_http::Request) -> Result<(StatusCode, Value), Infallible> {
    Ok((StatusCode::ACCEPTED, json!({"taken": true})))
}

async fn fails(_: lambda_http::Request) -> Result<&'static str, Error> {
    Err("a password".into())
}

async fn get(app: &App, path: &str) -> http::Response<bytes::Bytes> {
    EventBuilder::new(Source::HttpApi)
        .path(path)
        .send(app)
        .await
}

#[tokio::test]
async fn a_handler_is_mounted_and_the_fallback_as_it_is() {
    #[api_handler(GET "/new")]
    async fn new() -> &'static str {
        "new"
    }
    let api = Api::new()
        .routes(routes![new])
        .mount_service("/old", service_fn(kind))
        .mount_service_with("/status", Access::public(), service_fn(status))
        .fallback_service(service_fn(response));
    let app = app(api).await;
    assert_eq!(get(&app, "/new").await.body(), "new");
    assert_eq!(get(&app, "/old/a%20b").await.body(), "empty 0 /a%20b");
    let accepted = get(&app, "/status").await;
    assert_eq!(accepted.status(), 202);
    assert_eq!(accepted.headers()["content-type"], "application/json");
    assert_eq!(accepted.body(), r#"{"taken":true}"#);
    let other = get(&app, "/elsewhere").await;
    assert_eq!(
        (other.status().as_u16(), &other.headers()["x-old"]),
        (201, &"yes".parse().unwrap())
    );
    assert_eq!(other.body().as_ref(), [0, 159, 146, 150]);
}

#[tokio::test]
async fn a_body_is_text_if_it_is_utf8() {
    let app = app(Api::new().fallback_service_with(Access::public(), service_fn(kind))).await;
    for source in Source::ALL {
        for (body, expected) in [
            (&b""[..], "empty 0"),
            ("h\u{e9}".as_bytes(), "text 3"),
            (b"\xff\x00", "binary 2"),
        ] {
            let event = EventBuilder::new(source)
                .method("POST")
                .path("/x")
                .body(body.to_vec());
            let response = event.send(&app).await;
            let text = String::from_utf8(response.body().to_vec()).unwrap();
            assert_eq!(text, format!("{expected} /x"), "{source}");
        }
    }
}

#[tokio::test]
async fn an_error_is_a_problem_without_its_text() {
    let app = app(Api::new().fallback_service(service_fn(fails))).await;
    let response = get(&app, "/x").await;
    assert_eq!(response.status(), 500);
    let problem: Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(problem["code"], "internal_error");
    assert!(!problem.to_string().contains("password"), "{problem}");
}

/// Accepts requests with any body, like an axum `Router` and the services of tower-http.
#[derive(Clone)]
struct AnyBody;

impl<B> Service<http::Request<B>> for AnyBody {
    type Response = Response;
    type Error = Infallible;
    type Future = Ready<Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> Self::Future {
        let body = format!("any {}", request.uri());
        ready(Ok(Response::new(body.into())))
    }
}

/// Accepts only lambda_http's request, and is not a `service_fn`.
#[derive(Clone)]
struct Own;

impl Service<lambda_http::Request> for Own {
    type Response = lambda_http::Response<lambda_http::Body>;
    type Error = Error;
    type Future = Ready<Result<Self::Response, Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: lambda_http::Request) -> Self::Future {
        ready(Ok(lambda_http::Response::new(request.into_body())))
    }
}

#[tokio::test]
async fn the_request_type_selects_the_service_adapter() {
    let ours = tower::service_fn(|request: Request| async move {
        Ok::<_, Infallible>(Response::new(request.into_body()))
    });
    let layer = RequestExtLayer::new();
    let own = ServiceBuilder::new()
        .map_request(|request: Request| request.map(lambda_http::Body::from))
        .layer(layer.clone())
        .service(Own);
    let api = Api::new()
        .mount_service("/any", AnyBody)
        .mount_service(
            "/any-behind",
            ServiceBuilder::new().layer(layer.clone()).service(AnyBody),
        )
        .mount_service("/ours", ours)
        .mount_service(
            "/behind",
            ServiceBuilder::new().layer(layer).service(service_fn(kind)),
        )
        .mount_service("/own", own);
    let app = app(api).await;
    for (path, expected) in [
        ("/any/1", "any /1"),
        ("/any-behind/1", "any /1"),
        ("/ours/1", "body"),
        ("/behind/1", "text 4 /1"),
        ("/own/1", "body"),
    ] {
        let event = EventBuilder::new(Source::RestApi)
            .method("POST")
            .path(path)
            .body("body");
        assert_eq!(event.send(&app).await.body(), expected, "{path}");
    }
}

#[test]
fn a_stream_is_not_a_lambda_http_body() {
    let pieces = futures_util::stream::iter([Ok::<_, std::convert::Infallible>("x")]);
    let stream = Body::from_stream(pieces);
    assert_eq!(lambda_http::Body::from(stream), lambda_http::Body::Empty);
}

#[tokio::test]
async fn mounted_services_are_closed_by_default() {
    let issuer = lambda_api_testing::TestIssuer::oidc("https://issuer.example", "orders-api");
    let api = || Api::new().authenticate(issuer.verifier());
    let closed = app(api().fallback_service(service_fn(kind))).await;
    assert_eq!(get(&closed, "/x").await.status(), 401);
    let event = EventBuilder::new(Source::HttpApi).bearer(issuer.token("alice"));
    assert_eq!(event.send(&closed).await.status(), 200);
    let open = app(api().fallback_service_with(Access::public(), service_fn(kind))).await;
    assert_eq!(get(&open, "/x").await.status(), 200);
}
