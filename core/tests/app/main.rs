//! A built Api from the outside: routes, layers, state, CORS, failures.

#![allow(missing_docs, reason = "handlers of tests")]

mod after_response;
mod auth;
mod build;
mod claims;
mod cors;
mod deadline;
mod deep;
mod failures;
mod fallback;
mod injection;
mod layers;
mod limits;
mod link_values;
mod links;
mod middleware;
mod nesting;
mod panics;
mod request_id;
mod routing;
mod settings;
mod spellings;
mod state;
mod versions;

use bytes::Bytes;
use lambda_api::{Api, App, Body};
use tower::ServiceExt;

/// A response whose body is in memory.
pub(crate) type BytesResponse = http::Response<Bytes>;

pub(crate) async fn app(api: Api) -> App {
    match api.build().await {
        Ok(app) => app,
        Err(errors) => panic!("the API cannot be built:\n{errors}"),
    }
}

/// Returns the build errors of an API.
pub(crate) async fn errors(api: Api) -> Vec<String> {
    match api.build().await {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(str::to_owned).collect(),
    }
}

pub(crate) async fn send(app: &App, request: http::Request<Body>) -> BytesResponse {
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    BytesResponse::from_parts(parts, body.collect().await.unwrap())
}

pub(crate) async fn ask(app: &App, method: &str, uri: &str) -> BytesResponse {
    let request = http::Request::builder().method(method).uri(uri);
    send(app, request.body(Body::empty()).unwrap()).await
}

pub(crate) fn text(response: &BytesResponse) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

pub(crate) fn header<'a>(response: &'a BytesResponse, name: &str) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

/// Returns the code of a problem.
pub(crate) fn code(response: &BytesResponse) -> String {
    assert_eq!(
        header(response, "content-type"),
        Some("application/problem+json")
    );
    let problem: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    assert_eq!(problem["status"], response.status().as_u16());
    problem["code"].as_str().unwrap().to_owned()
}
