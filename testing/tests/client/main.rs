//! What `TestClient` sends, what it makes of responses, and what it says when a test fails.

mod assertions;
mod compression;
mod conforming;
mod cookies;
mod failures;
mod gateway;
mod requests;
mod sources;
mod streaming;
mod streams;

use lambda_api::{
    Api, Created, Json, NoContent, Problem, Request, api_handler,
    response::{Accepted, Redirect, SetCookie},
    routes,
};
use lambda_api_testing::TestClient;
use serde_json::{Value, json};

/// Everything about a request, as the handler sees it.
#[api_handler(ANY "/echo/{path+}")]
async fn echo(path: String, request: &Request) -> Json<Value> {
    let headers = request.headers().iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    Json(json!({
        "method": request.method().as_str(),
        "path": path,
        "query": request.uri().query(),
        "headers": headers,
        "body": String::from_utf8_lossy(request.body().bytes()),
    }))
}

#[api_handler(POST "/orders")]
async fn place() -> Created<Json<Value>> {
    Created::at("/orders/7", Json(json!({"id": 7})))
}

#[api_handler(GET "/orders/{id}")]
async fn order(id: u32) -> Result<Json<Value>, Problem> {
    match id {
        7 => Ok(Json(
            json!({"id": 7, "items": [{"sku": "tea", "quantity": 2}]}),
        )),
        _ => Err(Problem::new(http::StatusCode::NOT_FOUND, "order_not_found")
            .with_detail("there is no such order")
            .with_extension("id", &id)),
    }
}

#[api_handler(GET "/text")]
async fn text() -> ([(&'static str, &'static str); 2], &'static str) {
    ([("x-tag", "one"), ("etag", "\"1\"")], "first\nsecond")
}

#[api_handler(GET "/old/{place}")]
async fn old(place: String) -> Redirect {
    match place.as_str() {
        "here" => Redirect::to("../echo/new?a=1#part"),
        _ => Redirect::to("https://other.example/"),
    }
}

#[api_handler(POST "/moved")]
async fn moved() -> ([(&'static str, &'static str); 1], http::StatusCode) {
    (
        [("location", "/echo/new")],
        http::StatusCode::PERMANENT_REDIRECT,
    )
}

#[api_handler(POST "/session")]
async fn sign_in() -> (SetCookie, SetCookie, NoContent) {
    let session = SetCookie::new("session", "a b").path("/echo");
    (session, SetCookie::new("theme", "dark"), NoContent)
}

#[api_handler(DELETE "/session")]
async fn sign_out() -> (SetCookie, Accepted<()>) {
    (SetCookie::remove("session").path("/echo"), Accepted(()))
}

#[api_handler(GET "/closed")]
async fn closed() -> Problem {
    Problem::new(http::StatusCode::UNAUTHORIZED, "sign_in")
        .with_header("www-authenticate", "Bearer")
}

fn api() -> Api {
    Api::new().routes(routes![
        echo, place, order, text, old, moved, sign_in, sign_out, closed
    ])
}

/// Most tests send requests to this API, so they show that its document is true as well.
async fn client() -> TestClient {
    TestClient::new(api()).conforming().await
}

/// The values that the echoed request had of a header.
fn echoed(seen: &Value, name: &str) -> Vec<String> {
    let headers = seen["headers"].as_array().unwrap();
    let values = headers.iter().filter(|header| header[0] == name);
    values
        .map(|header| header[1].as_str().unwrap().to_owned())
        .collect()
}
