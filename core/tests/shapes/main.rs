//! The supported forms of handlers, extractors and errors. Each compiles and works as documented.

#![allow(missing_docs, reason = "handlers of tests")]

mod arguments;
mod borrowed;
mod derive;
mod handlers;
mod many;
mod metadata;
mod wrappers;

use lambda_api::{__private::Route, Body, Request, Response};

/// The route of a handler.
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

/// Calls a route as the router does, on a runtime that may move the future between threads.
pub(crate) async fn call(route: Route, request: Request) -> Response {
    let task = tokio::spawn(async move { (route.call)(&request).await });
    task.await.expect("no panic")
}

pub(crate) fn text(response: &Response) -> &str {
    std::str::from_utf8(response.body().bytes()).expect("a text")
}
