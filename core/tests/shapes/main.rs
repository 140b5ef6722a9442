//! The forms that handlers, extractors and errors may take: each compiles, and does what it says.

#![allow(missing_docs, reason = "handlers of tests")]

mod arguments;
mod borrowed;
mod derive;
mod handlers;
mod many;
mod metadata;
mod wrappers;

use lambda_api::{__private::Route, Body, Request, Response};

/// The route of the named handler.
macro_rules! route {
    ($handler:path) => {
        <$handler as lambda_api::Endpoint>::ROUTE
    };
}
pub(crate) use route;

pub(crate) fn post(path: &str, body: &'static str) -> Request {
    let request = http::Request::post(path)
        .header("x-user", "ada")
        .header("content-type", "application/json");
    request.body(Body::from(body)).expect("a request")
}

/// Calls a route as the router does, on a runtime that may move it between threads.
pub(crate) async fn call(route: Route, request: Request) -> Response {
    let task = tokio::spawn(async move { (route.call)(&request).await });
    task.await.expect("no panic")
}

pub(crate) fn text(reply: &Response) -> &str {
    std::str::from_utf8(reply.body().bytes()).expect("a text")
}
