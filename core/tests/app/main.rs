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
mod middleware;
mod nesting;
mod panics;
mod request_id;
mod routing;
mod spellings;
mod state;
mod versions;

use bytes::Bytes;
use lambda_api::{Api, App, Body};
use tower::ServiceExt;

/// A reply, all of it in memory.
pub(crate) type Reply = http::Response<Bytes>;

pub(crate) async fn app(api: Api) -> App {
    match api.build().await {
        Ok(app) => app,
        Err(errors) => panic!("the API cannot be built:\n{errors}"),
    }
}

/// The faults of an API that cannot be built.
pub(crate) async fn faults(api: Api) -> Vec<String> {
    match api.build().await {
        Ok(_) => Vec::new(),
        Err(errors) => errors.iter().map(str::to_owned).collect(),
    }
}

pub(crate) async fn send(app: &App, request: http::Request<Body>) -> Reply {
    let (parts, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    Reply::from_parts(parts, body.collect().await.unwrap())
}

pub(crate) async fn ask(app: &App, method: &str, uri: &str) -> Reply {
    let request = http::Request::builder().method(method).uri(uri);
    send(app, request.body(Body::empty()).unwrap()).await
}

pub(crate) fn text(reply: &Reply) -> &str {
    std::str::from_utf8(reply.body()).unwrap()
}

pub(crate) fn header<'a>(reply: &'a Reply, name: &str) -> Option<&'a str> {
    reply
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
}

/// The code of a problem.
pub(crate) fn code(reply: &Reply) -> String {
    assert_eq!(
        header(reply, "content-type"),
        Some("application/problem+json")
    );
    let problem: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    assert_eq!(problem["status"], reply.status().as_u16());
    problem["code"].as_str().unwrap().to_owned()
}
