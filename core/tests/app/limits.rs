//! Request limits, for events and for tower requests.

use crate::{BytesResponse, app, code, errors, header, send, text};
use bytes::Bytes;
use http::{HeaderValue, Request as HttpRequest};
use http_body::{Frame, SizeHint};
use lambda_api::{
    Api, App, Body, BoxError, Cors, IntoResponse, Json, LambdaContext, Limits, Query, Request,
    Response, api_handler,
    event::Source,
    extract::Form,
    middleware::{Next, from_fn},
    routes,
};
use lambda_api_testing::EventBuilder;
use serde_json::{Value, json};
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};
use tower::util::MapRequestLayer;

#[api_handler(ANY "/take/{rest+}")]
async fn take(rest: String, body: Bytes) -> String {
    format!("{} {}", rest.len(), body.len())
}

#[api_handler(POST "/{rest}")]
async fn rest(rest: String, body: Bytes) -> String {
    format!("{} {}", rest.len(), body.len())
}

#[api_handler(POST "/json")]
async fn json(Json(value): Json<Value>) -> String {
    value.to_string()
}

#[api_handler(POST "/form")]
async fn form(Form(pairs): Form<Vec<(String, String)>>) -> String {
    pairs.len().to_string()
}

#[api_handler(GET "/query")]
async fn query(Query(pairs): Query<Vec<(String, String)>>) -> String {
    pairs.len().to_string()
}

fn routes() -> Api {
    Api::new().routes(routes![take, json, form, query])
}

/// Echoes the body of the request.
fn service() -> impl tower::Service<Request, Response = Response, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    tower::service_fn(|request: Request| async move {
        Ok::<_, Infallible>(Response::new(Body::from(request.body().to_bytes())))
    })
}

async fn limited(limits: Limits) -> App {
    let inner = app(routes()).await;
    let api = routes()
        .nest("/nested", routes())
        .mount_service("/mounted", service())
        .mount_service("/app", inner)
        .limits(limits);
    app(api).await
}

/// Returns the responses to a request from all sources and without an event. The request is sent to
/// the application, to a nested API, to a mounted service and to a mounted application.
async fn everywhere(app: &App, request: &HttpRequest<Bytes>) -> Vec<(String, BytesResponse)> {
    let mut responses = Vec::new();
    for prefix in ["", "/nested", "/mounted", "/app"] {
        let mut request = request.clone();
        let uri = format!("{prefix}{}", request.uri());
        *request.uri_mut() = uri.parse().unwrap();
        for source in Source::ALL {
            let event = EventBuilder::new(source).request(request.clone());
            responses.push((format!("{source} {uri}"), event.send(app).await));
        }
        let response = send(app, request.map(Body::from)).await;
        responses.push((format!("tower {uri}"), response));
    }
    responses
}

fn get(uri: &str) -> HttpRequest<Bytes> {
    HttpRequest::get(uri).body(Bytes::new()).unwrap()
}

fn post(uri: &str, body: impl Into<Bytes>) -> HttpRequest<Bytes> {
    HttpRequest::post(uri).body(body.into()).unwrap()
}

fn with_headers(count: usize, value: &str) -> HttpRequest<Bytes> {
    let mut request = get("/take/x");
    for n in 0..count {
        let name: http::HeaderName = format!("x-{n}").parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

fn with_cookies(count: usize) -> HttpRequest<Bytes> {
    let cookies: Vec<_> = (0..count).map(|n| format!("c{n}=1")).collect();
    let mut request = get("/take/x");
    let value: HeaderValue = cookies.join("; ").parse().unwrap();
    request.headers_mut().insert("cookie", value);
    request
}

/// The limits, a request within them, a request that exceeds them, and the status and code of its
/// rejection.
type Case = (
    Limits,
    HttpRequest<Bytes>,
    HttpRequest<Bytes>,
    u16,
    &'static str,
);

#[tokio::test]
async fn each_limit_has_a_problem_on_every_entry() {
    let limits = Limits::default();
    let path = |length: usize| get(&format!("/take/{}", "x".repeat(length)));
    let cases: Vec<Case> = vec![
        (
            limits.body(10),
            post("/take/x", "0123456789"),
            post("/take/x", "0123456789a"),
            413,
            "body_too_large",
        ),
        // Binary, so that sources encode it as base64.
        (
            limits.body(10),
            post("/take/x", vec![0xff; 10]),
            post("/take/x", vec![0xff; 11]),
            413,
            "body_too_large",
        ),
        (limits.path(50), path(30), path(45), 414, "uri_too_long"),
        (
            limits.path(8192),
            path(8000),
            path(9000),
            414,
            "uri_too_long",
        ),
        (
            limits.headers(40),
            with_headers(30, "1"),
            with_headers(41, "1"),
            431,
            "too_many_headers",
        ),
        (
            limits.header_bytes(3000),
            with_headers(2, &"v".repeat(1000)),
            with_headers(2, &"v".repeat(1500)),
            431,
            "headers_too_large",
        ),
        (
            limits.query_pairs(3),
            get("/take/x?a=1&b=2&c=3"),
            get("/take/x?a=1&b=2&c=3&d=4"),
            400,
            "too_many_parameters",
        ),
        (
            limits.cookies(3),
            with_cookies(3),
            with_cookies(4),
            400,
            "too_many_cookies",
        ),
    ];
    for (limits, fits, too_much, status, problem) in cases {
        let app = limited(limits).await;
        for (way, response) in everywhere(&app, &fits).await {
            assert_eq!(
                response.status(),
                200,
                "{problem} {way}: {}",
                text(&response)
            );
        }
        for (way, response) in everywhere(&app, &too_much).await {
            assert_eq!(response.status(), status, "{problem} {way}");
            assert_eq!(code(&response), problem, "{way}");
        }
    }
}

#[tokio::test]
async fn the_defaults_hold_without_being_asked_for() {
    let app = app(routes()
        .nest("/nested", routes())
        .mount_service("/mounted", service()))
    .await;
    for (request, status, problem) in [
        (
            post("/take/x", vec![b'x'; (6 << 20) + 1]),
            413,
            "body_too_large",
        ),
        (get(&format!("/{}", "x".repeat(8192))), 414, "uri_too_long"),
        (with_headers(129, "1"), 431, "too_many_headers"),
        (
            with_headers(66, &"v".repeat(1024)),
            431,
            "headers_too_large",
        ),
        (
            get(&format!("/take/x?{}", "a&".repeat(1001))),
            400,
            "too_many_parameters",
        ),
        (with_cookies(181), 400, "too_many_cookies"),
    ] {
        let response = EventBuilder::new(Source::HttpApi)
            .request(request.clone())
            .send(&app)
            .await;
        assert_eq!(
            (response.status().as_u16(), &*code(&response)),
            (status, problem)
        );
        let response = send(&app, request.map(Body::from)).await;
        assert_eq!(
            (response.status().as_u16(), &*code(&response)),
            (status, problem)
        );
    }
}

#[tokio::test]
async fn an_encoded_body_has_a_limit_of_its_own_in_events() {
    let app = limited(Limits::default().encoded_body(40)).await;
    for source in Source::ALL {
        for (length, status) in [(30, 200), (31, 413)] {
            let request = post("/take/x", vec![0xff; length]);
            let response = EventBuilder::new(source).request(request).send(&app).await;
            assert_eq!(response.status(), status, "{source} {length}");
        }
    }
}

#[tokio::test]
async fn the_limits_of_json_and_forms_are_those_of_the_application() {
    let body = |content_type: &str, body: &str| {
        let mut request = post("/", body.to_owned());
        let value = content_type.parse().unwrap();
        request.headers_mut().insert("content-type", value);
        request
    };
    let limits = Limits::default().json_depth(2).form_fields(2);
    let app = app(routes().nest("/nested", routes()).limits(limits)).await;
    for (path, request, status, problem) in [
        ("/json", body("application/json", "[[]]"), 200, ""),
        (
            "/json",
            body("application/json", "[[0, {}]]"),
            400,
            "json_too_deep",
        ),
        (
            "/json",
            body("application/json", r#"{"[[[":"{{{"}"#),
            200,
            "",
        ),
        (
            "/form",
            body("application/x-www-form-urlencoded", "a&a=1"),
            200,
            "",
        ),
        (
            "/form",
            body("application/x-www-form-urlencoded", "a&a=1&b"),
            400,
            "too_many_fields",
        ),
    ] {
        for prefix in ["", "/nested"] {
            let mut request = request.clone();
            *request.uri_mut() = format!("{prefix}{path}").parse().unwrap();
            for source in Source::ALL {
                let response = EventBuilder::new(source)
                    .request(request.clone())
                    .send(&app)
                    .await;
                assert_eq!(response.status(), status, "{source} {prefix}{path}");
                if status != 200 {
                    assert_eq!(code(&response), problem);
                }
            }
            let response = send(&app, request.map(Body::from)).await;
            assert_eq!(response.status(), status, "{prefix}{path}");
        }
    }
}

#[cfg(feature = "multipart")]
#[tokio::test]
async fn the_limits_of_multipart_forms_are_those_of_the_application() {
    use lambda_api::extract::Multipart;

    #[api_handler(POST "/upload")]
    async fn upload(form: Multipart) -> String {
        form.iter().count().to_string()
    }

    let limits = Limits::default().parts(2).part_bytes(4);
    let app = app(Api::new().routes(routes![upload]).limits(limits)).await;
    for (parts, status, problem) in [
        (&["1234", ""][..], 200, ""),
        (&["", "", ""], 400, "too_many_parts"),
        (&["", "12345"], 413, "part_too_large"),
    ] {
        let parts: String = parts
            .iter()
            .map(|part| format!("--X\r\nContent-Disposition: form-data; name=a\r\n\r\n{part}\r\n"))
            .collect();
        let mut request = post("/upload", format!("{parts}--X--\r\n"));
        let value = HeaderValue::from_static("multipart/form-data; boundary=X");
        request.headers_mut().insert("content-type", value);
        let response = send(&app, request.map(Body::from)).await;
        assert_eq!(response.status(), status, "{}", text(&response));
        if status != 200 {
            assert_eq!(code(&response), problem);
        }
    }
}

/// An endless stream that counts how many bytes were requested.
struct Endless {
    given: Arc<AtomicUsize>,
    says: u64,
}

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.given.fetch_add(100, Ordering::Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'x'; 100])))))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.says);
        hint
    }
}

#[tokio::test]
async fn a_stream_is_read_no_further_than_its_limit() {
    let app = limited(Limits::default().body(1000)).await;
    for (says, read) in [(0, 1100), (1001, 0)] {
        for boxed in [false, true] {
            let given = Arc::new(AtomicUsize::new(0));
            let body = Endless {
                given: Arc::clone(&given),
                says,
            };
            let request = HttpRequest::post("/take/x");
            let response = if boxed {
                send(&app, request.body(Body::new(body)).unwrap()).await
            } else {
                let request = request.body(body).unwrap();
                let response = tower::ServiceExt::oneshot(app.clone(), request)
                    .await
                    .unwrap();
                let (parts, body) = response.into_parts();
                BytesResponse::from_parts(parts, body.collect().await.unwrap())
            };
            assert_eq!(response.status(), 413);
            assert_eq!(code(&response), "body_too_large");
            // A boxed stream has no size hint.
            let read = if boxed { 1100 } else { read };
            assert_eq!(given.load(Ordering::Relaxed), read);
        }
    }
}

#[tokio::test]
async fn a_body_from_a_layer_has_the_same_limit() {
    // Like a layer that decompresses.
    let inflate = || {
        MapRequestLayer::new(|request: Request| {
            let given = Arc::default();
            request.map(|_| Endless { given, says: 0 })
        })
    };
    async fn stream(request: Request, next: Next) -> Response {
        let given = Arc::default();
        let endless = Endless { given, says: 0 };
        next.run(request.map(|_| Body::new(endless))).await
    }
    let in_memory =
        MapRequestLayer::new(|request: Request| request.map(|_| Body::from(vec![b'x'; 1001])));
    let limits = Limits::default().body(1000);
    for api in [
        routes().layer(from_fn(stream)),
        routes().route_layer(from_fn(stream)),
        routes().layer(in_memory.clone()),
        Api::new().routes(routes![take].layer(in_memory)),
        routes().layer(inflate()),
        routes().route_layer(inflate()),
        Api::new().routes(routes![take].layer(inflate())),
        Api::new().nest("/take", Api::new().routes(routes![rest]).layer(inflate())),
    ] {
        let app = app(api.limits(limits)).await;
        let response = send(&app, post("/take/x", "small").map(Body::from)).await;
        assert_eq!(response.status(), 413);
        assert_eq!(code(&response), "body_too_large");
    }
}

#[tokio::test]
async fn a_stream_that_a_middleware_makes_is_in_memory_behind_it() {
    async fn stream(request: Request, next: Next) -> Response {
        let pieces = futures_util::stream::iter(["pie", "ces"].map(Ok::<_, Infallible>));
        next.run(request.map(|_| Body::from_stream(pieces))).await
    }
    let app = app(routes().layer(from_fn(stream))).await;
    let response = send(&app, post("/take/x", "").map(Body::from)).await;
    assert_eq!(text(&response), "1 6");
}

#[tokio::test]
async fn one_header_name_covers_each_of_its_values() {
    let app = limited(Limits::default().header_bytes(1000)).await;
    let name = "x".repeat(100);
    for (values, status) in [(9, 200), (10, 200), (11, 431)] {
        let event = json!({
            "httpMethod": "GET", "path": "/take/x", "resource": "/",
            "multiValueHeaders": {&name: vec![""; values]},
        });
        let response = app.handle_event(event.to_string().into(), LambdaContext::default());
        let response: Value = serde_json::from_slice(&response.await.unwrap()).unwrap();
        assert_eq!(response["statusCode"], status, "{values}: {response}");
    }
}

#[tokio::test]
async fn a_stream_is_collected_up_to_the_limit_of_its_source() {
    let given = Arc::new(AtomicUsize::new(0));
    let endless = {
        let given = Arc::clone(&given);
        tower::service_fn(move |_: Request| {
            let given = Arc::clone(&given);
            let body = Body::new(Endless { given, says: 0 });
            std::future::ready(Ok::<_, Infallible>(Response::new(body)))
        })
    };
    let api = Api::new().mount_service("/endless", endless);
    let app = app(api.limits(Limits::default().response(10_000))).await;
    let event = EventBuilder::new(Source::HttpApi).path("/endless");
    let response = event.send(&app).await;
    assert_eq!(response.status(), 500);
    assert_eq!(code(&response), "response_too_large");
    assert_eq!(given.load(Ordering::Relaxed), 10_100);
}

#[tokio::test]
async fn a_request_over_a_limit_does_not_reach_the_app() {
    let seen = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&seen);
    let count = from_fn(
        move |request: Request, next: lambda_api::middleware::Next| {
            counting.fetch_add(1, Ordering::Relaxed);
            next.run(request)
        },
    );
    let app = app(routes().layer(count).limits(Limits::default().body(4))).await;
    for (body, expected) in [("larger", 0), ("1234", 1)] {
        seen.store(0, Ordering::Relaxed);
        send(&app, post("/take/x", body).map(Body::from)).await;
        assert_eq!(seen.load(Ordering::Relaxed), expected);
    }
}

#[tokio::test]
async fn a_413_has_cors_headers() {
    const PAGE: &str = "https://app.example.com";
    let cors = Cors::new().allow_origins([PAGE]);
    let api = routes()
        .cors(cors)
        .limits(Limits::default().body(4).headers(40).cookies(3));
    let app = app(api).await;
    let mut request = post("/take/x", "larger");
    let origin = HeaderValue::from_static(PAGE);
    request.headers_mut().insert("origin", origin.clone());
    let mut many = with_headers(41, "1");
    many.headers_mut().insert("origin", origin.clone());
    let mut cookies = with_cookies(4);
    cookies.headers_mut().insert("origin", origin);
    for (request, problem) in [
        (cookies, "too_many_cookies"),
        (request, "body_too_large"),
        (many, "too_many_headers"),
    ] {
        for source in Source::ALL {
            let response = EventBuilder::new(source)
                .request(request.clone())
                .send(&app)
                .await;
            assert_eq!(code(&response), problem, "{source}");
            let allowed = header(&response, "access-control-allow-origin");
            assert_eq!(allowed, Some(PAGE), "{source}");
        }
        let response = send(&app, request.map(Body::from)).await;
        assert_eq!(code(&response), problem);
        assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
    }
}

#[tokio::test]
async fn a_head_response_over_a_limit_has_no_body() {
    let app = limited(Limits::default().query_pairs(1)).await;
    let request = HttpRequest::head("/take/x?a&b");
    let response = send(&app, request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (400, 0)
    );
    let request = HttpRequest::head("/take/x?a&b").body(Bytes::new()).unwrap();
    let response = EventBuilder::new(Source::HttpApi)
        .request(request)
        .send(&app)
        .await;
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (400, 0)
    );
}

#[tokio::test]
async fn a_limit_problem_has_app_style_and_request_id() {
    let api = routes()
        .limits(Limits::default().body(4))
        .on_problem(|problem| {
            let id = problem.request_id().unwrap_or("none").to_owned();
            (problem.status(), format!("{} {id}", problem.code())).into_response()
        });
    let app = app(api).await;
    let event = EventBuilder::new(Source::HttpApi)
        .request(post("/take/x", "larger"))
        .set("/requestContext/requestId", "id-1");
    assert_eq!(text(&event.send(&app).await), "body_too_large id-1");
}

#[tokio::test]
async fn limits_of_a_nested_api_are_an_error() {
    let nested = routes().limits(Limits::default().body(4));
    let errors = errors(Api::new().nest("/nested", nested)).await;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("`limits` is set on the API nested at `/nested`"));
}

#[api_handler(GET "/large/{size}")]
async fn large(size: usize) -> String {
    "x".repeat(size)
}

#[tokio::test]
async fn a_response_is_limited_by_source_and_by_setting() {
    const MIB: usize = 1 << 20;
    for (limits, source, size, status) in [
        (Limits::default(), Source::HttpApi, 6 * MIB - 1000, 200),
        (Limits::default(), Source::HttpApi, 6 * MIB, 500),
        (Limits::default(), Source::Alb, MIB - 1000, 200),
        (Limits::default(), Source::Alb, MIB, 500),
        (Limits::default(), Source::AlbMultiValue, MIB, 500),
        (
            Limits::default().response(10_000),
            Source::HttpApi,
            9000,
            200,
        ),
        (
            Limits::default().response(10_000),
            Source::HttpApi,
            10_000,
            500,
        ),
        (Limits::default().response(10_000), Source::Alb, 10_000, 500),
        (
            Limits::default().response(usize::MAX),
            Source::Alb,
            MIB,
            500,
        ),
        (
            Limits::default().response(2 * MIB),
            Source::AlbMultiValue,
            MIB,
            500,
        ),
    ] {
        let app = app(Api::new().routes(routes![large]).limits(limits)).await;
        let event = EventBuilder::new(source).path(&format!("/large/{size}"));
        let response = event.send(&app).await;
        assert_eq!(response.status(), status, "{source} {size}");
        if status == 500 {
            assert_eq!(code(&response), "response_too_large");
        }
    }
}

#[tokio::test]
async fn a_limit_problem_states_the_limit() {
    let app = limited(Limits::default().body(4)).await;
    let response = send(&app, post("/take/x", "larger").map(Body::from)).await;
    let problem: Value = serde_json::from_slice(response.body()).unwrap();
    let expected = json!({"type": "about:blank", "title": "Payload Too Large", "status": 413,
        "detail": "the body has more than 4 bytes", "code": "body_too_large"});
    assert_eq!(problem, expected);
}

#[tokio::test]
async fn an_event_over_a_limit_does_not_affect_the_next() {
    let app = limited(Limits::default().body(4)).await;
    for (body, status) in [("larger", "413"), ("1234", "200")] {
        let event = json!({"rawPath": "/take/x", "body": body,
            "requestContext": {"http": {"method": "POST"}}});
        let response = app.handle_event(event.to_string().into(), LambdaContext::default());
        let response = String::from_utf8(response.await.unwrap()).unwrap();
        assert!(
            response.starts_with(&format!("{{\"statusCode\":{status}")),
            "{response}"
        );
    }
}
