//! Every failure results in a response, and does not affect the next request.

use crate::{app, ask, code, header, send, text};
use lambda_api::{
    Api, ApiError, Body, FromRequest, IntoResponse, Json, LambdaContext, Problem, Request,
    Response, api_handler,
    middleware::{Next, from_fn},
    routes,
};

#[api_handler(GET "/panics/{how}")]
async fn panics(how: String) -> String {
    match how.as_str() {
        "now" => panic!("the secret"),
        "later" => {
            tokio::task::yield_now().await;
            panic!("the secret")
        }
        fine => fine.to_owned(),
    }
}

#[api_handler(GET "/sync")]
fn sync() -> String {
    panic!("the secret")
}

struct Broken;

impl<'r> FromRequest<'r> for Broken {
    type Rejection = std::convert::Infallible;

    const SYNC: Option<fn(&'r Request) -> Result<Self, Self::Rejection>> =
        Some(|_| panic!("the secret"));
}

#[api_handler(GET "/extractor")]
async fn extractor(_broken: Broken) -> &'static str {
    "never"
}

#[tokio::test]
async fn a_panic_is_a_500_problem_and_the_next_request_works() {
    let app = app(Api::new().routes(routes![panics, sync, extractor])).await;
    for uri in ["/panics/now", "/panics/later", "/sync", "/extractor"] {
        let response = ask(&app, "GET", uri).await;
        assert_eq!(
            (response.status().as_u16(), code(&response).as_str()),
            (500, "internal_error"),
            "{uri}"
        );
        assert!(!text(&response).contains("secret"), "{uri}");
        assert_eq!(text(&ask(&app, "GET", "/panics/fine").await), "fine");
    }
}

#[tokio::test]
async fn a_panic_in_a_layer_is_a_500_problem() {
    async fn broken(request: Request, next: Next) -> Response {
        assert!(request.uri().path() != "/panics/layer", "the secret");
        next.run(request).await
    }
    for api in [
        Api::new().routes(routes![panics]).layer(from_fn(broken)),
        Api::new()
            .routes(routes![panics])
            .route_layer(from_fn(broken)),
        Api::new().routes(routes![panics].layer(from_fn(broken))),
    ] {
        let app = app(api).await;
        let response = ask(&app, "GET", "/panics/layer").await;
        assert_eq!(
            (response.status().as_u16(), code(&response).as_str()),
            (500, "internal_error")
        );
        assert_eq!(text(&ask(&app, "GET", "/panics/fine").await), "fine");
    }
}

#[derive(Debug, thiserror::Error, ApiError)]
enum OrderError {
    #[error("order {0} does not exist")]
    #[api(status = 404, code = "order_not_found")]
    NotFound(u64),
    #[error("only {left} of {sku} left")]
    #[api(status = 409, code = "out_of_stock")]
    OutOfStock {
        #[api(extension)]
        left: u32,
        sku: String,
    },
    #[error("storage failed")]
    #[api(status = 503, code = "storage_unavailable")]
    Storage(#[from] std::io::Error),
    #[error("too many orders")]
    #[api(status = 429, code = "slow_down")]
    SlowDown(#[api(header = "retry-after")] u32),
}

#[api_handler(GET "/errors/{id}")]
async fn errors(id: u64) -> Result<Json<u64>, OrderError> {
    match id {
        1 => Err(OrderError::NotFound(id)),
        2 => Err(OrderError::OutOfStock {
            left: 3,
            sku: "tea".to_owned(),
        }),
        3 => Err(std::io::Error::other("the secret host is down"))?,
        4 => Err(OrderError::SlowDown(7)),
        _ => Ok(Json(id)),
    }
}

#[api_handler(GET "/anyhow")]
async fn anyhow() -> Result<&'static str, lambda_api::Error> {
    Err(std::io::Error::other("the secret"))?;
    Ok("never")
}

#[tokio::test]
async fn an_error_of_a_handler_is_the_problem_it_says() {
    let app = app(Api::new().routes(routes![errors, anyhow])).await;
    let problem = async |uri: &str| -> serde_json::Value {
        let response = ask(&app, "GET", uri).await;
        let _ = code(&response);
        serde_json::from_slice(response.body()).unwrap()
    };
    assert_eq!(
        problem("/errors/1").await,
        serde_json::json!({"type": "about:blank", "title": "Not Found", "status": 404,
            "detail": "order 1 does not exist", "code": "order_not_found"})
    );
    assert_eq!(
        problem("/errors/2").await,
        serde_json::json!({"type": "about:blank", "title": "Conflict", "status": 409,
            "detail": "only 3 of tea left", "code": "out_of_stock", "left": 3})
    );
    for (uri, status, code) in [
        ("/errors/3", 503, "storage_unavailable"),
        ("/anyhow", 500, "internal_error"),
    ] {
        let problem = problem(uri).await;
        assert_eq!(
            (&problem["status"], &problem["code"]),
            (&status.into(), &code.into())
        );
        assert!(!problem.to_string().contains("secret"), "{problem}");
    }
    let response = ask(&app, "GET", "/errors/4").await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "retry-after")),
        (429, Some("7"))
    );
}

#[tokio::test]
async fn one_hook_restyles_every_problem() {
    let api = Api::new()
        .routes(routes![errors, panics])
        .on_problem(|problem: &Problem| {
            let body = serde_json::json!({"error": problem.code()});
            (problem.status(), Json(body)).into_response()
        });
    let app = app(api).await;
    for (method, uri, status, expected) in [
        ("GET", "/errors/1", 404, r#"{"error":"order_not_found"}"#),
        ("GET", "/errors/x", 400, r#"{"error":"invalid_parameters"}"#),
        ("GET", "/nothing", 404, r#"{"error":"route_not_found"}"#),
        ("PUT", "/errors/1", 405, r#"{"error":"method_not_allowed"}"#),
        ("GET", "/panics/now", 500, r#"{"error":"internal_error"}"#),
    ] {
        let response = ask(&app, method, uri).await;
        assert_eq!(
            (response.status().as_u16(), text(&response)),
            (status, expected),
            "{uri}"
        );
    }
}

#[tokio::test]
async fn a_restyled_problem_keeps_its_headers() {
    let api = Api::new()
        .routes(routes![errors])
        .on_problem(|problem: &Problem| {
            let own = [("retry-after", "60")];
            (problem.status(), own, problem.code().to_owned()).into_response()
        });
    let app = app(api).await;
    let response = ask(&app, "PUT", "/errors/1").await;
    assert_eq!(header(&response, "allow"), Some("GET, HEAD, OPTIONS"));
    let response = ask(&app, "GET", "/errors/4").await;
    assert_eq!(header(&response, "retry-after"), Some("60"));
    assert_eq!(response.headers().get_all("retry-after").iter().count(), 1);
}

#[tokio::test]
async fn a_hook_may_only_add_to_the_problem() {
    let api = Api::new().on_problem(|problem: &Problem| {
        let problem = problem.clone();
        let problem = problem.with_extension("docs", &"https://example.com/errors");
        problem.into_response()
    });
    let response = ask(&app(api).await, "GET", "/nothing").await;
    assert_eq!(code(&response), "route_not_found");
    assert!(text(&response).contains(r#""docs":"https://example.com/errors""#));
}

#[tokio::test]
async fn on_problem_applies_to_fallbacks_and_services() {
    let restyle = |problem: &Problem| (problem.status(), "restyled").into_response();
    let lost = async |_: Request| Problem::new(http::StatusCode::NOT_FOUND, "lost");
    let broken =
        tower::service_fn(|_: Request| async { Err::<Response, _>(std::io::Error::other("x")) });
    let described = || Api::new().fallback(lost).mount_service("/broken", broken);
    for api in [
        described().on_problem(restyle),
        described().nest("/v1", described()).on_problem(restyle),
        Api::new().on_problem(restyle).nest("/v1", described()),
    ] {
        let app = app(api).await;
        for uri in ["/v1/nothing", "/v1/broken", "/nothing", "/broken"] {
            assert_eq!(text(&ask(&app, "GET", uri).await), "restyled", "{uri}");
        }
    }
}

#[tokio::test]
async fn where_the_hook_panics_the_problem_is_sent_as_it_is() {
    let api = Api::new()
        .routes(routes![errors, panics])
        .on_problem(|_: &Problem| panic!("the secret"));
    let app = app(api).await;
    for (uri, status, expected) in [
        ("/errors/1", 404, "order_not_found"),
        ("/nothing", 404, "route_not_found"),
        ("/panics/now", 500, "internal_error"),
    ] {
        let response = ask(&app, "GET", uri).await;
        assert_eq!(
            (response.status().as_u16(), code(&response).as_str()),
            (status, expected),
            "{uri}"
        );
        assert!(!text(&response).contains("secret"), "{uri}");
    }
    // This path is rejected before a request is built, so it has no route.
    let event = r#"{"rawPath": "*", "requestContext": {"http": {"method": "GET"}}}"#;
    let response = app.handle_event(event.into(), LambdaContext::default());
    let response = String::from_utf8(response.await.unwrap()).unwrap();
    assert!(response.contains("malformed_request"), "{response}");
}

#[tokio::test]
async fn a_hook_whose_status_no_gateway_takes_is_not_asked() {
    for status in [100, 199, 600, 999] {
        let api = Api::new()
            .routes(routes![errors])
            .on_problem(move |_: &Problem| {
                http::StatusCode::from_u16(status).unwrap().into_response()
            });
        let app = app(api).await;
        let response = ask(&app, "GET", "/errors/1").await;
        assert_eq!(
            (response.status().as_u16(), code(&response).as_str()),
            (404, "order_not_found"),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_request_body_that_breaks_off_is_a_400_problem() {
    let app = app(Api::new().routes(routes![errors])).await;
    let frames = broken_body();
    let request = http::Request::get("/errors/9")
        .body(Body::new(frames))
        .unwrap();
    let response = send(&app, request).await;
    assert_eq!(
        (response.status().as_u16(), code(&response).as_str()),
        (400, "unreadable_body")
    );
}

/// A body that fails immediately.
fn broken_body() -> impl http_body::Body<Data = bytes::Bytes, Error = std::io::Error> {
    struct Fails;
    impl http_body::Body for Fails {
        type Data = bytes::Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<bytes::Bytes>, std::io::Error>>>
        {
            std::task::Poll::Ready(Some(Err(std::io::Error::other("connection lost"))))
        }
    }
    Fails
}
