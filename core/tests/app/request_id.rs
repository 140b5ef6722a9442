//! The request id in response headers.

use crate::{app, ask, errors, header};
use lambda_api::{
    Api, App, Body, Cors, IntoResponse, Invocation, LambdaContext, Limits, Problem, api_handler,
    event::Source, extract::Text, routes,
};
use lambda_api_testing::EventBuilder;
use serde_json::Value;
use std::convert::Infallible;

#[api_handler(GET "/fine")]
async fn fine() -> impl IntoResponse {
    ([("x-request-id", "of an upstream")], "fine")
}

#[api_handler(GET "/panics")]
async fn panics() -> &'static str {
    panic!("on purpose")
}

#[api_handler(GET "/large")]
async fn large() -> String {
    "x".repeat(2_000)
}

#[api_handler(GET "/streams")]
async fn streams() -> Body {
    let pieces = ["x".repeat(1_000), "x".repeat(1_000)].map(Ok::<_, Infallible>);
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[api_handler(POST "/body")]
async fn body(Text(text): Text) -> String {
    text
}

fn api() -> Api {
    Api::new()
        .routes(routes![fine, panics, large, streams, body])
        .request_id_header("X-Request-Id")
        .limits(Limits::default().response(1_000).body(100))
        .cors(Cors::new().allow_origins(["https://a.example"]))
}

async fn respond(app: &App, event: &EventBuilder) -> Value {
    let mut lambda = LambdaContext::for_test();
    lambda.request_id = "lambda-1".to_owned();
    let response = app.handle_event(event.to_string().into(), lambda).await;
    serde_json::from_slice(&response.unwrap()).unwrap()
}

#[tokio::test]
async fn every_response_has_the_id_of_its_request() {
    let app = app(api()).await;
    let get = |path: &str| EventBuilder::new(Source::HttpApi).path(path);
    for (event, status) in [
        (get("/fine"), 200),
        (get("/fine").method("HEAD"), 200),
        (get("/nothing"), 404),
        (get("/fine").method("PUT"), 405),
        (get("/panics"), 500),
        (get("/large"), 500),
        (get("/streams"), 500),
        (get("/body").method("POST").body("x".repeat(101)), 413),
        (get("/fine").header("origin", "https://a.example"), 200),
        (
            get("/fine")
                .method("OPTIONS")
                .header("origin", "https://a.example")
                .header("access-control-request-method", "GET"),
            204,
        ),
        (
            get("/fine").set("/body", "%").set("/isBase64Encoded", true),
            400,
        ),
    ] {
        let response = respond(
            &app,
            &event.gateway(|gateway| gateway.request_id("gateway-1")),
        )
        .await;
        assert_eq!(response["statusCode"], status, "{response}");
        assert_eq!(
            response["headers"]["x-request-id"], "gateway-1",
            "{response}"
        );
    }
}

#[tokio::test]
async fn the_id_is_the_one_of_problems() {
    let app = app(api()).await;
    for (source, id) in [
        (Source::RestApi, "gateway-1"),
        (Source::FunctionUrl, "gateway-1"),
        (Source::Alb, "lambda-1"),
    ] {
        let event = EventBuilder::new(source)
            .path("/nothing")
            .gateway(|gateway| gateway.request_id("gateway-1"));
        let response = respond(&app, &event).await;
        let told = &response["headers"]["x-request-id"];
        let told = told
            .as_str()
            .or(response["multiValueHeaders"]["x-request-id"][0].as_str());
        assert_eq!(told, Some(id), "{response}");
        let problem: Value = serde_json::from_str(response["body"].as_str().unwrap()).unwrap();
        assert_eq!(problem["request_id"], id);
    }
}

#[tokio::test]
async fn an_id_that_is_not_a_header_value_is_omitted() {
    let app = app(api()).await;
    let event = EventBuilder::new(Source::HttpApi)
        .path("/fine")
        .gateway(|gateway| gateway.request_id("a\nset-cookie: x"));
    let response = respond(&app, &event).await;
    assert_eq!(response["statusCode"], 200);
    assert_eq!(
        response["headers"]["x-request-id"],
        Value::Null,
        "{response}"
    );
}

#[tokio::test]
async fn a_service_tells_the_id_of_a_request_that_has_one() {
    let app = app(api()).await;
    assert_eq!(
        header(&ask(&app, "GET", "/nothing").await, "x-request-id"),
        None
    );
    let mut request = http::Request::get("/nothing").body(Body::empty()).unwrap();
    let invocation = Invocation::for_test();
    request.extensions_mut().insert(invocation.clone());
    let response = crate::send(&app, request).await;
    assert_eq!(header(&response, "x-request-id"), invocation.request_id());
}

#[tokio::test]
async fn a_restyled_problem_has_the_id_too() {
    let api = api().on_problem(|problem: &Problem| problem.status().into_response());
    let event = EventBuilder::new(Source::HttpApi)
        .path("/nothing")
        .gateway(|gateway| gateway.request_id("gateway-1"));
    let response = respond(&app(api).await, &event).await;
    assert_eq!(response["headers"]["x-request-id"], "gateway-1");
}

#[tokio::test]
async fn a_header_that_means_something_else_is_rejected() {
    for name in [
        "",
        "x y",
        "x\n",
        "content-type",
        "Set-Cookie",
        "access-control-allow-origin",
        "te",
    ] {
        let found = errors(Api::new().request_id_header(name)).await;
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        assert!(found[0].starts_with("`request_id_header`: "), "{found:?}");
    }
    let nested = Api::new().nest("/v1", Api::new().request_id_header("x-request-id"));
    let found = errors(nested).await;
    assert!(
        found[0].starts_with("`request_id_header` is set on the API nested at"),
        "{found:?}"
    );
    assert_eq!(
        errors(Api::new().request_id_header("x-amzn-requestid")).await,
        [""; 0]
    );
}
