//! An `App` inside axum, and under its server.

use super::{Client, Server, body};
use axum::{Router, routing::get};
use lambda_api::{Api, App, Invocation, Problem, api_handler, routes};
use tokio::net::{TcpListener, TcpStream};

#[api_handler(GET "/orders/{id}")]
async fn order(id: u32, invocation: &Invocation) -> Result<String, Problem> {
    let source = invocation.source().map_or("none", |source| source.name());
    match id {
        0 => Err(Problem::new(http::StatusCode::NOT_FOUND, "order_not_found")),
        id => Ok(format!("{id} {source}")),
    }
}

async fn app() -> App {
    Api::new().routes(routes![order]).build().await.unwrap()
}

/// `axum::serve` takes services that respond with the body of axum, which a router makes of any other.
#[tokio::test]
async fn axum_serves_an_app_behind_a_router() {
    let router = Router::new()
        .route("/old", get(async || "axum"))
        .fallback_service(app().await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let running = tokio::spawn(axum::serve(listener, router).into_future());
    for (path, expected) in [
        ("/old", "axum"),
        ("/orders/7", "7 none"),
        ("/orders/0", r#""code":"order_not_found""#),
        ("/none", r#""code":"route_not_found""#),
    ] {
        let mut client = Client(TcpStream::connect(address).await.unwrap());
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        client.write(request).await;
        let text = client.rest().await;
        assert!(body(&text).contains(expected), "{path}: {text}");
    }
    running.abort();
}

#[tokio::test]
async fn the_server_serves_a_router_inside_an_api() {
    let router = Router::new().route("/old", get(async || "axum"));
    let api = Api::new().routes(routes![order]).fallback_service(router);
    let server = Server::start(api).await;
    assert_eq!(server.get("/old").await, "axum");
    assert_eq!(server.get("/orders/7").await, "7 none");
}
