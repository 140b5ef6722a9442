//! Panics in other places: authenticators, guards, and bodies of requests and responses.

use crate::{BytesResponse, app, ask, code, header, send, text};
use bytes::Bytes;
use http_body::Frame;
use lambda_api::{
    Api, Body, Cors, Identity, Request, Response, api_handler,
    auth::{AuthError, Authenticator, Credential, Scheme},
    event::Source,
    routes,
};
use lambda_api_testing::EventBuilder;
use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};
use tower::ServiceExt;

struct Keys(Credential);

impl Authenticator for Keys {
    fn scheme(&self) -> Scheme {
        Scheme::new("keys", self.0.clone())
    }

    async fn authenticate(&self, request: &Request) -> Result<Identity, AuthError> {
        match self.0.read(request)? {
            "panic" => panic!("the secret"),
            "later" => {
                tokio::task::yield_now().await;
                panic!("the secret")
            }
            name => Ok(Identity::new(name)),
        }
    }
}

fn broken(identity: &Identity, _: &Request) -> bool {
    assert!(identity.subject() != "eve", "the secret");
    true
}

#[api_handler(GET "/guarded", guard = broken)]
async fn guarded() -> &'static str {
    "in"
}

/// A body that panics when it is read or when it is dropped.
struct Broken {
    when_read: bool,
}

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        assert!(!self.when_read, "the secret");
        Poll::Ready(None)
    }
}

impl Drop for Broken {
    fn drop(&mut self) {
        assert!(self.when_read, "the secret");
    }
}

#[api_handler(GET "/dropped")]
async fn dropped() -> Response {
    Response::new(Body::new(Broken { when_read: false }))
}

#[tokio::test]
async fn panics_of_authenticators_are_500_problems() {
    let api = Api::new()
        .authenticate(Keys(Credential::header("x-key")))
        .routes(routes![guarded]);
    let app = app(api).await;
    for (key, status) in [("panic", 500), ("later", 500), ("eve", 500), ("alice", 200)] {
        let request = http::Request::get("/guarded").header("x-key", key);
        let response = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), status, "{key}");
        if status == 500 {
            assert_eq!(code(&response), "internal_error", "{key}");
            assert!(!text(&response).contains("secret"), "{key}");
        }
    }
}

#[tokio::test]
async fn a_body_that_panics_on_read_or_drop_is_a_500() {
    let app = app(Api::new().routes(routes![dropped])).await;
    let request = http::Request::get("/dropped").body(Broken { when_read: true });
    let response = app.clone().oneshot(request.unwrap()).await;
    assert_eq!(response.unwrap().status(), 500);
    // For a HEAD request, the body is dropped without being read.
    let response = ask(&app, "HEAD", "/dropped").await;
    assert_eq!(
        (response.status().as_u16(), response.body().len()),
        (500, 0)
    );
}

#[tokio::test]
async fn a_panic_of_a_body_is_readable_by_the_page_too() {
    const PAGE: &str = "https://app.example.com";
    let cors = Cors::new().allow_origins([PAGE]);
    let app = app(Api::new().routes(routes![dropped]).cors(cors)).await;
    let head = |method: &str| {
        http::Request::builder()
            .method(method)
            .uri("/dropped")
            .header("origin", PAGE)
    };
    let broken = head("GET").body(Broken { when_read: true }).unwrap();
    let response = app.clone().oneshot(broken).await.unwrap();
    assert_eq!(response.status(), 500);
    assert_eq!(response.headers()["access-control-allow-origin"], PAGE);
    let response = send(&app, head("HEAD").body(Body::empty()).unwrap()).await;
    assert_eq!(header(&response, "access-control-allow-origin"), Some(PAGE));
    for source in Source::ALL {
        let event = EventBuilder::new(source).method("HEAD").path("/dropped");
        let response: BytesResponse = event.header("origin", PAGE).send(&app).await;
        assert_eq!(response.status(), 500, "{source}");
        let allowed = header(&response, "access-control-allow-origin");
        assert_eq!(allowed, Some(PAGE), "{source}");
    }
}
