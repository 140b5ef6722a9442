//! What handlers and authenticators know of a request to the server.

use super::{Server, body, json, status};
use lambda_api::{
    Api, Invocation, LambdaContext, api_handler,
    auth::gateway::{Iam, JwtAuthorizer},
    extract::Deadline,
    routes,
};
use serde_json::{Value, json};
use std::time::Duration;

#[api_handler(GET "/invocation/{name}")]
async fn invocation(name: String, invocation: &Invocation) -> lambda_api::Json<Value> {
    let current = LambdaContext::current().map(|context| context.request_id);
    lambda_api::Json(json!({
        "name": name,
        "source": invocation.source().map(|source| source.to_string()),
        "source_ip": invocation.source_ip(),
        "request_id": invocation.request_id(),
        "current": current,
        "trace_id": invocation.lambda().trace_id,
        "raw_path": invocation.raw_path(),
        "path_prefix": invocation.path_prefix(),
        "request_context": invocation.request_context(),
    }))
}

#[api_handler(GET "/left", timeout = "2s")]
async fn left(deadline: Deadline) -> String {
    deadline.remaining().as_secs().to_string()
}

fn api() -> Api {
    Api::new().routes(routes![invocation, left])
}

/// What a request from this machine tells, with these headers.
async fn told(server: &Server, headers: &str) -> Value {
    let request =
        format!("GET /invocation/%41 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}\r\n");
    json(body(&server.send(request).await))
}

#[tokio::test]
async fn there_is_no_gateway() {
    let server = Server::start(api()).await;
    let forged = "x-forwarded-for: 192.0.2.1\r\nforwarded: for=192.0.2.1\r\nx-request-id: mine\r\n\
                  x-amzn-trace-id: Root=1-a-b\r\n";
    let told = told(&server, forged).await;
    assert_eq!(told["name"], "A");
    assert_eq!(told["source"], Value::Null);
    assert_eq!(told["source_ip"], "127.0.0.1");
    assert_eq!(told["trace_id"], Value::Null);
    assert_eq!(told["request_context"], Value::Null);
    assert_eq!(told["raw_path"], "/invocation/%41");
    assert_eq!(told["path_prefix"], "");
    assert_eq!(told["request_id"].as_str().map(str::len), Some(36));
    assert_eq!(told["request_id"], told["current"]);
}

#[tokio::test]
async fn trusted_proxies_name_the_client() {
    let networks = ["127.0.0.0/8", "10.0.0.0/8"];
    let server = Server::start_with(api(), |serve| serve.trusted_proxies(networks)).await;
    let headers = "x-forwarded-for: 203.0.113.9, 192.0.2.1, 10.0.0.7\r\n\
                   x-amzn-trace-id: Root=1-a-b\r\n";
    let told = told(&server, headers).await;
    assert_eq!(told["source_ip"], "192.0.2.1");
    assert_eq!(told["trace_id"], "Root=1-a-b");
}

#[tokio::test]
async fn each_request_has_an_id_which_problems_show() {
    let server = Server::start(api().request_id_header("x-id")).await;
    let mut ids = std::collections::HashSet::new();
    for path in ["/none", "/none", "/invocation/a"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        let text = server.send(request).await;
        let line = text.lines().find_map(|line| line.strip_prefix("x-id: "));
        let id = line.expect("the header").to_owned();
        assert_eq!(json(body(&text))["request_id"], id.as_str());
        assert!(ids.insert(id));
    }
}

#[tokio::test]
async fn authenticators_of_a_gateway_reject_every_request() {
    let api = api()
        .authenticate(JwtAuthorizer::from_any_api())
        .authenticate(Iam::from_any_api());
    let server = Server::start(api).await;
    let context = r#"{"authorizer":{"iam":{"userArn":"arn:aws:iam::1:user/a"},"jwt":{"claims":{"sub":"a"}}}}"#;
    let headers = [
        String::new(),
        "authorization: Bearer e30.e30.e30\r\n".to_owned(),
        format!("x-amzn-request-context: {context}\r\nx-amzn-lambda-context: {context}\r\n"),
    ];
    for headers in headers {
        let request =
            format!("GET /left HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}\r\n");
        assert_eq!(status(&server.send(request).await), 401, "{headers}");
    }
}

#[tokio::test]
async fn a_handler_knows_its_deadline() {
    for (timeout, left) in [(30, "1"), (1, "0")] {
        let server = Server::start_with(api(), |serve| {
            serve.request_timeout(Duration::from_secs(timeout))
        });
        assert_eq!(server.await.get("/left").await, left);
    }
}
