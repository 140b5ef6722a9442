//! The docs page of an API.

#![cfg(all(feature = "api-keys", feature = "docs"))]
#![allow(missing_docs, reason = "handlers of tests")]

mod access;
mod build;
mod files;
mod servers;

use lambda_api::{
    Api, Body, Identity, api_handler,
    auth::{ApiKeys, KeyHash},
    routes,
};
use lambda_api_testing::{TestClient, TestResponse};
use serde_json::Value;

/// Reads the weather.
#[api_handler(GET "/weather")]
async fn weather() -> &'static str {
    "sunny"
}

/// An API with one route and the page at `/docs`.
fn open() -> Api {
    Api::new().routes(routes![weather]).docs("/docs")
}

/// An API whose callers need a key.
fn closed() -> Api {
    let hash = KeyHash::of(&"b".repeat(64));
    let keys = ApiKeys::from_keys([(hash, Identity::new("bob"))]);
    Api::new().authenticate(keys).routes(routes![weather])
}

/// A client that a REST API sends binary responses.
async fn client(api: Api) -> TestClient {
    let client = TestClient::new(api).await;
    client.gateway(|gateway| gateway.binary_media_types(["*/*"]))
}

/// The URLs of the document's servers.
fn servers(document: &TestResponse) -> Vec<String> {
    let document: Value = document.json();
    let servers = document["servers"].as_array().expect("a list").iter();
    servers
        .map(|server| server["url"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// A request without an event.
fn request(method: &str, uri: &str) -> http::Request<Body> {
    let request = http::Request::builder().method(method).uri(uri);
    request.body(Body::empty()).expect("a request")
}
